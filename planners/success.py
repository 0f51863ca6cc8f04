"""Whether a formulation will give a film at all, as far as this campaign's films and failures tell."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from ledger.film import Source
from planners.protocols import Knowledge

if TYPE_CHECKING:
    import numpy as np


Chance = Callable[[Sequence[Formulation]], "np.ndarray"]
"""Gives the probability, `n`, that a film comes of each of n formulations."""


FAIR = 0.5
"""A film that is more likely to fail than not is not made while there are others: where the best conductors crack,
their gain times a small chance would have one after the other made in vain."""


def fair(chances: "np.ndarray") -> "np.ndarray":
    """Which of n chances are fair, `n`; all of them where none is, so that no suggestion is lost."""
    found = chances >= FAIR
    return found if found.any() else ~found


def chance_of_success(knowledge: Knowledge) -> Chance | None:
    """Probability of success of formulations, `n`; None where nothing has failed yet, and nothing is to be said.

    Published films are left out: of what failed elsewhere nobody writes.
    """
    if not knowledge.failures:
        return None
    from models.success import learn_success

    made = [
        film.formulation
        for film in knowledge.films
        if any(reading.source == Source.MEASURED for reading in film.readings)
    ]
    return learn_success(made, [failure.formulation for failure in knowledge.failures])

"""What is said of a formulation for the person who reads later why it was suggested."""

from collections.abc import Sequence
from dataclasses import dataclass

from chemistry.formulation import Formulation
from chemistry.quantities import with_uncertainty
from ledger.film import Film
from models.features import feature_matrix
from models.process_features import told_apart_here
from models.protocols import Fitted
from planners.drive import Drive, drive
from planners.expectation import expectation
from planners.objectives import Limit, Objective
from planners.pareto import raised_values
from planners.protocols import Knowledge


@dataclass(frozen=True)
class Forecast:
    """What a surrogate expects of a formulation: mean and standard deviation of each objective, and both in words.

    The margin is how far inside each limit it is expected.
    """

    expected: dict[str, float]
    sd: dict[str, float]
    margin: dict[str, float]
    margin_sd: dict[str, float]
    words: str


def forecast(
    formulation: Formulation,
    knowledge: Knowledge,
    fitted: Fitted,
    limits: Sequence[Limit] = (),
    success: float | None = None,
) -> Forecast:
    """What a surrogate expects of a formulation.

    `limits` are those that it has learnt, `success` is the chance that a film comes of it, where that is known.
    """
    told = expectation(fitted, [formulation], knowledge.objectives, limits)
    names = names_of(knowledge.objectives)
    expected = dict(zip(names, told.mean[0].tolist(), strict=True))
    doubt = dict(zip(names, told.sd[0].tolist(), strict=True))
    limited = list(zip(limits, told.limited[0].tolist(), told.limited_sd[0].tolist(), strict=True))
    margin = {limit.label: limit.margin(value) for limit, value, _ in limited}
    margin_sd = {limit.label: sd for limit, _, sd in limited}
    words = [f"{name} {with_uncertainty(expected[name], doubt[name])}" for name in names]
    words += [f"margin to the limit on {of} {with_uncertainty(margin[of], margin_sd[of])}" for of in margin]
    words += [] if success is None else [f"chance of a film {success:.0%}"]
    return Forecast(expected, doubt, margin, margin_sd, ", ".join(words))


def driven_by(said: Forecast, films: Sequence[Film], objectives: Sequence[Objective]) -> Drive:
    """What drove a suggestion of which this is foretold, against the films that were read on every objective."""
    import numpy as np

    signs = np.array([objective.sign for objective in objectives])
    known = [values for film in films if (values := raised_values(film, objectives)) is not None]
    return drive(signs * list(said.expected.values()), np.array(list(said.sd.values())), np.array(known))


def not_learnt(limits: Sequence[Limit], learnt: Sequence[Limit]) -> str:
    """A sentence on the limits that wait, with a space before it; empty where none does."""
    waiting = [limit.label for limit in limits if limit not in learnt]
    return f" Nothing is learnt yet of {', '.join(waiting)}, so that limit waits." if waiting else ""


def nearest_film(formulation: Formulation, films: Sequence[Film]) -> str:
    """The film whose features are most like those of a formulation."""
    import numpy as np

    rows = feature_matrix([formulation, *(film.formulation for film in films)], told_apart_here(films))
    return films[int(np.argmin(((rows[1:] - rows[0]) ** 2).sum(axis=1)))].film_id


def names_of(objectives: Sequence[Objective]) -> list[str]:
    """Properties, or properties with their temperature where one is asked for at several."""
    names = [objective.property for objective in objectives]
    return names if len(set(names)) == len(names) else [objective.label for objective in objectives]

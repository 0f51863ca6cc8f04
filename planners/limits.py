"""Hard limits on what is measured: which films hold them, and by how much a formulation is expected to.

A film oversteps a limit where its reading does. One on which the property was not read is not known to overstep it: it
may stand in the front, and what the surrogate believes of it decides how much it counts for.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ledger.film import Film
from models.protocols import Condition, Fitted, Posterior
from planners.objectives import Limit, Objective
from planners.pareto import reading_of

if TYPE_CHECKING:
    import numpy as np


def holds(film: Film, limits: Sequence[Limit]) -> bool:
    """Whether no reading of a film oversteps a limit."""
    return all(limit.margin(reading.value) >= 0 for limit in limits if (reading := reading_of(film, limit)) is not None)


def those_that_hold(films: Sequence[Film], limits: Sequence[Limit]) -> list[Film]:
    """The films that overstep no limit."""
    return [film for film in films if holds(film, limits)]


def violation_of(films: Sequence[Film], limits: Sequence[Limit]) -> Callable[[Sequence[float | None]], float]:
    """By how much one value for each limit oversteps them in sum, zero where all hold; None is not known.

    Each excess is counted in the spread that the property has among the films, so that volts and kelvins add up.
    """
    spreads = []
    for limit in limits:
        read = [reading.value for film in films if (reading := reading_of(film, limit)) is not None]
        spreads.append((max(read) - min(read) if read else 0.0) or 1.0)

    def violation(values: Sequence[float | None]) -> float:
        return sum(
            max(0.0, -limit.margin(value)) / spread
            for limit, value, spread in zip(limits, values, spreads, strict=True)
            if value is not None
        )

    return violation


def read_values(film: Film, limits: Sequence[Limit]) -> list[float | None]:
    """The film's reading of each limited property, None where it was not read."""
    readings = [reading_of(film, limit) for limit in limits]
    return [None if reading is None else reading.value for reading in readings]


def learnt(limits: Sequence[Limit], fitted: Fitted, films: Sequence[Film]) -> tuple[Limit, ...]:
    """The limits whose property a surrogate has seen: of the others it can say nothing yet, and they wait."""
    seen = []
    for limit in limits:
        try:
            fitted.posterior([films[0].formulation], [Condition(limit.property, limit.temperature_C)])
        except KeyError:
            continue
        seen.append(limit)
    return tuple(seen)


def conditions(objectives: Sequence[Objective], limits: Sequence[Limit] = ()) -> list[Condition]:
    """What a surrogate is asked for: each objective at its temperatures, then what only limits need; nothing twice."""
    wanted = [part for objective in objectives for part in objective.parts]
    return list(dict.fromkeys(Condition(one.property, one.temperature_C) for one in (*wanted, *limits)))


def places(objectives: Sequence[Objective]) -> list[list[int]]:
    """Where in `conditions` what each objective is made of stands."""
    asked = conditions(objectives)
    return [[asked.index(Condition(part.property, part.temperature_C)) for part in one.parts] for one in objectives]


def column_signs(objectives: Sequence[Objective]) -> list[float]:
    """What each of the objectives' `conditions` is multiplied by to be one to maximise."""
    signs = [1.0] * len(conditions(objectives))
    for objective, own in zip(objectives, places(objectives), strict=True):
        for place in own:
            signs[place] = objective.sign
    return signs


def columns(objectives: Sequence[Objective], limits: Sequence[Limit]) -> list[int]:
    """Where in `conditions` each limit stands."""
    asked = conditions(objectives, limits)
    return [asked.index(Condition(limit.property, limit.temperature_C)) for limit in limits]


def chance_to_hold(posterior: Posterior, limits: Sequence[Limit], places: Sequence[int]) -> "np.ndarray":
    """Probability, `n`, that the true values of n formulations hold all limits; `places` are the limits' columns.

    Properties count as independent of one another, as in the surrogates.
    """
    import numpy as np
    from scipy.stats import norm

    chance = np.ones(len(posterior.mean))
    for limit, place in zip(limits, places, strict=True):
        mean, sd = posterior.mean[:, place], np.maximum(posterior.sd[:, place], 1e-12)
        above = norm.sf((limit.low - mean) / sd) if math.isfinite(limit.low) else 1.0
        below = norm.sf((limit.high - mean) / sd) if math.isfinite(limit.high) else 0.0
        chance *= above - below
    return chance

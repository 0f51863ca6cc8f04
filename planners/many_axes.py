"""Candidates of a space of many axes: those in a trust region about the best film."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from planners.limits import holds
from planners.pareto import hypervolume, objective_values, reference_point
from planners.points import Point, formulation_at, point_of, reasons_not_to, rounded
from planners.protocols import CALCULATIONS, Knowledge
from planners.space import DesignSpace
from planners.trust_region import MANY, TrustRegion, in_box, trust_region

if TYPE_CHECKING:
    import numpy as np

_ROUNDS = 4
"""Times that candidates are drawn for one that may be made."""


def open_axes(space: DesignSpace) -> int:
    """How many axes of a space a planner decides: choices among several, and amounts that vary."""
    axes = space.axes
    return sum(axis.size > 1 for axis in axes.choices) + sum(axis.span > 0 for axis in axes.amounts)


def has_many_axes(space: DesignSpace) -> bool:
    """Whether a trust region is asked for."""
    return open_axes(space) > MANY


def region_of(knowledge: Knowledge, start: int) -> TrustRegion:
    """The trust region of a campaign, from its decisions in their order and what came of them.

    A film counts by its objective, or by the hypervolume of all films up to it; one that failed, or oversteps a limit,
    brings nothing. What people called off, and what is under way, does not count.
    """
    return trust_region(_progress(knowledge, _told(knowledge)), open_axes(knowledge.space), start)


def films_since(knowledge: Knowledge, region: TrustRegion) -> frozenset[str]:
    """Films that came since the region began."""
    return frozenset(film for film, _ in _told(knowledge)[region.since :] if film is not None)


def region_candidates(knowledge: Knowledge, region: TrustRegion, best: Sequence[Point], size: int) -> list[Point]:
    """At most `size` feasible points in a region about one of the best points, which take turns."""
    import numpy as np

    space = knowledge.space
    if not best:
        return []
    centre = best[knowledge.suggested % len(best)]
    seed = knowledge.seed + 7919 * knowledge.suggested
    found: dict[Point, None] = {}
    drawn = np.random.default_rng([seed, 1]).random((_ROUNDS * size, len(space.axes.choices)))
    box = in_box(coordinates_of(space, centre), region.length, _ROUNDS * size, seed)
    for place, others in zip(box, drawn, strict=True):
        if len(found) == size:
            break
        point = _moved(space, centre, place, others)
        if point not in found and not reasons_not_to(space, formulation_at(space, point)):
            found[point] = None
    return list(found)


def coordinates_of(space: DesignSpace, point: Point) -> "np.ndarray":
    """A point in the unit cube, one coordinate for each axis: the middle of its part for a choice."""
    import numpy as np

    axes = space.axes
    chosen = [(choice + 0.5) / axis.size for axis, choice in zip(axes.choices, point.choices, strict=True)]
    amounts = [
        (amount - axis.low) / axis.span if axis.span else 0.5
        for axis, amount in zip(axes.amounts, point.amounts, strict=True)
    ]
    return np.clip(np.array([*chosen, *amounts]), 0.0, 1.0)


def _moved(space: DesignSpace, centre: Point, place: "np.ndarray", others: "np.ndarray") -> Point:
    """The point at coordinates; components have no neighbours, so one that moved at all is any, as `others` draws."""
    axes = space.axes
    before = coordinates_of(space, centre)
    choices = []
    for number, axis in enumerate(axes.choices):
        if place[number] == before[number]:
            choices.append(centre.choices[number])
            continue
        share = place[number] if axis.ordered else others[number]
        choices.append(min(int(share * axis.size), axis.size - 1))
    amounts = [
        axis.low + share * axis.span for axis, share in zip(axes.amounts, place[len(axes.choices) :], strict=True)
    ]
    return rounded(space, Point(tuple(choices), tuple(amounts)))


def _told(knowledge: Knowledge) -> list[tuple[str | None, tuple[float, ...] | None]]:
    """Film and objectives of each decision that something came of; None where it failed or oversteps a limit."""
    films = {film.film_id: film for film in knowledge.films}
    told: list[tuple[str | None, tuple[float, ...] | None]] = []
    for decided in knowledge.history:
        if decided.source in CALCULATIONS:
            continue
        film = films.get(decided.film_id or "")
        if decided.outcome == "failed":
            told.append((None, None))
        elif film is not None and point_of(knowledge.space, film.formulation) is not None:
            holding = holds(film, knowledge.limits)
            told.append((film.film_id, objective_values(film, knowledge.objectives) if holding else None))
    return told


def _progress(knowledge: Knowledge, told: Sequence[tuple[str | None, tuple[float, ...] | None]]) -> list[float]:
    """One number for each, to maximise."""
    import numpy as np

    results = [values for _, values in told]
    if len(knowledge.objectives) == 1:
        sign = knowledge.objectives[0].sign
        return [-np.inf if values is None else sign * values[0] for values in results]
    seen = [values for values in results if values is not None]
    if not seen:
        return [-np.inf] * len(results)
    reference = reference_point(np.array(seen), knowledge.objectives)
    progress: list[float] = []
    so_far: list[tuple[float, ...]] = []
    for values in results:
        so_far += [] if values is None else [values]
        progress.append(hypervolume(np.array(so_far), knowledge.objectives, reference))
    return progress

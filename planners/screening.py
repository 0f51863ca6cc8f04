"""Which candidates a Bayesian planner weighs: a deterministic pool of what may be made and is not known yet."""

from collections.abc import Callable, Sequence

from planners.points import Point, apart, formulation_at, point_of
from planners.protocols import Knowledge
from planners.sampling import neighbours, sample
from planners.space import DesignSpace
from planners.stock import enough_for

SAME = 0.02
"""A candidate whose components are those of a known film and whose loadings differ by less than this share of their
ranges would teach next to nothing."""
_NEAR_EACH, _NEAR_ALL = 24, 256
"""Neighbours drawn at each reach: of one film at most, and of all films of the front together about."""
NEAR_FAILURE = 0.05
"""The same about a formulation that gave nothing. Contact failures strike anywhere, so only its close surroundings
are left out."""


def candidates(
    knowledge: Knowledge, best: Sequence[Point], size: int, spread: Sequence[Point] | None = None
) -> list[Point]:
    """Feasible points: an even spread over the space, and the surroundings of the best known ones.

    `spread` are feasible points in the place of the even ones. What was observed, is under way or has failed is left
    out with its surroundings, and so is what would run dry.
    """
    space = knowledge.space
    spread = sample(space, size, knowledge.seed) if spread is None else spread
    around = []
    share = min(_NEAR_EACH, max(_NEAR_ALL // max(len(best), 1), 4))
    for place, point in enumerate(best):
        for reach in (0.08, 0.25):
            around += neighbours(space, point, share, reach, knowledge.seed + 7919 * knowledge.suggested + place)
    new = is_new(knowledge)
    return [point for point in dict.fromkeys([*spread, *around]) if new(space, point)]


def is_new(knowledge: Knowledge) -> Callable[[DesignSpace, Point], bool]:
    """Whether a point would teach something: it is no surroundings of what is known, and stock allows it.

    The space that is passed with a point is that of the knowledge, or one that has more polymers after the same ones.
    """
    space = knowledge.space
    known = [*(film.formulation for film in knowledge.films), *knowledge.pending]
    taken = [(point, SAME) for formulation in known if (point := point_of(space, formulation))]
    failed = [failure.formulation for failure in knowledge.failures]
    taken += [(point, NEAR_FAILURE) for formulation in failed if (point := point_of(space, formulation))]
    by_choices: dict[tuple[int, ...], list[tuple[Point, float]]] = {}
    for point, distance in taken:
        by_choices.setdefault(point.choices, []).append((point, distance))
    enough = enough_for(knowledge)

    def new(space: DesignSpace, point: Point) -> bool:
        around = by_choices.get(point.choices, ())
        return enough(formulation_at(space, point)) and all(
            apart(space, point, other) > distance for other, distance in around
        )

    return new

"""The best formulation of a space whose truth can be asked as often as one likes."""

from collections.abc import Callable, Iterator
from itertools import product

from chemistry.formulation import Formulation
from planners.points import Point, formulation_at, reasons_not_to, rounded
from planners.space import DesignSpace, Range

_ACROSS = 8
"""Steps across each loading for every combination of components."""
_FOLLOWED = 8
"""Combinations whose best is looked at more closely."""
_HALVINGS = 7


def summit(space: DesignSpace, worth: Callable[[Formulation], float]) -> float:
    """The largest worth of what may be made.

    A grid over the loadings of each combination of components, then the surroundings of the best of the best
    combinations at ever finer steps, down to a thousandth of a range.
    """

    def valued(point: Point) -> float:
        formulation = formulation_at(space, point)
        return float("-inf") if reasons_not_to(space, formulation) else worth(formulation)

    tops = [
        max(((valued(point), point) for point in _grid(space, *components)), key=lambda found: found[0])
        for components in product(*(range(len(named)) for named in (space.polymers, space.salts, space.plasticisers)))
    ]
    best = float("-inf")
    for value, point in sorted(tops, key=lambda found: -found[0])[:_FOLLOWED]:
        step = 1 / _ACROSS
        for _ in range(_HALVINGS):
            step /= 2
            near = [(valued(moved), moved) for moved in _around(space, point, step)]
            value, point = max([(value, point), *near], key=lambda found: found[0])
        best = max(best, value)
    return best


def _grid(space: DesignSpace, polymer: int, salt: int, plasticiser: int) -> Iterator[Point]:
    plain = space.plasticisers[plasticiser] is None
    for loading in _steps(space.salt_loading):
        for fraction in (0.0,) if plain else _steps(space.plasticiser_fraction):
            yield rounded(space, Point(polymer, salt, plasticiser, loading, fraction))


def _steps(limits: Range | None) -> list[float]:
    if limits is None:
        return [0.0]
    return [limits.low + limits.span * place / _ACROSS for place in range(_ACROSS + 1)]


def _around(space: DesignSpace, point: Point, step: float) -> list[Point]:
    """The points up to two steps away along either loading."""
    span = space.plasticiser_fraction.span if space.plasticiser_fraction else 0.0
    moves = (-2, -1, 0, 1, 2)
    found = [
        Point(
            point.polymer,
            point.salt,
            point.plasticiser,
            point.loading + i * step * space.salt_loading.span,
            point.fraction + j * step * span,
        )
        for i, j in product(moves, moves if span else (0,))
    ]
    return [rounded(space, moved) for moved in found]

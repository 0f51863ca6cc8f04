"""The best formulation of a space whose truth can be asked as often as one likes."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from chemistry.formulation import Formulation
from planners.axes import Amount
from planners.points import Point, formulation_at, reasons_not_to, rounded
from planners.space import DesignSpace

_ACROSS = 8
"""Steps across each amount for every combination of choices."""
_FOLLOWED = 8
"""Combinations whose best is looked at more closely."""
_HALVINGS = 7
_MOST = 200_000


def can_be_searched(space: DesignSpace) -> bool:
    """Whether a grid over the space is small enough to look at all of it."""
    combinations = math.prod(axis.size for axis in space.axes.choices)
    return space.open_polymers is None and combinations * (_ACROSS + 1) ** len(space.axes.amounts) <= _MOST


def summit(space: DesignSpace, worth: Callable[[Formulation], float]) -> float:
    """The largest worth of what may be made.

    A grid over the amounts of each combination of choices, then the surroundings of the best of the best combinations
    at ever finer steps, down to a thousandth of a range.
    """

    def valued(point: Point) -> tuple[float, Point]:
        formulation = formulation_at(space, point)
        return float("-inf") if reasons_not_to(space, formulation) else worth(formulation), point

    every = product(*(range(axis.size) for axis in space.axes.choices))
    tops = [max(map(valued, _grid(space, choices)), key=_value) for choices in every]
    best = float("-inf")
    for top in sorted(tops, key=_value, reverse=True)[:_FOLLOWED]:
        for halving in range(1, _HALVINGS + 1):
            step = 1 / (_ACROSS * 2**halving)
            top = max([top, *map(valued, _around(space, top[1], step))], key=_value)
        best = max(best, top[0])
    return best


def _value(found: tuple[float, Point]) -> float:
    return found[0]


def _grid(space: DesignSpace, choices: tuple[int, ...]) -> Iterator[Point]:
    axes = space.axes
    steps = (_steps(axis) if axes.exists(axis, choices) else [0.0] for axis in axes.amounts)
    return (rounded(space, Point(choices, amounts)) for amounts in product(*steps))


def _steps(axis: Amount) -> Sequence[float]:
    return [axis.low + axis.span * place / _ACROSS for place in range(_ACROSS + 1)] if axis.span else [axis.low]


def _around(space: DesignSpace, point: Point, step: float) -> set[Point]:
    """The points up to two steps away along each amount."""
    moves = [
        [amount + times * step * axis.span for times in (range(-2, 3) if axis.span else (0,))]
        for axis, amount in zip(space.axes.amounts, point.amounts, strict=True)
    ]
    return {rounded(space, Point(point.choices, amounts)) for amounts in product(*moves)}

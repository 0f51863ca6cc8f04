"""A design space as a box: components are corners of simplices, numbers are shares of their ranges.

The edges of a simplex have length one, so that no two components are nearer than others. What does not exist (the
fraction of no plasticiser) lies in the middle: it draws nothing to either end.
"""

from typing import TYPE_CHECKING

from planners.axes import Choice
from planners.points import Point, rounded
from planners.space import DesignSpace

if TYPE_CHECKING:
    import numpy as np


def lengths(space: DesignSpace) -> tuple[int, ...]:
    """Coordinates of each axis: one for each component there is to choose, one for a number."""
    return (*(1 if axis.ordered else axis.size for axis in space.axes.choices), *(1 for _ in space.axes.amounts))


def embedded(space: DesignSpace, point: Point) -> "np.ndarray":
    """Coordinates of a point, `d`."""
    import numpy as np

    axes = space.axes
    chosen = [
        _corner(axis, choice, axes.exists(axis, point.choices))
        for axis, choice in zip(axes.choices, point.choices, strict=True)
    ]
    shares = [
        (amount - axis.low) / (axis.span or 1.0) if axes.exists(axis, point.choices) else 0.5
        for axis, amount in zip(axes.amounts, point.amounts, strict=True)
    ]
    return np.concatenate([*chosen, shares])


def point_nearest(space: DesignSpace, there: "np.ndarray") -> Point:
    """The point nearest to coordinates, `d`, whether it may be made or not."""
    import numpy as np

    axes = space.axes
    ends = np.cumsum(lengths(space))[: len(axes.choices)]
    *chosen, shares = np.split(there, ends)
    amounts = (axis.low + float(share) * axis.span for axis, share in zip(axes.amounts, shares.clip(0, 1), strict=True))
    choices = (_nearest_choice(axis, place) for axis, place in zip(axes.choices, chosen, strict=True))
    return rounded(space, Point(tuple(choices), tuple(amounts)))


def _corner(axis: Choice, choice: int, exists: bool) -> "np.ndarray":
    import numpy as np

    if axis.ordered:
        return np.array([choice / max(axis.size - 1, 1) if exists else 0.5])
    return np.eye(axis.size)[choice] / np.sqrt(2.0)


def _nearest_choice(axis: Choice, there: "np.ndarray") -> int:
    import numpy as np

    return int(np.rint(there[0].clip(0, 1) * (axis.size - 1))) if axis.ordered else int(np.argmax(there))

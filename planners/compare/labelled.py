"""Points of a space as rows of named parameters: how peers are told of them."""

from collections.abc import Mapping
from typing import Any

from chemistry.remembered import remembered
from planners.axes import Amount
from planners.points import Point, rounded
from planners.space import DesignSpace


@remembered
def labels(space: DesignSpace) -> dict[str, tuple[str, ...]]:
    """What each axis of choices that leaves one may be, by its name; numbered, so that two of one name differ."""
    several = (space.plasticisers, *[space.plasticisers_or_none] * (space.most_plasticisers - 1))
    components = (space.polymers, space.salts, *several)
    named = [tuple("none" if one is None else one.label for one in own) for own in components]
    named += [tuple(map(str, setting.values)) for setting in space.settings]
    return {
        axis.name: tuple(f"{place} {label}" for place, label in enumerate(own))
        for axis, own in zip(space.axes.choices, named, strict=True)
        if axis.size > 1
    }


def amounts(space: DesignSpace) -> dict[str, Amount]:
    """The amounts that leave a choice, by their names."""
    return {axis.name: axis for axis in space.axes.amounts if axis.span > 0}


def row_of(space: DesignSpace, point: Point) -> dict[str, Any]:
    """A point as a row."""
    axes, named, free = space.axes, labels(space), amounts(space)
    chosen = {
        axis.name: named[axis.name][place]
        for axis, place in zip(axes.choices, point.choices, strict=True)
        if axis.name in named
    }
    return chosen | {
        axis.name: amount for axis, amount in zip(axes.amounts, point.amounts, strict=True) if axis.name in free
    }


def point_of_row(space: DesignSpace, row: Mapping[str, Any]) -> Point:
    """The point of a row, rounded; raises `ValueError` for a component that is not there."""
    axes, named = space.axes, labels(space)
    return rounded(
        space,
        Point(
            tuple(named[axis.name].index(row[axis.name]) if axis.name in named else 0 for axis in axes.choices),
            tuple(float(row.get(axis.name, axis.low)) for axis in axes.amounts),
        ),
    )

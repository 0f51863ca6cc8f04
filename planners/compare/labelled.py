"""Points of a space as rows of named parameters: how peers are told of them."""

from collections.abc import Mapping
from typing import Any

from chemistry.remembered import remembered
from planners.points import Point, rounded
from planners.space import DesignSpace, Range

LOADING, FRACTION = "loading", "fraction"


@remembered
def labels(space: DesignSpace) -> dict[str, list[str]]:
    """Labels of the components of each kind that leaves a choice, numbered, so that two of one name differ."""
    named = {"polymer": space.polymers, "salt": space.salts, "plasticiser": space.plasticisers}
    return {
        kind: [f"{number} {'none' if one is None else one.label}" for number, one in enumerate(components)]
        for kind, components in named.items()
        if len(components) > 1
    }


def ranges(space: DesignSpace) -> dict[str, Range]:
    """The loadings that leave a choice."""
    given = {LOADING: space.salt_loading, FRACTION: space.plasticiser_fraction}
    return {name: limits for name, limits in given.items() if limits is not None and limits.span > 0}


def row_of(space: DesignSpace, point: Point) -> dict[str, Any]:
    """A point as a row."""
    values = {LOADING: point.loading, FRACTION: point.fraction}
    return {kind: own[getattr(point, kind)] for kind, own in labels(space).items()} | {
        name: values[name] for name in ranges(space)
    }


def point_of_row(space: DesignSpace, row: Mapping[str, Any]) -> Point:
    """The point of a row, rounded; raises `ValueError` for a component that is not there."""
    known = labels(space)
    places = {kind: known[kind].index(row[kind]) if kind in known else 0 for kind in ("polymer", "salt", "plasticiser")}
    fraction = space.plasticiser_fraction.low if space.plasticiser_fraction else 0.0
    return rounded(
        space,
        Point(
            places["polymer"],
            places["salt"],
            places["plasticiser"],
            float(row.get(LOADING, space.salt_loading.low)),
            float(row.get(FRACTION, fraction)),
        ),
    )

"""Deterministic samples of what may be made in a design space."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from chemistry.errors import BadInput
from planners.components import identity
from planners.points import Point, formulation_at, point_at, reasons_not_to, rounded
from planners.space import DesignSpace

_PATIENCE = 4096
"""Draws without one feasible point after which the space counts as empty."""


def coordinates(dimensions: int, seed: int) -> Iterator[tuple[float, ...]]:
    """An endless scrambled Sobol sequence in the unit cube (Owen, J. Complexity 1998, 14, 466)."""
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=True, rng=seed)
    while True:
        yield from map(tuple, engine.random(256).tolist())


@dataclass(frozen=True)
class _Request:
    """A space told apart by its text: hashing the value itself, component by component, takes longer."""

    text: str
    space: DesignSpace = field(compare=False)


def sample(space: DesignSpace, n: int, seed: int) -> tuple[Point, ...]:
    """At most n different feasible points, spread by a scrambled Sobol sequence over components and loadings.

    Fewer come back only where the space holds fewer (all of it fixed but the components, say).

    Raises:
        BadInput: nothing in the space may be made; says which reasons were met most.
    """
    return _sampled(_Request(identity(space), space), n, seed)


@lru_cache(maxsize=16)
def _sampled(request: _Request, n: int, seed: int) -> tuple[Point, ...]:
    space = request.space
    found: dict[Point, None] = {}
    reasons: Counter[str] = Counter()
    examples: dict[str, str] = {}
    barren = 0
    for place in coordinates(len(space.axes), seed):
        if len(found) == n or barren >= _PATIENCE:
            break
        point = point_at(space, place)
        barren += 1
        if point in found:
            continue
        if against := reasons_not_to(space, formulation_at(space, point)):
            for reason in against:  # without their numbers, reasons of one kind are counted together
                kind = re.sub(r"\d+\.?\d*", "…", reason)
                reasons[kind] += 1
                examples.setdefault(kind, reason)
            continue
        found[point] = None
        barren = 0
    if not found:
        common = tuple(
            f"{count} of {_PATIENCE} samples, one of them: {examples[kind]}" for kind, count in reasons.most_common(3)
        )
        raise BadInput(
            "no formulation of the design space may be made",
            place="space",
            problems=common,
            remedy="Widen the ranges, relax the constraints or name other components",
        )
    return tuple(found)


def refuse_empty(space: DesignSpace) -> None:
    """Refuse a space in which nothing may be made, before anything is begun in it.

    Raises:
        BadInput: nothing in it may be made; says which reasons were met most.
    """
    sample(space, 1, seed=0)


def balanced_block(space: DesignSpace, n: int, seed: int) -> tuple[Point, ...]:
    """A block of n feasible points in which every choice appears as evenly as it can, amounts spread by Sobol.

    Along each axis of choices the points are ranked and dealt out, so that counts differ by at most one. Where a
    combination may not be made at any of 64 loadings, that point is replaced by the next of `sample`.
    """
    stream = coordinates(len(space.axes), seed)
    places = [next(stream) for _ in range(n)]
    dealt = [
        _dealt([place[axis] for place in places], choice.size, seed + axis)
        for axis, choice in enumerate(space.axes.choices)
    ]
    spare = iter(sample(space, 4 * n, seed))
    chosen: list[Point] = []
    for row, place in enumerate(places):
        point = _feasible_with(space, [choices[row] for choices in dealt], place, stream, chosen)
        point = point or next((other for other in spare if other not in chosen), None)
        if point is not None:
            chosen.append(point)
    return tuple(chosen)


def neighbours(space: DesignSpace, point: Point, n: int, reach: float, seed: int) -> list[Point]:
    """At most n feasible points near one: amounts moved by up to `reach` of their ranges, sometimes one choice.

    A third of them keep all choices, the rest exchange one, so that good loadings are tried with other partners.
    """
    found: dict[Point, None] = {}
    axes = space.axes
    draws = coordinates(2 + len(axes.amounts), seed)
    for draw, (which, what, *moves) in zip(range(2 * n), draws, strict=False):
        if len(found) == n:
            break
        choices = list(point.choices)
        if draw % 3:
            axis = int(which * len(choices))
            choices[axis] = int(what * axes.choices[axis].size)
        amounts = zip(axes.amounts, point.amounts, moves, strict=True)
        moved = tuple(amount + reach * (2 * move - 1) * axis.span for axis, amount, move in amounts)
        near = rounded(space, Point(tuple(choices), moved))
        if near not in found and not reasons_not_to(space, formulation_at(space, near)):
            found[near] = None
    return list(found)


def _dealt(coordinate: list[float], size: int, seed: int) -> list[int]:
    """A choice for each point: ranks dealt out evenly, which comes first drawn from the seed."""
    import numpy as np

    order = np.random.default_rng(seed).permutation(size)
    ranks = np.argsort(np.argsort(coordinate))
    return [int(order[rank * size // len(coordinate)]) for rank in ranks]


def _feasible_with(
    space: DesignSpace,
    choices: Sequence[int],
    first: tuple[float, ...],
    stream: Iterator[tuple[float, ...]],
    taken: list[Point],
) -> Point | None:
    middle = [(index + 0.5) / axis.size for index, axis in zip(choices, space.axes.choices, strict=True)]
    place = first
    for _ in range(64):
        point = point_at(space, (*middle, *place[len(middle) :]))
        if point not in taken and not reasons_not_to(space, formulation_at(space, point)):
            return point
        place = next(stream)
    return None

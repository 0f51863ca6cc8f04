"""Ranges of named numbers as a box: what a search over parameters of a model chooses in."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from planners.box.protocols import Box

DIGITS = 4
"""Of a chosen number: what lies beyond differs between machines, and no model is so exact."""


@dataclass(frozen=True)
class Range:
    """The numbers that one parameter may take.

    Attributes:
        name: of the parameter.
        low: least.
        high: largest.
        log: whether equal factors, rather than equal differences, are equal steps.
        whole: whether only whole numbers count.
    """

    name: str
    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and not self.low > 0):
            raise BadInput(
                f"from {self.low:g} to {self.high:g}{' in equal factors' if self.log else ''} there is no range",
                place=self.name,
                remedy="Give the lower number first, and for equal factors one above zero",
            )

        if self.whole and not (float(self.low).is_integer() and float(self.high).is_integer()):
            raise BadInput(
                f"from {self.low:g} to {self.high:g} does not begin and end with whole numbers",
                place=self.name,
                remedy="Give whole numbers: it is counted",
            )

    def value(self, place: float) -> float:
        """The number at a place from 0 to 1.

        >>> Range("length", 5, 80, log=True, whole=True).value(0.5)
        20.0
        """
        low, high = self._ends
        at = low + min(max(place, 0.0), 1.0) * (high - low)
        number = math.exp(at) if self.log else at
        return float(round(number)) if self.whole else float(f"{number:.{DIGITS}g}")

    def place(self, value: float) -> float:
        """Where a number lies, from 0 to 1."""
        low, high = self._ends
        return ((math.log(value) if self.log else value) - low) / (high - low)

    @property
    def levels(self) -> tuple[float, ...]:
        """Places of all whole numbers; none where every number counts."""
        if not self.whole:
            return ()
        return tuple(self.place(number) for number in range(int(self.low), int(self.high) + 1))

    @property
    def _ends(self) -> tuple[float, float]:
        return (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)


def box_of(ranges: Sequence[Range]) -> Box:
    """The box of all of them, in their order."""
    stepped = tuple((column, one.levels) for column, one in enumerate(ranges) if one.whole)
    return Box(len(ranges), levels=stepped)


def values_at(ranges: Sequence[Range], point: np.ndarray) -> dict[str, float]:
    """The numbers at a point, `d`."""
    return {one.name: one.value(float(place)) for one, place in zip(ranges, point, strict=True)}


def point_of(ranges: Sequence[Range], values: Mapping[str, float]) -> np.ndarray:
    """The point of numbers, `d`."""
    return np.array([one.place(values[one.name]) for one in ranges])

"""Temperatures that are not what their column says: kelvin, or 1000 K/T, where °C should stand.

Both are told by what cannot be: nothing is measured on a polymer electrolyte above 250 °C, where polymers decompose,
and conductivity does not fall as a film is warmed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ledger.literature.rows import Row

HOTTEST_C = 250.0
"""The published tables reach 190 °C."""
COLDEST_C = -100.0
KELVIN = "kelvin where °C should stand"
INVERSE = "1000/T where °C should stand"
_ZERO_C_K = 273.15
_WARM = 200.0
"""A table whose lowest temperature is above this is in kelvin."""
_INVERSE_LOW, _INVERSE_HIGH, _POINTS = 1.5, 4.5, 4


@dataclass(frozen=True)
class Series:
    """Where a format keeps temperature and conductivity, and the columns that make rows one series."""

    temperature: str
    conductivity: str
    same: tuple[str, ...]


def wrong_scales(rows: Sequence[Row], columns: Series) -> dict[int, tuple[str, str]]:
    """Rows whose temperature is on another scale: their number, with reason and detail.

    - 1000 K/T: four points or more of one series, all from 1.5 to 4.5, whose conductivity falls as they rise; or a
      table all of whose series are such, with two points or more where there are several.
    - Kelvin: a series that goes above 250 and nowhere below 168, a table that lies above 200 throughout, and any
      other single row above 250.

    A series is what stands in the same cells of `columns.same`. Single rows from 168 to 250 K among rows in °C are not
    found: they could be either.
    """
    series: defaultdict[tuple[str, ...], list[tuple[float, float, int]]] = defaultdict(list)
    for row in rows:
        try:
            point = (float(row.text(columns.temperature)), float(row.text(columns.conductivity)), row.number)
        except ValueError:
            continue
        series[tuple(row.text(name) for name in columns.same)].append(point)
    everything = [point for points in series.values() for point in points]
    if not everything:
        return {}
    coldest, hottest = min(everything)[0], max(everything)[0]
    several = [points for points in series.values() if len(points) > 1]
    all_inverse = coldest > _INVERSE_LOW and hottest < _INVERSE_HIGH and several and all(map(_falls, several))
    all_kelvin = coldest > _WARM and hottest < HOTTEST_C + _ZERO_C_K
    found: dict[int, tuple[str, str]] = {}
    for points in series.values():
        if all_inverse or _is_inverse(points):
            found |= {number: (INVERSE, _inverse_detail(t)) for t, _, number in points}
        else:
            whole = all_kelvin or _is_kelvin(points)
            found |= {number: (KELVIN, _kelvin_detail(t)) for t, _, number in points if whole or _too_hot(t)}
    return found


def _falls(points: list[tuple[float, float, int]]) -> bool:
    return all(a[1] > b[1] for a, b in pairwise(sorted(points)))


def _is_inverse(points: list[tuple[float, float, int]]) -> bool:
    temperatures = [t for t, _, _ in points]
    within = min(temperatures) > _INVERSE_LOW and max(temperatures) < _INVERSE_HIGH
    return len(points) >= _POINTS and within and _falls(points)


def _is_kelvin(points: list[tuple[float, float, int]]) -> bool:
    temperatures = [t for t, _, _ in points]
    return min(temperatures) > COLDEST_C + _ZERO_C_K - 5 and _too_hot(max(temperatures))


def _too_hot(temperature: float) -> bool:
    """Whether it cannot be °C, and can be kelvin."""
    return HOTTEST_C < temperature < HOTTEST_C + _ZERO_C_K


def _inverse_detail(temperature: float) -> str:
    celsius = 1000 / temperature - _ZERO_C_K
    return (
        f"{temperature:g} stands for 1000 K/T ({celsius:.4g} °C): conductivity falls as it rises from "
        f"{_INVERSE_LOW} to {_INVERSE_HIGH}. Write °C"
    )


def _kelvin_detail(temperature: float) -> str:
    return (
        f"{temperature:g} stands for {temperature - _ZERO_C_K:.4g} °C: nothing is measured above {HOTTEST_C:g} °C. "
        "Subtract 273.15, or bring it in with `ionloop data import --format columns --unit temperature=K`"
    )

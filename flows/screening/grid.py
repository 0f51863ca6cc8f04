"""Salts, loadings and temperatures as they are written on a command line, read into a grid."""

import re

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.quantities import quantity
from models.screening.grid import Grid
from planners.space import LOADING_UNITS

COLDEST_C, HOTTEST_C = -100.0, 250.0
"""Temperatures between which films are measured; polymers decompose above."""
_PIECE = re.compile(r"\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?(?::[+-]?[\d.]+(?:[eE][+-]?\d+)?:\d+)?)\s*(\D.*?)?\s*")
_MOST = 100_000


def grid(salts: str, loadings: str, temperatures: str) -> Grid:
    """The grid of a screening.

    Args:
        salts: names or SMILES with commas between.
        loadings: numbers, or ranges LOW:HIGH:COUNT, with commas between and their unit, such as `0.05:0.2:4 Li/O`;
            Li/O where no unit is given.
        temperatures: the same, such as `25, 60, 90 degC`; °C where no unit is given.

    Raises:
        BadInput: an unknown salt or unit, no number, or a number that cannot be meant.
    """
    chosen = tuple(dict.fromkeys(salt(name.strip()) for name in salts.split(",") if name.strip()))
    if not chosen:
        raise BadInput(
            "no salt is named", place="--salts", remedy="Give names with commas between, such as LiTFSI,LiFSI"
        )
    amounts, unit = _loadings(loadings)
    return Grid(chosen, amounts, unit, _temperatures(temperatures))


def _loadings(text: str) -> tuple[tuple[float, ...], str]:
    place = "--loadings"
    pieces = _pieces(text, place, "0.05,0.1,0.2 Li/O")
    unit = _one_unit(pieces, place) or "Li/O"
    if unit not in LOADING_UNITS:
        known = ", ".join(LOADING_UNITS)
        raise BadInput(f"{unit!r} is no unit of a salt loading", place=place, remedy=f"Use one of {known}")
    amounts = tuple(dict.fromkeys(number for numbers, _ in pieces for number in numbers))
    for amount in amounts:
        if not 0 < amount <= LOADING_UNITS[unit]:
            raise BadInput(
                f"a loading of {amount:g} {unit} is not above 0 and at most {LOADING_UNITS[unit]:g}",
                place=place,
                remedy=f"Check the unit; known are {', '.join(LOADING_UNITS)}",
            )
    return amounts, unit


def _temperatures(text: str) -> tuple[float, ...]:
    place = "--temperatures"
    pieces = _pieces(text, place, "25,60,90 degC")
    unit = _one_unit(pieces, place)
    found = [_celsius(number, unit or "degC") for numbers, _ in pieces for number in numbers]
    for temperature in found:
        if not COLDEST_C <= temperature <= HOTTEST_C:
            raise BadInput(
                f"a temperature of {temperature:g} °C is not between {COLDEST_C:g} and {HOTTEST_C:g} °C",
                place=place,
                remedy=_other_unit(temperature) if not unit else "Check numbers and unit",
            )
    return tuple(dict.fromkeys(found))


def _celsius(number: float, unit: str) -> float:
    try:
        return quantity(f"{number:.12g} {unit}", "degC")
    except BadInput as error:
        raise BadInput(error.problem, place="--temperatures", remedy=error.remedy) from error


def _other_unit(temperature: float) -> str:
    """What may have been meant by a bare number that cannot be °C."""
    kelvin = COLDEST_C <= temperature - 273.15 <= HOTTEST_C
    return f"If kelvin is meant, write '{temperature:g} K'" if kelvin else "Give temperatures of films"


def _one_unit(pieces: list[tuple[list[float], str]], place: str) -> str:
    """The unit of all pieces, stated once or more; empty where none is stated."""
    units = sorted({unit for _, unit in pieces if unit})
    if len(units) > 1:
        raise BadInput(f"the units {', '.join(units)} are mixed", place=place, remedy="Give all numbers in one unit")
    return units[0] if units else ""


def _pieces(text: str, place: str, example: str) -> list[tuple[list[float], str]]:
    """Numbers of each piece between commas, and its unit (empty where it has none)."""
    pieces = []
    for piece in text.split(","):
        if not piece.strip():
            continue
        read = _PIECE.fullmatch(piece)
        try:
            if read is None:
                raise ValueError(piece)
            pieces.append((_numbers(read[1]), read[2] or ""))
        except ValueError as error:
            raise BadInput(
                f"{piece.strip()!r} is no number and no range LOW:HIGH:COUNT",
                place=place,
                remedy=f"Write it like {example}",
            ) from error
    if not pieces:
        raise BadInput("no number is given", place=place, remedy=f"Write it like {example}")
    if sum(len(numbers) for numbers, _ in pieces) > _MOST:
        raise BadInput(f"more than {_MOST} numbers", place=place, remedy="Give a coarser range")
    return pieces


def _numbers(text: str) -> list[float]:
    if ":" not in text:
        return [float(text)]
    low, high, count = text.split(":")
    first, last, steps = float(low), float(high), int(count)
    if steps < 2 or steps > _MOST or last <= first:
        raise ValueError(text)
    return [float(f"{first + (last - first) * i / (steps - 1):.9g}") for i in range(steps)]

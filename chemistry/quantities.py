"""Numbers with units, read from what people write: `30 °C`, `1 MHz`, `150 um`, `2 h`."""

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from chemistry.errors import BadInput

if TYPE_CHECKING:
    from pint import UnitRegistry

ABSOLUTE_ZERO_C = -273.15
"""By definition of the kelvin scale (SI brochure, 9th edition, 2019)."""

_NUMBER_AND_UNIT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*")
_SPELLINGS = {
    "°C": "degC",
    "℃": "degC",
    "°F": "degF",
    "°K": "kelvin",
    "K": "kelvin",
    "Å": "angstrom",
    "Ω": "ohm",
    "%": "percent",
}


def quantity(text_or_number: str | float, unit: str) -> float:
    """The number of `unit` that a text states; a bare number is taken to be in `unit` already.

    Args:
        text_or_number: `"30 °C"`, `"303 K"`, `"1 MHz"`, `"150 um"`, or a number.
        unit: The unit of the answer, in pint's spelling (`degC`, `Hz`, `um`, `hour`).

    Raises:
        BadInput: no number, a unit missing, unknown or of another dimension, a number that is not finite, or a
            temperature below absolute zero.

    >>> quantity("303.15 K", "degC"), quantity("2 h", "min"), quantity(5, "um")
    (30.0, 120.0, 5.0)
    """
    if isinstance(text_or_number, bool) or not isinstance(text_or_number, str | int | float):
        raise BadInput(
            f"{text_or_number!r} is not a quantity", remedy=f"Write a number with its unit, such as '30 {unit}'"
        )
    number = _read(text_or_number, unit) if isinstance(text_or_number, str) else float(text_or_number)
    if not math.isfinite(number):
        raise BadInput(f"{text_or_number!r} is not a finite number", remedy="Give a finite number")
    coldest = _absolute_zero(unit)
    if coldest is not None and number < coldest:
        raise BadInput(
            f"{text_or_number!r} lies below absolute zero ({coldest:g} {unit})", remedy="Check the sign and the unit"
        )
    return number


def with_uncertainty(value: float, sd: float) -> str:
    """A value to the second digit of its standard deviation, which tells people how much of it to believe.

    Args:
        value: In any unit.
        sd: In the same unit, not below zero; where it is zero, or none at all, four digits stand alone.

    >>> with_uncertainty(0.5134, 0.00123), with_uncertainty(-4.0712, 0.31), with_uncertainty(311.2, 14.6)
    ('0.5134 ± 0.0012', '-4.07 ± 0.31', '311 ± 15')
    """
    if not (math.isfinite(sd) and sd > 0):
        return f"{value:.4g}"
    decimals = decimals_of(sd)
    return f"{round(value, decimals) + 0.0:.{decimals}f} ± {sd:.{decimals}f}"  # plus zero: never -0.0


def decimals_of(sd: float) -> int:
    """How many decimals show a standard deviation, above zero, to its second digit."""
    return max(0, 1 - math.floor(math.log10(max(sd, 1e-12))))


def _read(text: str, unit: str) -> float:
    from pint import DimensionalityError, PintError

    parts = _NUMBER_AND_UNIT.fullmatch(text)
    if parts is None:
        raise BadInput(f"{text!r} is not a number with a unit", remedy=f"Write it like '30 {unit}'")
    number, written = float(parts[1]), parts[2]
    if not written:
        raise BadInput(f"{text!r} has no unit", remedy=f"Write it like '{text.strip()} {unit}'")
    try:
        found = _registry().Quantity(number, _SPELLINGS.get(written, written))
        answer = float(found.to(_SPELLINGS.get(unit, unit)).magnitude)
    except DimensionalityError as error:
        raise BadInput(
            f"{text!r} cannot be turned into {unit}: {written} measures something else", remedy=f"Give it in {unit}"
        ) from error
    except (PintError, AttributeError, ValueError, TypeError, AssertionError) as error:  # pint asserts on ':'
        raise BadInput(f"{written!r} in {text!r} is not a unit", remedy=f"Give it in {unit}") from error
    return float(f"{answer:.12g}")


@lru_cache(maxsize=64)
def _absolute_zero(unit: str) -> float | None:
    """Absolute zero in `unit` where it measures temperature, else None."""
    if unit in {"degC", "°C", "℃"}:
        return ABSOLUTE_ZERO_C
    registry = _registry()
    asked = registry.Quantity(1.0, _SPELLINGS.get(unit, unit))
    if not asked.check("[temperature]"):
        return None
    return float(registry.Quantity(0.0, "kelvin").to(asked.units).magnitude)


@lru_cache(maxsize=1)
def _registry() -> "UnitRegistry":
    from pint import UnitRegistry

    return UnitRegistry()

"""Words and numbers as people read them."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chemistry.quantities import decimals_of, with_uncertainty
from planners.objectives import Limit, Measurand, Objective

if TYPE_CHECKING:
    from flows.standing import Standing
    from planners.even_spread import EvenSpread

_TITLES = {
    "log10_conductivity": "log₁₀ conductivity",
    "log10_storage_modulus": "log₁₀ storage modulus",
}
_UNITS = {"log10(S/cm)": "S/cm", "log10(MPa)": "MPa", "degC": "°C", "1": "", "V vs Li/Li+": "V vs Li/Li⁺"}


def axis_title(asked: Measurand) -> str:
    """`log₁₀ conductivity (S/cm) at 30 °C`."""
    if isinstance(asked, Objective) and asked.temperatures_C:
        return _over_several(asked)
    unit = _UNITS.get(asked.unit, asked.unit)
    title = _TITLES.get(asked.property, asked.property.replace("_", " "))
    at = "" if asked.temperature_C is None else f" at {asked.temperature_C:g} °C"
    return f"{title} ({unit}){at}" if unit else f"{title}{at}"


def _over_several(asked: Objective) -> str:
    """`worst of log₁₀ conductivity at 30 and 80 °C, above −9 and −6 (decades)`."""
    title = _TITLES.get(asked.property, asked.property.replace("_", " "))
    at, above = (" and ".join(f"{v:g}" for v in many) for many in (asked.temperatures_C, asked.references))
    unit = _UNITS.get(asked.unit, asked.unit)
    return f"{asked.over} of {title} at {at} °C, above {above}" + (f" ({unit})" if unit else "")


def metrics_in_words(metrics: Mapping[str, Any]) -> list[str]:
    """What a version is worth: one line for each property, then whatever else was measured of it.

    >>> metrics_in_words({"glass_transition rmse": 21.7, "glass_transition coverage_90": 1.0, "loss": 2.5})
    ['glass transition: error 21.7, 90 % intervals hold 100 %', 'loss 2.5']
    """
    numbers = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    told: list[str] = []
    for name in [key.removesuffix(" rmse") for key in numbers if key.endswith(" rmse")]:
        own = {key.removeprefix(f"{name} "): numbers.pop(key) for key in [*numbers] if key.startswith(f"{name} ")}
        held = f", 90 % intervals hold {100 * own['coverage_90']:.0f} %" if "coverage_90" in own else ""
        told.append(f"{_TITLES.get(name, name.replace('_', ' '))}: error {own['rmse']:.3g}{held}")
    return told + [f"{name.replace('_', ' ')} {value:.3g}" for name, value in numbers.items()]


def limit_in_words(limit: Limit) -> str:
    """`oxidation limit (V vs Li/Li⁺) at 70 °C ≥ 4.5`."""
    bounds = (f" ≥ {limit.at_least:g}" if limit.at_least is not None else "") + (
        f" ≤ {limit.at_most:g}" if limit.at_most is not None else ""
    )
    return f"{axis_title(limit)}{bounds}"


def even_in_words(even: "EvenSpread", now: "Standing") -> str:
    """How far the campaign came beside an even spread of as many films."""
    n = even.counts[-1]
    reached = now.hypervolume[n - 1]
    sooner = next((place for place, value in enumerate(now.hypervolume, 1) if value >= even.median[-1]), None)
    share = even.share_reaching(reached)
    low, median, high, mine = (
        "nothing" if value is None else f"{value:.3g}"
        for value in now.shown((even.low[-1], even.median[-1], even.high[-1], reached))
    )
    told = f"An even spread of {n} films is foretold to reach {median} ({low} to {high})"
    told += f"; after as many results the campaign had {mine}. "
    told += f"{100 * share:.0f} % of the spreads come as far." if share else "None of the spreads comes as far."
    return told + (f" The campaign had what the middle one ends with after {sooner} results." if sooner else "")


def in_plain_units(objective: Objective, value: float, sd: float) -> str:
    """A value that people can use: 10 to the power of a logarithm, with its unit and a factor of uncertainty."""
    unit = _UNITS.get(objective.unit, objective.unit)
    if not objective.unit.startswith("log10"):
        return f"{with_uncertainty(value, sd)} {unit}".strip()
    factor = 10**sd
    return f"{_power_of_ten(value)} {unit}, within a factor of {factor:.{decimals_of(factor - 1) if sd > 0 else 0}f}"


def _power_of_ten(log10_value: float) -> str:
    """`2.3·10⁻⁴` for -3.64; plain between a thousandth and ten thousand."""
    if -3 <= log10_value < 4:
        return f"{10**log10_value:.3g}"
    exponent = math.floor(log10_value)
    return f"{10 ** (log10_value - exponent):.1f}·10{str(exponent).translate(_RAISED)}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

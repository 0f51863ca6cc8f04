"""Words and numbers as people read them."""

from planners.objectives import Objective

_TITLES = {
    "log10_conductivity": "log₁₀ conductivity",
    "log10_storage_modulus": "log₁₀ storage modulus",
}
_UNITS = {"log10(S/cm)": "S/cm", "log10(MPa)": "MPa", "degC": "°C", "1": ""}


def axis_title(objective: Objective) -> str:
    """`log₁₀ conductivity (S/cm) at 30 °C`."""
    unit = _UNITS.get(objective.unit, objective.unit)
    title = _TITLES.get(objective.property, objective.property.replace("_", " "))
    at = "" if objective.temperature_C is None else f" at {objective.temperature_C:g} °C"
    return f"{title} ({unit}){at}" if unit else f"{title}{at}"


def in_plain_units(objective: Objective, value: float, sd: float) -> str:
    """A value that people can use: 10 to the power of a logarithm, with its unit and a factor of uncertainty."""
    unit = _UNITS.get(objective.unit, objective.unit)
    if not objective.unit.startswith("log10"):
        return f"{value:.3g} ± {sd:.2g} {unit}".strip()
    return f"{10**value:.2g} {unit} (×/÷ {10**sd:.2f})"

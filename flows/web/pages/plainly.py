"""Records of the ledger as people read them."""

from typing import Any

from flows.report.words import axis_title
from planners.objectives import Measurand

LONGEST = 160
"""Characters of a record that are shown."""
UNITS = {
    "C": "°C",
    "um": "µm",
    "mg": "mg",
    "mL": "mL",
    "MPa": "MPa",
    "V": "V",
    "Hz": "Hz",
    "ohm": "Ω",
    "s": "s",
    "h": "h",
}
"""How the end of a name says in what a number is."""


def scalars(values: dict[str, Any]) -> dict[str, Any]:
    """The texts and numbers of a record; no curves."""
    return {key: value for key, value in values.items() if isinstance(value, str | int | float) and value != ""}


def plainly(values: dict[str, Any]) -> str:
    """What people read of a record, shortened.

    >>> plainly({"solvent": "acetonitrile", "temperature_C": 50.0, "hours": 4.0})
    'solvent acetonitrile, temperature 50 °C, hours 4'
    """
    told: list[str] = []
    for key, value in values.items():
        if isinstance(value, dict):
            told.append(plainly(value))
        elif value is not None:
            name, _, end = key.rpartition("_")
            unit = UNITS.get(end, "") if name and isinstance(value, float | int) else ""
            shown = f"{value:.4g}" if isinstance(value, float) else str(value)
            told.append(f"{(name if unit else key).replace('_', ' ')} {shown} {unit}".rstrip())
    text = ", ".join(told)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def asked(property_: str, temperature_C: float | None) -> str:
    """A property and where it was read, as people say it: `log₁₀ conductivity (S/cm) at 30 °C`."""
    return axis_title(Measurand(property=property_, temperature_C=temperature_C))

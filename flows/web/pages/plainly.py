"""Records of the ledger as people read them."""

from typing import Any

from flows.report.words import axis_title
from planners.objectives import Measurand

LONGEST = 160
"""Characters of a record that are shown."""


def scalars(values: dict[str, Any]) -> dict[str, Any]:
    """The texts and numbers of a record; no curves."""
    return {key: value for key, value in values.items() if isinstance(value, str | int | float) and value != ""}


def plainly(values: dict[str, Any]) -> str:
    """`mass 327.6 mg, component …`: what people read of a record, shortened."""
    told: list[str] = []
    for key, value in values.items():
        if isinstance(value, dict):
            told.append(plainly(value))
        elif value is not None:
            shown = f"{value:.4g}" if isinstance(value, float) else str(value)
            told.append(f"{key.replace('_', ' ')} {shown}")
    text = ", ".join(told)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def asked(property_: str, temperature_C: float | None) -> str:
    """A property and where it was read, as people say it: `log₁₀ conductivity (S/cm) at 30 °C`."""
    return axis_title(Measurand(property=property_, temperature_C=temperature_C))

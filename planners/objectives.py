"""What a campaign wants: a property, the temperature it is read at, and the direction."""

import builtins
from typing import Literal, Self

from pydantic import model_validator

from chemistry.value import Value
from ledger.film import PROPERTY_UNITS


class Objective(Value):
    """One objective of a campaign.

    The unit is that of the property in the ledger (`ledger.film.PROPERTY_UNITS`).
    """

    property: str
    """One of `ledger.film.PROPERTY_UNITS`; hides the builtin of this name from here on."""
    goal: Literal["maximise", "minimise"] = "maximise"
    temperature_C: float | None = None
    reference: float | None = None
    """The value that counts as worthless: a coordinate of the hypervolume's reference point."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.property not in PROPERTY_UNITS:
            raise ValueError(f"unknown property {self.property!r}; known are {', '.join(sorted(PROPERTY_UNITS))}")
        return self

    @builtins.property
    def unit(self) -> str:
        """Unit of the property."""
        return PROPERTY_UNITS[self.property]

    @builtins.property
    def label(self) -> str:
        """The property and where it is read: `log10_conductivity at 30 °C`."""
        return self.property if self.temperature_C is None else f"{self.property} at {self.temperature_C:g} °C"

    @builtins.property
    def sign(self) -> float:
        """Plus one to maximise, minus one to minimise."""
        return 1.0 if self.goal == "maximise" else -1.0

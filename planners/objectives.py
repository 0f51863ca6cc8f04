"""What a campaign wants of its films: objectives with a direction, and hard limits."""

import builtins
from typing import Literal, Self

from pydantic import model_validator

from chemistry.value import Value
from ledger.film import PROPERTY_UNITS


class Measurand(Value):
    """A property that is read on films, and the temperature it is read at.

    The unit is that of the property in the ledger (`ledger.film.PROPERTY_UNITS`).
    """

    property: str
    """One of `ledger.film.PROPERTY_UNITS`; hides the builtin of this name from here on."""
    temperature_C: float | None = None

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


class Objective(Measurand):
    """One objective of a campaign: a property at a temperature, or what it comes to over several of them.

    Over several temperatures its value is the height above a reference at each, of all of them the least (for what is
    minimised: the largest) or the mean; its own reference is zero then.
    """

    goal: Literal["maximise", "minimise"] = "maximise"
    reference: float | None = None
    """The value that counts as worthless: a coordinate of the hypervolume's reference point."""
    temperatures_C: tuple[float, ...] = ()
    """Several, in the place of one."""
    references: tuple[float, ...] = ()
    """The worthless value at each of them."""
    over: Literal["worst", "mean"] = "worst"
    """What several temperatures come to."""

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if not self.temperatures_C:
            if self.references:
                raise ValueError(f"{self.property} has several references; give a single one, or several temperatures")
            return self
        if self.temperature_C is not None or len(set(self.temperatures_C)) < max(len(self.temperatures_C), 2):
            raise ValueError(f"the temperatures of {self.property} should be two or more, each given once")
        if len(self.references) != len(self.temperatures_C) or self.reference != 0.0:
            raise ValueError(
                f"{self.property} over {len(self.temperatures_C)} temperatures needs the worthless value at each of "
                "them, such as `reference: [-9, -6]`: it is counted from there"
            )
        return self

    @builtins.property
    def parts(self) -> tuple[Measurand, ...]:
        """What is read of a film for it: one property at one temperature or at several."""
        temperatures = self.temperatures_C or (self.temperature_C,)
        return tuple(Measurand(property=self.property, temperature_C=T) for T in temperatures)

    @builtins.property
    def unit(self) -> str:
        """Unit of the property; a difference of logarithms is told in decades."""
        unit = PROPERTY_UNITS[self.property]
        return "decades" if self.temperatures_C and unit.startswith("log10") else unit

    @builtins.property
    def label(self) -> str:
        """`log10_conductivity at 30 °C`, or `worst log10_conductivity at 30 and 80 °C above -9 and -6`."""
        if not self.temperatures_C:
            return super().label
        at, above = (" and ".join(f"{v:g}" for v in many) for many in (self.temperatures_C, self.references))
        return f"{self.over} {self.property} at {at} °C above {above}"

    @builtins.property
    def sign(self) -> float:
        """Plus one to maximise, minus one to minimise."""
        return 1.0 if self.goal == "maximise" else -1.0


class Limit(Measurand):
    """A hard limit on what is measured: a film that oversteps it is no answer, however good it is otherwise."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"the limit on {self.label} says neither at_least nor at_most; give one of them, or both")
        if self.low >= self.high:
            raise ValueError(
                f"no film can hold the limit on {self.label}: at least {self.low:g} and at most {self.high:g} "
                f"({self.unit}); raise at_most or lower at_least"
            )
        return self

    @builtins.property
    def low(self) -> float:
        """The lower bound, minus infinity where there is none."""
        return float("-inf") if self.at_least is None else self.at_least

    @builtins.property
    def high(self) -> float:
        """The upper bound, infinity where there is none."""
        return float("inf") if self.at_most is None else self.at_most

    def margin(self, value: float) -> float:
        """How far a value lies inside the limit, in the property's unit; negative where it oversteps it."""
        return min(value - self.low, self.high - value)

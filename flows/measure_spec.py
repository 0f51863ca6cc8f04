"""What a campaign file says of the measurements, as frozen values."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from chemistry.quantity_fields import in_unit
from chemistry.value import Value
from devices.protocols import Polarise, ScanHeat, SweepVoltage

COLDEST_C, HOTTEST_C = -100.0, 300.0
"""Between these a polymer electrolyte is measured at all; a stage's own limits are narrower, and it says so."""

LOWEST_Hz, HIGHEST_Hz = 1e-5, 1e9
"""A period of the lowest takes more than a day; above the highest cables, and not films, are measured."""


class SweepSpec(Value):
    """The frequencies of one impedance spectrum."""

    high: Annotated[float, in_unit("Hz"), Field(le=HIGHEST_Hz)] = 1e6
    low: Annotated[float, in_unit("Hz"), Field(ge=LOWEST_Hz)] = 1.0
    points_per_decade: int = Field(default=7, ge=3, le=50)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(
                f"the sweep goes from high to low frequency, got high {self.high:g} Hz, low {self.low:g} Hz"
            )
        return self


class PolarisationSpec(Value):
    """How a film is polarised for its transference number."""

    voltage: Annotated[float, in_unit("V"), Field(gt=0, le=0.1)] = Polarise().voltage_V
    time: Annotated[float, in_unit("hour"), Field(gt=0, le=48)] = Polarise().hours


class VoltageSweepSpec(Value):
    """How the potential is swept for the oxidation limit; potentials vs Li/Li⁺."""

    low: Annotated[float, in_unit("V")] = SweepVoltage().from_V
    high: Annotated[float, in_unit("V")] = SweepVoltage().to_V
    rate: Annotated[float, in_unit("mV/s"), Field(gt=0, le=10)] = SweepVoltage().rate_mV_s

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low + 1:
            raise ValueError(f"the sweep needs 1 V at least, got {self.low:g} to {self.high:g} V")
        return self


class CalorimetrySpec(Value):
    """How a film is scanned for its glass transition."""

    low: Annotated[float, in_unit("degC")] = ScanHeat().from_C
    high: Annotated[float, in_unit("degC")] = ScanHeat().to_C
    rate: Annotated[float, in_unit("K/min"), Field(gt=0, le=50)] = ScanHeat().rate_K_min

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low + 60:
            raise ValueError(f"the scan needs 60 K at least, got {self.low:g} to {self.high:g} °C")
        return self


class Measure(Value):
    """What is measured on each film. The last three are done only where an objective or a limit needs them."""

    temperatures: tuple[Annotated[float, in_unit("degC"), Field(ge=COLDEST_C, le=HOTTEST_C)], ...] = Field(min_length=1)
    sweep: SweepSpec = SweepSpec()
    polarisation: PolarisationSpec = PolarisationSpec()
    voltage_sweep: VoltageSweepSpec = VoltageSweepSpec()
    calorimetry: CalorimetrySpec = CalorimetrySpec()

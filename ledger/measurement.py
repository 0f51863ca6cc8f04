"""Typed measurements: a new kind of measurement is a new class here, not a new table layout."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chemistry.value import Value


class ImpedanceSpectrum(Value):
    """One impedance spectrum of one film at one temperature, two blocking electrodes.

    Frequencies in Hz, impedance in ohm, both of length n. Thickness and area may be missing in a foreign file.
    """

    kind: Literal["impedance"] = "impedance"
    frequency_Hz: tuple[float, ...]
    real_ohm: tuple[float, ...]
    imaginary_ohm: tuple[float, ...]
    temperature_C: float | None = None
    thickness_um: float | None = Field(default=None, gt=0)
    area_cm2: float | None = Field(default=None, gt=0)
    complete: bool = True
    """False where the sweep was aborted or its file is truncated."""
    note: str = ""

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        lengths = {len(self.frequency_Hz), len(self.real_ohm), len(self.imaginary_ohm)}
        if len(lengths) != 1:
            raise ValueError(f"frequency and impedance must have one length, got {sorted(lengths)}")
        if any(f <= 0 for f in self.frequency_Hz):
            raise ValueError("frequencies must be above zero")
        return self


class ModulusReading(Value):
    """Storage modulus of one film, from a dynamic indentation or a dynamic mechanical test."""

    kind: Literal["modulus"] = "modulus"
    storage_modulus_MPa: float = Field(gt=0)
    sd_MPa: float = Field(ge=0)
    temperature_C: float
    frequency_Hz: float = Field(default=1.0, gt=0)


class Polarisation(Value):
    """Current of a film between two lithium electrodes after a small constant voltage is put on, and two spectra.

    From it comes the transference number (Evans, Vincent and Bruce, Polymer 1987, 28, 2324). Time in s and current in
    A, both of length n, in the order of time; the spectra of the same cell are taken just before and just after.
    """

    kind: Literal["polarisation"] = "polarisation"
    voltage_V: float = Field(gt=0)
    time_s: tuple[float, ...]
    """Since the voltage was put on; above zero and rising."""
    current_A: tuple[float, ...]
    before: ImpedanceSpectrum
    after: ImpedanceSpectrum
    temperature_C: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_other_lengths(time=self.time_s, current=self.current_A)
        if any(t <= 0 for t in self.time_s[:1]) or not _rising(self.time_s):
            raise ValueError("times must be above zero and rise")
        return self


class VoltageSweep(Value):
    """One linear sweep of a film between lithium and an inert electrode, towards oxidation.

    Potential in V vs Li/Li⁺ as applied, and current density in A/cm², both of length n, in the order of the sweep.
    """

    kind: Literal["voltage_sweep"] = "voltage_sweep"
    potential_V: tuple[float, ...]
    current_density_A_cm2: tuple[float, ...]
    rate_mV_s: float = Field(gt=0)
    resistance_ohm_cm2: float = Field(ge=0)
    """Of the cell before the sweep, at high frequency, times area: what the film itself takes of the potential."""
    temperature_C: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_other_lengths(potential=self.potential_V, current_density=self.current_density_A_cm2)
        if not _rising(self.potential_V):
            raise ValueError("the potential must rise")
        return self


class Calorimetry(Value):
    """One heating scan of a differential scanning calorimeter.

    Temperature of the sample in °C and heat flow in mW, taken up by the sample (endothermic) above zero, both of length
    n, in the order of the scan.
    """

    kind: Literal["calorimetry"] = "calorimetry"
    sample_temperature_C: tuple[float, ...]
    heat_flow_mW: tuple[float, ...]
    rate_K_min: float = Field(gt=0)
    mass_mg: float = Field(gt=0)
    temperature_C: None = None
    """It has no one temperature."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_other_lengths(temperature=self.sample_temperature_C, heat_flow=self.heat_flow_mW)
        if not _rising(self.sample_temperature_C):
            raise ValueError("the temperature of a heating scan must rise")
        return self


Measurement = Annotated[
    ImpedanceSpectrum | ModulusReading | Polarisation | VoltageSweep | Calorimetry, Field(discriminator="kind")
]


def _refuse_other_lengths(**columns: tuple[float, ...]) -> None:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"{' and '.join(lengths)} must have one length, got {sorted(lengths.values())}")


def _rising(column: tuple[float, ...]) -> bool:
    return all(later > earlier for earlier, later in pairwise(column))

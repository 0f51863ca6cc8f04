"""Typed measurements: a new kind of measurement is a new class here, not a new table layout."""

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


Measurement = Annotated[ImpedanceSpectrum | ModulusReading, Field(discriminator="kind")]

"""The impedance meter: what it makes of a true impedance.

An analyser applies a small voltage and measures a current, so that its error is one of admittance: a share of the
reading, and a floor of current that no small signal gets below (Barsoukov and Macdonald, Impedance Spectroscopy, 3rd
ed. 2018, section 3.1). A second floor, in ohm, is what voltage noise and leads leave of a very small impedance.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chemistry.value import Value


class Meter(Value):
    """Errors of an impedance meter. All noise is Gaussian and independent in the real and imaginary parts."""

    relative_noise: float = Field(default=0.003, ge=0)
    """Standard deviation of each part over the modulus; 0.1 to 1 % are usual in data sheets."""
    excitation_V: float = Field(default=0.1, gt=0)
    current_floor_A: float = Field(default=1e-12, ge=0)
    """Standard deviation of the current reading at no signal, each part."""
    impedance_floor_ohm: float = Field(default=0.002, ge=0)

    @property
    def maximum_impedance_ohm(self) -> float:
        """Impedance whose current equals the current floor: nothing above it is measured (infinite without a floor)."""
        return self.excitation_V / self.current_floor_A if self.current_floor_A > 0 else float("inf")

    def noisier(self, factor: float) -> "Meter":
        """The same meter with `factor` times as much noise."""
        if factor == 1:
            return self
        floors = {"current_floor_A": self.current_floor_A * factor, "impedance_floor_ohm": self.impedance_floor_ohm}
        return self.model_copy(update={"relative_noise": self.relative_noise * factor, **floors})

    def reading_ohm(self, impedance_ohm: NDArray[np.complex128], rng: np.random.Generator) -> NDArray[np.complex128]:
        """The n impedances as the meter reads them, ohm."""
        n = len(impedance_ohm)

        def noise() -> NDArray[np.complex128]:
            return rng.standard_normal(n) + 1j * rng.standard_normal(n)

        admittance = (1 + self.relative_noise * noise()) / impedance_ohm
        admittance = admittance + noise() * self.current_floor_A / self.excitation_V
        return 1 / admittance + self.impedance_floor_ohm * noise()


def sweep_frequencies_Hz(high_Hz: float = 1e6, low_Hz: float = 1.0, points: int = 45) -> np.ndarray:
    """Frequencies of a sweep from high to low, equally spaced in the logarithm, Hz."""
    return np.geomspace(high_Hz, low_Hz, points)


def elapsed_share(frequency_Hz: np.ndarray) -> np.ndarray:
    """Share of the sweep's time gone when each of the n points is measured, 0 to 1, in the order given.

    A point takes three cycles, and 0.2 s at least: the low frequencies take nearly all of a sweep's time.
    """
    seconds = np.maximum(0.2, 3 / np.asarray(frequency_Hz, dtype=float))
    return (np.cumsum(seconds) - seconds / 2) / seconds.sum()

"""What a spectrum is judged by: the limits, and what is known of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chemistry.value import Value
from ledger.measurement import ImpedanceSpectrum
from models.bulk_resistance import BulkResistance
from models.circuit_fit import Fit
from models.kramers_kronig import KramersKronig


class Limits(Value):
    """When a spectrum is not accepted. `docs/explanation/analysis.md` gives the why of each number."""

    least_points: int = Field(default=8, ge=6)
    least_decades: float = Field(default=1.5, gt=0)
    causal_residual: float = Field(default=0.003, gt=0)
    """Kramers-Kronig residual up to which nothing is called not causal (the test itself errs by up to 0.0015)."""
    causal_correlation: float = Field(default=0.25, gt=0, lt=1)
    """Correlation of neighbouring Kramers-Kronig residuals from which they are no noise (45 points or more)."""
    noise: float = Field(default=0.1, gt=0)
    """Relative Kramers-Kronig residual above which a spectrum says nothing."""
    good_fit: float = Field(default=1.2, gt=0)
    """Chi-square per degree of freedom up to which the plain circuit is not doubted."""
    misfit: float = Field(default=0.06, gt=0)
    """Relative misfit of the best circuit, beyond the noise, that is not accepted."""
    resistance_sd: float = Field(default=0.15, gt=0)
    """Largest standard deviation of log10 R that counts as an intercept."""
    resistance_share: float = Field(default=0.1, gt=0)
    """Least R over the least |Z| of the spectrum: below it an ideal electrode would have to be believed."""
    reading_ratio: float = Field(default=3.0, gt=1)
    """Largest ratio between the fitted R and the reading on the real axis."""
    blocking_Q_S_sn_cm2: float = Field(default=1.1e-6, gt=0)
    """Least blocking CPE of an electrode that touches everywhere, S·sⁿ/cm² (1 to 5.7e-6 on 0.785 cm² were seen)."""
    blocking_exponent: float = Field(default=0.35, gt=0, lt=1)
    """Least exponent of a blocking electrode (.59 to .72 were seen)."""
    conductivity_S_cm: float = Field(default=0.1, gt=0)
    """Largest conductivity that is believed of a polymer film (liquid electrolytes reach some 0.01 with lithium)."""
    thickness_relative_sd: float = Field(default=0.02, ge=0)
    area_relative_sd: float = Field(default=0.01, ge=0)


@dataclass(frozen=True)
class Evidence:
    """What is known of a spectrum when it is judged; arrays of `n` from high to low frequency."""

    spectrum: ImpedanceSpectrum
    frequency_Hz: np.ndarray
    impedance_ohm: NDArray[np.complex128]
    noise: np.ndarray
    test: KramersKronig
    fit: Fit
    resistance: BulkResistance

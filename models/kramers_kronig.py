"""Linear Kramers-Kronig test: is this spectrum that of a linear, stable, causal system?

The spectrum is fitted with a circuit that obeys the Kramers-Kronig relations whatever its values are: a resistance, an
inductance, a capacitance and a fixed ladder of RC elements. What such a circuit cannot follow was not causal, or is
noise. Idea: Boukamp, J. Electrochem. Soc. 1995, 142, 1885; Schönleber, Klotz and Ivers-Tiffée, Electrochim. Acta
2014, 131, 20. The series capacitance makes the test fit for blocking electrodes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TIME_CONSTANTS_PER_DECADE = 3
BEYOND = 2.0
"""The ladder goes this factor beyond the window at both ends: a CPE then leaves at most 0.15 % of the modulus."""
MOST_PARAMETERS_PER_POINT = 0.7
"""The ladder is thinned where few points were measured, so that real degrees of freedom are left (2 n data)."""


@dataclass(frozen=True)
class KramersKronig:
    """What no causal circuit can follow in a spectrum of n points.

    Attributes:
        residual: `n`, complex, (measured - causal) / |Z|.
        share_left: `2 n`, one minus the leverage of each real and each imaginary part: the expected share of the
            variance of white noise that is left in its residual.
        parameters: number of parameters of the ladder.
    """

    residual: NDArray[np.complex128]
    share_left: np.ndarray
    parameters: int

    @property
    def rms(self) -> float:
        """Root mean square of the relative residual, corrected for the parameters."""
        parts = _stacked(self.residual)
        return float(np.sqrt(parts @ parts / max(len(parts) - self.parameters, 1)))


def kramers_kronig_test(
    frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128], noise: np.ndarray | None = None
) -> KramersKronig:
    """Fit the causal ladder by linear least squares.

    Args:
        frequency_Hz: `n` frequencies from high to low, Hz.
        impedance_ohm: `n`, ohm.
        noise: `n`, relative standard deviation of each point, for the weights; all alike (modulus weights) without.

    Returns:
        Relative residuals (unweighted) and their leverages.
    """
    s = 2j * np.pi * frequency_Hz
    modulus = np.abs(impedance_ohm)
    weight = np.ones(len(s)) if noise is None else noise.min() / noise
    shortest, longest = 1 / (BEYOND * abs(s[0])), BEYOND / abs(s[-1])
    count = round(TIME_CONSTANTS_PER_DECADE * np.log10(longest / shortest)) + 1
    tau = np.geomspace(shortest, longest, min(count, int(MOST_PARAMETERS_PER_POINT * len(s))))
    elements = np.column_stack([np.ones_like(s), s, 1 / s, 1 / (1 + s[:, None] * tau)])
    columns = np.vstack([elements.real, elements.imag]) * np.tile(weight / modulus, 2)[:, None]
    basis, _ = np.linalg.qr(columns / np.linalg.norm(columns, axis=0))
    data = _stacked(impedance_ohm / modulus * weight)
    left = data - basis @ (basis.T @ data)
    residual = (left[: len(s)] + 1j * left[len(s) :]) / weight
    return KramersKronig(residual, 1 - np.sum(basis**2, axis=1), elements.shape[1])


def _stacked(values: NDArray[np.complex128]) -> np.ndarray:
    return np.concatenate([values.real, values.imag])

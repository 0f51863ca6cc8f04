"""Fit of an equivalent circuit to a spectrum: weighted least squares from several starts at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.circuits import Circuit

LEAST_CURVATURE = 1e-14
"""Share of the largest diagonal element of the normal matrix that is added to all: far below what moves a fit."""
MOST_STEPS = 40
ENOUGH = 1e-2
"""A fit has converged when no start improves its chi-square (variance one) by more than this in a step."""


@dataclass(frozen=True)
class Fit:
    """A circuit fitted to n points.

    Attributes:
        circuit: what was fitted.
        values: `p` parameters on the real line.
        covariance: `p x p` of `values`, for the noise that the weights state.
        chi_square: weighted sum of squares over 2 n real data, without the priors.
        penalised: the same with the priors.
        residual: `n`, complex, (measured - fitted) / |Z|.
    """

    circuit: Circuit
    values: np.ndarray
    covariance: np.ndarray
    chi_square: float
    penalised: float
    residual: NDArray[np.complex128]

    @property
    def freedom(self) -> int:
        """Degrees of freedom, 2 n - p."""
        return 2 * len(self.residual) - len(self.values)

    def value(self, parameter: str) -> float:
        """One parameter on the real line."""
        return float(self.values[self.circuit.parameters.index(parameter)])

    def sd(self, parameter: str) -> float:
        """Standard deviation of one parameter on the real line."""
        k = self.circuit.parameters.index(parameter)
        return float(np.sqrt(self.covariance[k, k]))


def fit_circuit(
    circuit: Circuit,
    frequency_Hz: np.ndarray,
    impedance_ohm: NDArray[np.complex128],
    sd_ohm: np.ndarray,
    starts: np.ndarray,
) -> Fit:
    """The best fit that Levenberg-Marquardt reaches from any of the starts (all are driven together).

    Args:
        circuit: what to fit.
        frequency_Hz: `n`.
        impedance_ohm: `n`, complex.
        sd_ohm: `n`, standard deviation of the real and of the imaginary part.
        starts: `k x p`, parameters on the real line.
    """
    objective = _Objective(circuit, frequency_Hz, impedance_ohm, sd_ohm)
    values = np.array(starts, dtype=float)
    rows = np.arange(len(values))
    residual, jacobian = objective.residuals(values)
    cost = np.einsum("ki,ki->k", residual, residual)
    damping = np.full(len(values), 1e-2)
    diagonal = np.arange(values.shape[1])
    for _ in range(MOST_STEPS):
        normal = jacobian.transpose(0, 2, 1) @ jacobian
        gradient = (residual[:, None, :] @ jacobian)[:, 0]
        damped = normal.copy()
        # A parameter that no point depends on has an empty row: a least share of the largest keeps the matrix regular.
        least = LEAST_CURVATURE * normal[:, diagonal, diagonal].max(axis=1, keepdims=True) + np.finfo(float).tiny
        damped[:, diagonal, diagonal] = damped[:, diagonal, diagonal] * (1 + damping[:, None]) + least
        step = np.linalg.solve(damped, gradient[..., None])[..., 0]
        trial = values - np.clip(step, -2.0, 2.0)
        new_residual, new_jacobian = objective.residuals(trial)
        new_cost = np.einsum("ki,ki->k", new_residual, new_residual)
        better = new_cost < cost
        gain = np.where(better, cost - new_cost, 0.0)
        for old, new in ((values, trial), (residual, new_residual), (jacobian, new_jacobian), (cost, new_cost)):
            old[better] = new[better]
        damping = np.where(better, damping * 0.15, np.minimum(damping * 8, 1e8))
        settled = np.where(better, gain < ENOUGH + 1e-6 * cost, damping > 1e4)
        best = int(np.argmin(cost))
        # the others go on only while they may still overtake the best one
        if settled[best] and np.all(settled | (rows == best) | (cost - 50 * gain > cost[best])):
            break
    return objective.result(values[int(np.argmin(cost))])


class _Objective:
    """Weighted residuals of one spectrum, with the priors as further rows."""

    def __init__(
        self, circuit: Circuit, frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128], sd_ohm: np.ndarray
    ) -> None:
        self.circuit, self.frequency_Hz, self.impedance_ohm = circuit, frequency_Hz, impedance_ohm
        self.weight = 1 / sd_ohm
        self.prior_mean, self.prior_sd = circuit.prior

    def residuals(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`k x (2 n + p)` residuals and `k x (2 n + p) x p` Jacobian at `k x p` values."""
        impedance, slopes = self.circuit.evaluate(values, self.frequency_Hz)
        difference = (impedance - self.impedance_ohm) * self.weight
        slopes *= self.weight[:, None]
        count, n, p = slopes.shape
        residual = np.empty((count, 2 * n + p))
        residual[:, :n], residual[:, n : 2 * n] = difference.real, difference.imag
        residual[:, 2 * n :] = (values - self.prior_mean) / self.prior_sd
        jacobian = np.empty((count, 2 * n + p, p))
        jacobian[:, :n], jacobian[:, n : 2 * n] = slopes.real, slopes.imag
        jacobian[:, 2 * n :] = np.diag(1 / self.prior_sd)
        return residual, jacobian

    def result(self, values: np.ndarray) -> Fit:
        """The fit at `p` values."""
        residual, jacobian = self.residuals(values[None])
        n = len(self.frequency_Hz)
        data = residual[0, : 2 * n]
        return Fit(
            circuit=self.circuit,
            values=values,
            covariance=_covariance(jacobian[0]),
            chi_square=float(data @ data),
            penalised=float(residual[0] @ residual[0]),
            residual=-(data[:n] + 1j * data[n:]) / self.weight / np.abs(self.impedance_ohm),
        )


def _covariance(jacobian: np.ndarray) -> np.ndarray:
    """Inverse of the normal matrix, `p x p`, of an `m x p` Jacobian.

    The priors leave no parameter quite free, but beside points that weigh 1e12 times as much their share is lost in the
    squares. The singular values of the Jacobian itself still hold it.
    """
    try:
        return np.linalg.inv(jacobian.T @ jacobian)
    except np.linalg.LinAlgError:
        _, size, directions = np.linalg.svd(jacobian, full_matrices=False)
        scaled = directions / np.maximum(size, np.finfo(float).eps * size.max())[:, None]
        return scaled.T @ scaled

"""An exact Gaussian process whose kernel is a weighted sum: how much each part says is learnt with the noise.

k(i, j) = s² (Σ_c w_c K_c(i, j) + ν δ_ij) for values of mean m and deviation s, with w and ν the most probable ones
under log-normal priors (Rasmussen and Williams 2006, eq. 5.8; the error of leaving one out, eqs 5.10 to 5.12).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NOISE = 0.05
"""Prior median of ν."""
_LOG_SD = 1.0
"""Of the priors of all weights and of the noise."""
_LIMITS = (-7.0, 3.0)
FEWEST = 8
"""Values below which weights and noise stay at their prior medians."""


@dataclass(frozen=True)
class SummedProcess:
    """The process after k values.

    Attributes:
        mean, scale: of the values.
        weights: `c`, and `noise`, in variances of the values.
        solved: `k`, (K + ν)⁻¹ of the standardised values.
        inverse: `k x k`, (K + ν)⁻¹.
    """

    mean: float
    scale: float
    weights: np.ndarray
    noise: float
    solved: np.ndarray
    inverse: np.ndarray

    def at(self, cross: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of a new value, noise in the bargain.

        Args:
            cross: `c x a x k`, each part's kernel between the points and the known ones.
            own: `c x a`, of each point with itself.
        """
        between = np.tensordot(self.weights, cross, 1)
        explained = np.einsum("ak,kl,al->a", between, self.inverse, between)
        variance = np.maximum(self.weights @ own - explained, 0.0) + self.noise
        return self.mean + self.scale * (between @ self.solved), self.scale * np.sqrt(variance)

    @property
    def left_one_out(self) -> tuple[np.ndarray, np.ndarray]:
        """What the others foretell of each known value, less the value, and its standard deviation, `k` each.

        Weights and noise are those of all values, which flatters a little.
        """
        precision = np.diag(self.inverse)
        return -self.scale * self.solved / precision, self.scale / np.sqrt(precision)


def summed(parts: np.ndarray, values: np.ndarray, medians: Sequence[float]) -> SummedProcess:
    """The process after values, `k`, with parts `c x k x k` whose weights have these prior medians, `c`."""
    mean, spread = float(values.mean()), float(values.std()) or 1.0
    z, prior = (values - mean) / spread, np.log([*medians, NOISE])
    logs = prior if len(values) < FEWEST else _most_probable(parts, z, prior)
    weights, noise = np.exp(logs[:-1]), float(np.exp(logs[-1]))
    inverse = np.linalg.inv(np.tensordot(weights, parts, 1) + noise * np.eye(len(z)))
    return SummedProcess(mean, spread, weights, noise, inverse @ z, inverse)


def _most_probable(parts: np.ndarray, z: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Logarithms of weights and noise, `c + 1`, at the highest posterior density."""
    from scipy.optimize import minimize

    every = np.concatenate([parts, np.eye(len(z))[None]])

    def improbable(logs: np.ndarray) -> tuple[float, np.ndarray]:
        size = np.exp(logs)
        lower = np.linalg.cholesky(np.tensordot(size, every, 1))
        half = np.linalg.inv(lower)
        inverse = half.T @ half
        solved = inverse @ z
        away = (logs - prior) / _LOG_SD
        value = 0.5 * float(z @ solved) + float(np.log(np.diag(lower)).sum()) + 0.5 * float(away @ away)
        slope = 0.5 * np.array([(part * inverse).sum() - solved @ part @ solved for part in every]) * size
        return value, slope + away / _LOG_SD

    limits = [_LIMITS] * len(prior)
    return minimize(improbable, np.clip(prior, *_LIMITS), jac=True, method="L-BFGS-B", bounds=limits).x

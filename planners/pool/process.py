"""An exact Gaussian process over a fixed likeness: only scale, noise and a constant mean are learnt."""

from dataclasses import dataclass

import numpy as np

NOISE = 0.1
"""Prior median of the noise variance over the variance of the results: a third of their deviation. Repeated simulations
scatter more (0.12 decades of 0.22), but what stands out is better taken at its word: its relatives tell at the next
batch whether it was luck. On pools to try on (docs/reference/planners.md), 0.02 to 0.1
were alike, 0.2 and more were worse."""
_SCALE_LOG_SD, _NOISE_LOG_SD = 1.0, 0.5
"""Of the log-normal priors of scale (median 1) and noise."""
_LIMITS = ((-3.0, 3.0), (-6.0, 2.0))


@dataclass(frozen=True)
class Process:
    """A process after k results; means and variances in the units of the results.

    Attributes:
        mean: of the results, when nothing is alike.
        weights: `k`, of the likeness to each known candidate.
        root: `k x k`, the variance falls by |likeness @ root|².
        scale: prior variance.
    """

    mean: float
    weights: np.ndarray
    root: np.ndarray
    scale: float

    def at(self, likeness: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the value itself, without noise, for `a x k` likenesses."""
        explained = np.square(likeness @ self.root.astype(likeness.dtype)).sum(axis=1)
        return self.mean + likeness @ self.weights, np.sqrt(np.maximum(self.scale - explained, 1e-12))

    def joint(self, likeness: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean, `a`, and the symmetric root of the covariance, `a x a`: its square is that of the values themselves.

        Of `a x k` likenesses to what is known and `a x a` among the a themselves (Rasmussen & Williams 2006, eq. 2.26).
        Unlike other roots, the symmetric one hangs on no order and on no sign of eigenvectors. Likenesses are single
        numbers, and roots of them no kernel in all strictness: sizes below nothing count as nothing.
        """
        explained = likeness.astype(float) @ self.root
        covariance = self.scale * among.astype(float) - explained @ explained.T
        sizes, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
        return self.mean + likeness @ self.weights, (vectors * np.sqrt(np.maximum(sizes, 0.0))) @ vectors.T


def learnt(likeness: np.ndarray, values: np.ndarray) -> Process:
    """The process with the most probable scale and noise (Rasmussen & Williams 2006, eq. 5.8), `k x k` likenesses.

    The eigenvectors of the likeness make each trial of scale and noise a sum; the mean is the generalised least squares
    one. Values that are all equal teach a flat mean with no deviation.
    """
    from scipy.optimize import minimize

    centre, spread = float(values.mean()), float(values.std())
    k = len(values)
    if spread == 0.0:
        return Process(centre, np.zeros(k), np.zeros((k, k)), 0.0)
    sizes, vectors = np.linalg.eigh(likeness.astype(float))
    sizes = np.maximum(sizes, 0.0)
    score, one = vectors.T @ ((values - centre) / spread), vectors.sum(axis=0)

    def improbable(logs: np.ndarray) -> float:
        variance = np.exp(logs[0]) * sizes + np.exp(logs[1])
        left = score - _level(score, one, variance) * one
        prior = (logs[0] / _SCALE_LOG_SD) ** 2 + ((logs[1] - np.log(NOISE)) / _NOISE_LOG_SD) ** 2
        return 0.5 * float((left**2 / variance).sum() + np.log(variance).sum() + prior)

    best = minimize(improbable, (0.0, np.log(NOISE)), method="L-BFGS-B", bounds=_LIMITS).x
    scale, noise = np.exp(best)
    variance = scale * sizes + noise
    level = _level(score, one, variance)
    weights = vectors @ ((score - level * one) / variance)
    return Process(
        mean=centre + spread * level,
        weights=spread * scale * weights,
        root=spread * scale * vectors / np.sqrt(variance),
        scale=spread**2 * scale,
    )


def _level(score: np.ndarray, one: np.ndarray, variance: np.ndarray) -> float:
    return float((one * score / variance).sum() / (one**2 / variance).sum())

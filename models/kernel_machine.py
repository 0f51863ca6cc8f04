"""Support-vector regression, with few rows of each polymer so that the much-measured ones do not decide everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.few_readings import few_of_each
from models.regressors import CLIP, filled, medians

_AT_ONCE = 4096
"""Points predicted at once, so that memory does not grow with their number."""


@dataclass(frozen=True)
class SupportVectors:
    """f(x) = Σ a exp(−γ |z − s|²) + b over standard scores z of the features, cut off at `CLIP`."""

    kind: ClassVar[str] = "support_vectors"

    median: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    supports: np.ndarray
    coefficient: np.ndarray
    intercept: float
    gamma: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The function at each row."""
        return np.concatenate(
            [self._at(features[start : start + _AT_ONCE]) for start in range(0, len(features), _AT_ONCE)]
            or [np.empty(0)]
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Support vectors and all that goes with them."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "SupportVectors":
        """From the arrays of another."""
        single = {name: float(arrays[name]) for name in ("intercept", "gamma")}
        return cls(**{**arrays, **single})

    def _at(self, features: np.ndarray) -> np.ndarray:
        ready = standard_scores(features, self.median, self.centre, self.scale)
        square = (ready**2).sum(axis=1)[:, None] + (self.supports**2).sum(axis=1) - 2 * ready @ self.supports.T
        return np.exp(-self.gamma * np.maximum(square, 0.0)) @ self.coefficient + self.intercept


@dataclass(frozen=True)
class SupportVectorRegression:
    """ε-insensitive regression with a Gaussian kernel (Smola and Schölkopf, Stat. Comput. 2004, 14, 199)."""

    name: str = "support_vectors"
    penalty: float = 3.0
    insensitive: float = 0.2
    """In standard deviations of the target."""
    width: float = 1.0
    """γ times the number of features."""
    rows_of_a_group: int = 60
    seed: int = 0

    def fit(self, features: np.ndarray, target: np.ndarray, weight: np.ndarray, groups: np.ndarray) -> SupportVectors:
        """Learn from at most `rows_of_a_group` rows of each group, drawn with the seed."""
        from sklearn.svm import SVR

        kept = few_of_each(groups, self.rows_of_a_group, self.seed)
        known = features[kept]
        median, centre, scale = _scales(known)
        gamma = self.width / max(int(np.isfinite(scale).sum()), 1)
        ready = standard_scores(known, median, centre, scale)
        middle, unit = float(target[kept].mean()), float(target[kept].std()) or 1.0
        method = SVR(C=self.penalty, epsilon=self.insensitive, gamma=gamma)  # pyright: ignore[reportArgumentType]  a number is taken as well
        method.fit(ready, (target[kept] - middle) / unit, sample_weight=weight[kept] / weight[kept].mean())
        return SupportVectors(
            median=median,
            centre=centre,
            scale=scale,
            supports=np.asarray(method.support_vectors_),
            coefficient=unit * np.asarray(method.dual_coef_).ravel(),
            intercept=middle + unit * float(np.ravel(method.intercept_)[0]),
            gamma=gamma,
        )


@dataclass(frozen=True)
class KernelRidge:
    """Ridge regression with a Gaussian kernel, the mean of a Gaussian process with fixed hyperparameters.

    Exact, and quicker than support vectors where there are few rows for the number of features.
    """

    name: str = "kernel_ridge"
    penalty: float = 0.1
    """Noise variance of a row of mean weight, in variances of the target."""
    width: float = 1.0
    """γ times the number of features."""
    rows_of_a_group: int | None = None
    """At most so many, so that the much-measured ones do not decide everything; None for all."""
    seed: int = 0

    def fit(self, features: np.ndarray, target: np.ndarray, weight: np.ndarray, groups: np.ndarray) -> SupportVectors:
        """Learn from all rows, or at most `rows_of_a_group` of each group, drawn with the seed."""
        from scipy.linalg import cho_factor, cho_solve

        if self.rows_of_a_group is not None:
            kept = few_of_each(groups, self.rows_of_a_group, self.seed)
            features, target, weight = features[kept], target[kept], weight[kept]
        median, centre, scale = _scales(features)
        gamma = self.width / max(int(np.isfinite(scale).sum()), 1)
        ready = standard_scores(features, median, centre, scale)
        middle, unit = float(target.mean()), float(target.std()) or 1.0
        square = (ready**2).sum(axis=1)
        kernel = np.exp(-gamma * np.maximum(square[:, None] + square - 2 * ready @ ready.T, 0.0))
        kernel[np.diag_indices_from(kernel)] += self.penalty * weight.mean() / weight
        coefficient = cho_solve(cho_factor(kernel, overwrite_a=True), (target - middle) / unit)
        return SupportVectors(median, centre, scale, ready, unit * coefficient, middle, gamma)


def _scales(features: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Medians, means and standard deviations, `d` each; infinite for a constant column, which then counts nothing."""
    median = medians(features)
    ready = filled(features, median)
    centre, scale = ready.mean(axis=0), ready.std(axis=0)
    return median, centre, np.where(scale > 1e-9 * (1 + np.abs(centre)), scale, np.inf)


def standard_scores(features: np.ndarray, median: np.ndarray, centre: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Features filled, centred and scaled, no further out than `CLIP`."""
    return np.clip((filled(features, median) - centre) / scale, -CLIP, CLIP)

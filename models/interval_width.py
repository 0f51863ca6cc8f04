"""How wide an interval has to be at each point: grouped cross-conformal calibration.

Errors are found out of fold, with whole polymers held out, for that is how a model is used on a new polymer. Their size
is described by what can be known of a point beforehand: how far unlike models differ there, and how far its polymer is
from those that were trained on. What remains is scaled so that nine of ten errors lie inside (split conformal
prediction with a local scale: Lei et al., J. Am. Stat. Assoc. 2018, 113, 1094). A polymer that was trained on, in a
formulation that was not, is calibrated apart: its errors are half as large.
"""

from dataclasses import dataclass

import numpy as np

from models.scores import NINETY

_LEAST = 0.05
"""Least width, as a share of the mean error: no interval closes altogether."""
_MOST_ROWS = 3000
"""Errors that the line is fitted to; the share of nine of ten is counted on all."""


@dataclass(frozen=True)
class Width:
    """sd(x) = factor · (base + by_spread · spread + by_distance · distance), in the unit of the property."""

    base: float
    by_spread: float
    by_distance: float
    factor: float

    def sd(self, spread: np.ndarray, distance: np.ndarray) -> np.ndarray:
        """Standard deviation whose ±1.645 holds nine of ten readings, `n`."""
        return self.factor * (self.base + self.by_spread * spread + self.by_distance * distance)


def fitted_width(error: np.ndarray, spread: np.ndarray, distance: np.ndarray, groups: np.ndarray) -> Width:
    """From out-of-fold errors, `n` each.

    Args:
        error: prediction less truth.
        spread: standard deviation among the members.
        distance: of the polymer from the training polymers, 0 to 1.
        groups: which rows err together; fewer of them make the interval wider (level (1 + 1/G) · 0.9).
    """
    size = np.abs(error)
    base, by_spread, by_distance = _upper_line(np.stack([np.ones_like(size), spread, distance], axis=1), size)
    base = max(base, _LEAST * max(float(size.mean()), 1e-9))
    local = base + by_spread * spread + by_distance * distance
    level = min(0.9 * (1 + 1 / len(np.unique(groups))), 1.0)
    factor = float(np.quantile(size / local, level, method="higher")) / NINETY
    return Width(float(base), float(by_spread), float(by_distance), factor)


def _upper_line(columns: np.ndarray, size: np.ndarray) -> tuple[float, ...]:
    """Coefficients, none below zero, of the line below which nine of ten sizes lie, for `n x d` columns.

    Quantile regression (Koenker and Bassett, Econometrica 1978, 46, 33), a linear programme. A line through the mean
    size is led by the few polymers that are far off, and made intervals wider by a quarter of a decade.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, eye, hstack

    used = np.random.default_rng(0).permutation(len(size))[:_MOST_ROWS]
    size, columns, n = size[used], columns[used], len(used)
    cost = np.concatenate([np.zeros(columns.shape[1]), np.full(n, 0.9), np.full(n, 0.1)])
    balance = hstack([csr_matrix(columns), eye(n), -eye(n)])
    found = linprog(cost, A_eq=balance, b_eq=size, bounds=(0, None), method="highs")
    return tuple(float(number) for number in found.x[: columns.shape[1]])

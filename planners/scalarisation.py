"""Several objectives as one: random weights, and the augmented Chebyshev function of the distance to the ideal."""

import numpy as np

AUGMENTED = 0.05
"""Share of the weighted sum beside the largest term: of two that are alike in their worst objective, the one that is
better in the others wins (Knowles 2006)."""


def weights(objectives: int, seed: int, index: int) -> np.ndarray:
    """Weights of a decision, `m`, uniform on the simplex; they follow from the campaign's seed and the index alone."""
    drawn = np.random.default_rng([seed, index]).exponential(size=objectives)
    return drawn / drawn.sum()


def chebyshev(values: np.ndarray, weight: np.ndarray, worthless: np.ndarray, ideal: np.ndarray) -> np.ndarray:
    """Minus the augmented Chebyshev distance to the ideal, `...`, of `... x m` values to maximise.

    Each objective is counted in the distance from its worthless value to its ideal one; zero is the ideal itself
    (Knowles, IEEE Trans. Evol. Comput. 2006, 10, 50; Steuer & Choo, Math. Program. 1983, 26, 326).
    """
    span = np.where(ideal > worthless, ideal - worthless, 1.0)
    missing = weight * (ideal - values) / span
    return -(missing.max(axis=-1) + AUGMENTED * missing.sum(axis=-1))

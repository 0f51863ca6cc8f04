"""How alike counted fingerprints are: a kernel of the polymers, and of the salts, themselves."""

import numpy as np


def tanimoto(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Σ min / Σ max of shares, `p x q` for counts `p x b` and `q x b` that are not below zero.

    A positive semidefinite kernel that is one for the same (Ralaivola et al., Neural Networks 2005, 18, 1093). Counts
    are compared as shares of their sum, so that a long repeat unit is no further away than a short one. Two that have
    nothing, such as no salt and no salt, are the same; one that has nothing is like no other.

    >>> tanimoto(np.array([[2.0, 1.0, 0.0]]), np.array([[4.0, 2.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])).round(2)
    array([[1. , 0.2, 0. ]])
    """
    ours, theirs = _shares(one), _shares(other)
    answer = np.empty((len(ours), len(theirs)))
    for row, counts in enumerate(ours):
        used = np.flatnonzero(counts)
        common = np.minimum(counts[used], theirs[:, used]).sum(axis=1)
        answer[row] = common / (2.0 - common)  # the shares of each sum to one
    return np.minimum(answer, 1.0)


def _shares(counts: np.ndarray) -> np.ndarray:
    """Shares of the sum, with a column more that is all there is of a row without counts."""
    total = counts.sum(axis=1, keepdims=True, dtype=float)
    nothing = (total == 0).astype(float)
    return np.concatenate([counts / np.where(total == 0, 1.0, total), nothing], axis=1)

"""How alike the candidates of a pool are: three views of it, each a kernel that is one for a candidate and itself."""

from collections.abc import Sequence

import numpy as np

from planners.pool.candidates import Pool

VIEWS = ("tanimoto", "root_tanimoto", "numbers")
"""`tanimoto`: Σ min / Σ max of the shares of circular substructures (Ralaivola et al., Neural Networks 2005, 18, 1093);
`root_tanimoto`: its square root, which sees further; `numbers`: exp(-|x - x'|² / 2d) of the d standard scores."""


def likeness(pool: Pool, rows: slice | np.ndarray, known: np.ndarray, views: Sequence[str]) -> dict[str, np.ndarray]:
    """Each view's kernel between some rows of the pool and the known ones, `a x k`, in single precision."""
    answer: dict[str, np.ndarray] = {}
    if {"tanimoto", "root_tanimoto"} & set(views):
        common = tanimoto(pool.counts[:, rows], pool.counts[:, known])
        answer["tanimoto"], answer["root_tanimoto"] = common, np.sqrt(common)
    if "numbers" in views:
        answer["numbers"] = _by_numbers(pool.numbers[rows], pool.numbers[known])
    return {view: answer[view] for view in views}


def tanimoto(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Σ min / Σ max of shares, `a x k` for counts `b x a` and `b x k`; what has no counts is like nothing.

    The value of `models.tanimoto`, for many candidates against few: it goes over the substructures of the few,
    and reads no more of the many than these.
    """
    total = np.maximum(one.sum(axis=0, dtype=np.float32), 1.0)
    shares = other / np.maximum(other.sum(axis=0, dtype=np.float32), 1.0)
    common = np.zeros((other.shape[1], one.shape[1]), dtype=np.float32)
    for substructure in np.flatnonzero(shares.any(axis=1)):
        own = one[substructure] / total
        holders = np.flatnonzero(shares[substructure])
        common[holders] += np.minimum(own, shares[substructure, holders, None])
    return np.minimum(common / (2.0 - common), 1.0).T


def _by_numbers(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    squared = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2.0 * one @ other.T
    return np.exp(-np.maximum(squared, 0.0) / (2.0 * max(one.shape[1], 1)))

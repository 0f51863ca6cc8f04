"""A pool in few dimensions: what peers that take vectors are given of the same fingerprints."""

from functools import lru_cache

import numpy as np

from planners.pool.candidates import Pool

COMPONENTS = 24


@lru_cache(maxsize=4)
def components(pool: Pool, most: int = COMPONENTS) -> np.ndarray:
    """Principal components of the shares of substructures, `n x most` at most, largest first, less their means.

    Signs are those that make the largest loading positive, so that nothing but the pool decides.
    """
    counts = pool.counts.T.astype(np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    centred = shares - shares.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, : min(most, len(pool) - 1)]
    turned = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return centred @ turned

"""How alike counted fingerprints are: Σ min / Σ max of shares, Tanimoto's measure for counts.

Counts are compared as shares of their sum, so that a long repeat unit is no further away than a short one.
"""

from collections.abc import Iterator

import numpy as np


def tanimoto(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The likeness of each to each, `p x q` for counts `p x b` and `q x b` that are not below zero.

    A positive semidefinite kernel that is one for the same (Ralaivola et al., Neural Networks 2005, 18, 1093). Two that
    have nothing, such as no salt and no salt, are the same; one that has nothing is like no other.

    >>> tanimoto(np.array([[2.0, 1.0, 0.0]]), np.array([[4.0, 2.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])).round(2)
    array([[1. , 0.2, 0. ]])
    """
    answer = np.empty((len(one), len(other)))
    for row, likeness in enumerate(_rows(_with_nothing(one), _with_nothing(other))):
        answer[row] = likeness
    return np.minimum(answer, 1.0)


def farness(points: np.ndarray, known: np.ndarray) -> np.ndarray:
    """One less the greatest likeness to any known one, `p` for `p x b` and `k x b`; 1 has nothing in common."""
    return 1.0 - nearest(points, known)[1]


def nearest(points: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The known fingerprint most like each one, and how like it is: `p` each, for `p x b` and `k x b`.

    Where nothing is known, the place is -1 and the likeness 0. No more than `k` numbers are in memory at once.
    """
    place, similarity = np.full(len(points), -1), np.zeros(len(points))
    if not len(known):
        return place, similarity
    for row, likeness in enumerate(_rows(_shares(points), _shares(known))):
        place[row] = likeness.argmax()
        similarity[row] = min(likeness[place[row]], 1.0)
    return place, similarity


def _rows(ours: np.ndarray, theirs: np.ndarray) -> Iterator[np.ndarray]:
    """The likeness of each of ours to all of theirs, `q` at a time; the shares of each sum to one."""
    for row in ours:
        used = np.flatnonzero(row)  # where a row has nothing, nothing is in common
        common = np.minimum(row[used], theirs[:, used]).sum(axis=1)
        yield common / (2.0 - common)


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)


def _with_nothing(counts: np.ndarray) -> np.ndarray:
    """Shares, with a column more that is all there is of a row without counts."""
    nothing = (counts.sum(axis=1, keepdims=True) == 0).astype(float)
    return np.concatenate([_shares(counts.astype(float)), nothing], axis=1)

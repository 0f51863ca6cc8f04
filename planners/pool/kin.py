"""What results of a pool tell of its other rows: a Gaussian process for each view, averaged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from planners.pool.candidates import Pool
from planners.pool.likeness import likeness
from planners.pool.process import Process, learnt

AT_ONCE = 32_768
"""Candidates whose likeness to the known ones is in memory at once."""


@dataclass(frozen=True)
class Kin:
    """Processes that have learnt the results of some rows, one for each view.

    Attributes:
        known: the rows.
    """

    pool: Pool
    known: np.ndarray
    processes: dict[str, Process]

    def over_pool(self, committees: Sequence[Sequence[str]]) -> np.ndarray:
        """Mean and standard deviation of every row by each committee of views, `c x 2 x n`."""
        told = np.empty((len(committees), 2, len(self.pool)))
        ways = len(self.pool.ways)
        for units in _stretches(len(self.pool.units), max(AT_ONCE // ways, 1)):
            seen = _spread(likeness(self.pool, units, self._units, tuple(self.processes)), self.pool, self.known)
            told[:, :, units.start * ways : units.stop * ways] = self._by(committees, seen)
        return told

    def of_rows(self, rows: np.ndarray, committees: Sequence[Sequence[str]]) -> np.ndarray:
        """The same of some rows, `c x 2 x a`."""
        return self._by(committees, among(self.pool, rows, self.known, tuple(self.processes)))

    def joint(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean, `a`, and root, `a x a`, of functions drawn at `a` rows: mean + root @ z for `a` standard normal z.

        Such a function is the mean of one from each view's posterior, all of them made of the same numbers.
        """
        views = tuple(self.processes)
        cross, prior = among(self.pool, rows, self.known, views), among(self.pool, rows, rows, views)
        told = [process.joint(cross[view], prior[view]) for view, process in self.processes.items()]
        return np.mean([mean for mean, _ in told], axis=0), np.mean([root for _, root in told], axis=0)

    @property
    def _units(self) -> np.ndarray:
        return self.known // len(self.pool.ways)

    def _by(self, committees: Sequence[Sequence[str]], seen: dict[str, np.ndarray]) -> np.ndarray:
        told = {view: process.at(seen[view]) for view, process in self.processes.items()}
        return np.array([np.mean([told[view] for view in committee], axis=0) for committee in committees])


def kin(pool: Pool, rows: Sequence[int], values: Sequence[float], views: Sequence[str]) -> Kin:
    """What `k` rows with their values teach."""
    known = np.array(rows)
    seen = among(pool, known, known, views)
    return Kin(pool, known, {view: learnt(seen[view], np.array(values)) for view in views})


def among(pool: Pool, rows: np.ndarray, known: np.ndarray, views: Sequence[str]) -> dict[str, np.ndarray]:
    """Each view's kernel between rows, `a x k`: that of their polymers, and that of the ways in which they are made."""
    ways = len(pool.ways)
    alike = likeness(pool, rows // ways, known // ways, views)
    if ways == 1:
        return alike
    made = pool.ways[np.ix_(rows % ways, known % ways)]
    return {view: one * made for view, one in alike.items()}


def _spread(alike: dict[str, np.ndarray], pool: Pool, known: np.ndarray) -> dict[str, np.ndarray]:
    """From polymers, `a x k`, to all their ways, `a c x k`."""
    ways = len(pool.ways)
    if ways == 1:
        return alike
    made = pool.ways[:, known % ways]
    return {view: (one[:, None] * made).reshape(len(one) * ways, -1) for view, one in alike.items()}


def _stretches(n: int, length: int) -> Iterator[slice]:
    return (slice(start, min(start + length, n)) for start in range(0, n, length))

"""Choosers that need nothing but this project: at random, and by Gaussian processes over unlike views of a polymer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planners.pool.candidates import Pool
from planners.pool.likeness import VIEWS, likeness, tanimoto
from planners.pool.process import Process, learnt
from planners.pool.protocols import Choice, Told

_AT_ONCE = 32_768
"""Candidates whose likeness to the known ones is in memory at once."""
FEWEST = 3
"""Results below which a model has nothing to say."""


@dataclass(frozen=True)
class AtRandom:
    """Rows drawn without looking: the baseline."""

    name: str = "random"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """The next rows of a shuffle that the seed decides."""
        order = np.random.default_rng(told.seed).permutation(len(pool))
        gone = {*told.rows, *told.taken}
        return [Choice(int(row)) for row in order if int(row) not in gone][:n]


@dataclass(frozen=True)
class Kinship:
    """Ranks the whole pool by the mean over its views of an upper confidence bound, mean + `boldness` · sd.

    Each view has a process of its own (`planners.pool.process`): one that compares substructures finds the close
    relatives of the best, one that compares composition knows after twenty results which way is up, and where both say
    yes they are seldom wrong. The batch is the top of the ranking; imagining the results of those chosen before
    (kriging believer) was tried and found nothing more.
    """

    views: tuple[str, ...] = VIEWS
    boldness: float = 0.25
    name: str = "kinship"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """The top of the ranking; at random while fewer than `FEWEST` results are known, or where all are equal."""
        if len(told.rows) < FEWEST or len(set(told.values)) == 1:
            return AtRandom().choose(n, pool, told)
        known, values = np.array(told.rows), np.array(told.values)
        among = likeness(pool, known, known, self.views)
        processes = {view: learnt(among[view], values) for view in self.views}
        mean, sd = np.empty(len(pool)), np.empty(len(pool))
        for rows in _stretches(len(pool)):
            mean[rows], sd[rows] = _mean_of_views(pool, rows, known, processes)
        worth = mean + self.boldness * sd
        worth[known] = worth[list(told.taken)] = -np.inf
        best = np.argsort(-worth, kind="stable")[: min(n, int(np.isfinite(worth).sum()))]
        return [
            Choice(int(row), float(mean[row]), float(sd[row]), float(worth[row]), _nearest(pool, row, known))
            for row in best
        ]


def _stretches(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _AT_ONCE, n)) for start in range(0, n, _AT_ONCE))


def _mean_of_views(
    pool: Pool, rows: slice, known: np.ndarray, processes: dict[str, Process]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the views of mean and of standard deviation, for some rows."""
    seen = likeness(pool, rows, known, tuple(processes))
    told = [process.at(seen[view]) for view, process in processes.items()]
    return np.mean([mean for mean, _ in told], axis=0), np.mean([sd for _, sd in told], axis=0)


def _nearest(pool: Pool, row: int, known: np.ndarray) -> tuple[int, float]:
    similar = tanimoto(pool.counts[:, row : row + 1], pool.counts[:, known])[0]
    place = int(similar.argmax())
    return int(known[place]), float(similar[place])

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
    """Ranks the whole pool by confidence bounds, mean + `boldness` · sd, of Gaussian processes over unlike views of it.

    Each view has a process of its own (`planners.pool.process`): one that compares substructures finds the close
    relatives of the best, one that compares composition knows after twenty results which way is up. Places of a batch
    are taken in turn from the rankings of `committees`, each by the mean over its views: all of them together, and
    substructures alone, so that neither error of the one is the whole batch. Imagining the results of those chosen
    before (kriging believer) was tried and found nothing more.
    """

    committees: tuple[tuple[str, ...], ...] = (VIEWS, ("tanimoto",))
    boldness: float = 0.5
    name: str = "kinship"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """From the top of each ranking in turn; at random while fewer than `FEWEST` results are known, or all equal."""
        if len(told.rows) < FEWEST or len(set(told.values)) == 1:
            return AtRandom().choose(n, pool, told)
        known, values = np.array(told.rows), np.array(told.values)
        views = tuple(view for view in VIEWS if any(view in committee for committee in self.committees))
        among = likeness(pool, known, known, views)
        processes = {view: learnt(among[view], values) for view in views}
        foretold = np.empty((len(self.committees), 2, len(pool)))
        for rows in _stretches(len(pool)):
            foretold[:, :, rows] = self._foretold(likeness(pool, rows, known, views), processes)
        worth = foretold[:, 0] + self.boldness * foretold[:, 1]
        worth[:, [*told.rows, *told.taken]] = -np.inf
        return [
            Choice(
                row,
                expected=float(foretold[committee, 0, row]),
                sd=float(foretold[committee, 1, row]),
                worth=float(worth[committee, row]),
                nearest=_nearest(pool, row, known),
            )
            for committee, row in _in_turn(worth, n)
        ]

    def _foretold(self, seen: dict[str, np.ndarray], processes: dict[str, Process]) -> np.ndarray:
        """Mean over its views of mean and standard deviation, for each committee, `c x 2 x a`."""
        told = {view: process.at(seen[view]) for view, process in processes.items()}
        return np.array([np.mean([told[view] for view in committee], axis=0) for committee in self.committees])


def _in_turn(worth: np.ndarray, n: int) -> list[tuple[int, int]]:
    """Ranking and row of at most n places, taken from the top of `c x n` rankings in turn, no row twice."""
    most = min(n, int(np.isfinite(worth[0]).sum()))
    tops = [iter(np.argsort(-own, kind="stable")[:most].tolist()) for own in worth]
    chosen: dict[int, int] = {}
    while len(chosen) < most:
        committee = len(chosen) % len(tops)
        row = next(row for row in tops[committee] if row not in chosen)
        chosen[row] = committee
    return [(committee, row) for row, committee in chosen.items()]


def _stretches(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _AT_ONCE, n)) for start in range(0, n, _AT_ONCE))


def _nearest(pool: Pool, row: int, known: np.ndarray) -> tuple[int, float]:
    similar = tanimoto(pool.counts[:, row : row + 1], pool.counts[:, known])[0]
    place = int(similar.argmax())
    return int(known[place]), float(similar[place])

"""A survey of a pool: which candidates to calculate so that all others can be foretold, and what is foretold of them.

A candidate is compared by its substructures, by its composition (`planners.pool.likeness`) and by quick levels, cheap
estimates of what the calculation will say, to which it is taken to be linear but for what structure tells beside
(Δ-learning; Ramakrishnan, Dral, Rupp and von Lilienfeld, J. Chem. Theory Comput. 2015, 11, 2087).

The next candidate is the one whose result will lower the variance over the pool most, integrated over all candidates
(active learning Cohn; Cohn, Ghahramani and Jordan, J. Artif. Intell. Res. 1996, 4, 129), by likeness of structure
alone: the choice then hangs on which are known and not on what they said, and no odd level draws it to the pool's rim.
Where a limit is given, candidates count the more the less is known of the side of it on which they lie
(targeted IMSE; Picheny et al., J. Mech. Des. 2010, 132, 071008).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from planners.pool.candidates import Pool
from planners.pool.likeness import likeness
from planners.pool.summed_process import NOISE, SummedProcess, summed

MOST = 4000
"""Candidates: three square matrices of them are in memory."""
FEWEST = 3
"""Results below which nothing is foretold."""
VIEWS = ("tanimoto", "numbers")
_MEDIANS = (0.2, 0.2, 0.5)
"""Prior medians of the weights of substructures, composition and quick levels, in variances of the results."""
_CHOOSING_NOISE = 2 * NOISE
"""Of a result beside the variance of what structure tells, when a candidate is chosen."""


@dataclass(frozen=True)
class Foretold:
    """What results tell of every candidate, `n` each, and of one another, `k` each."""

    mean: np.ndarray
    sd: np.ndarray
    """Of the result that a calculation would give."""
    process: SummedProcess


def refuse_many(candidates: int) -> None:
    """Refuse more candidates than can be compared with one another; raises `BadInput`."""
    if candidates > MOST:
        raise BadInput(
            f"{candidates:,} candidates are too many to be surveyed",
            remedy=f"Give at most {MOST:,}, such as the best of `ionloop screen`",
        )


class Survey:
    """A pool, and how alike its candidates are."""

    def __init__(self, pool: Pool, levels: np.ndarray, seed: int = 0) -> None:
        """With quick levels, `n x d`; `d` may be none, and then structure alone tells.

        Raises:
            BadInput: more candidates than can be compared with one another.
        """
        refuse_many(len(pool))
        rows = np.arange(len(pool))
        alike = likeness(pool, rows, rows, VIEWS)
        spread = levels.std(axis=0)
        scores = (levels - levels.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        linear = scores @ scores.T / max(levels.shape[1], 1) + 1.0
        self._parts = np.stack([*(alike[view] for view in VIEWS), linear.astype(np.float32)])
        self._structure = np.mean([alike[view] for view in VIEWS], axis=0, dtype=float)
        self._first = int(np.random.default_rng(seed).integers(len(pool)))

    def foretell(self, rows: Sequence[int], values: np.ndarray) -> Foretold:
        """What `k` results, at least `FEWEST`, tell of every candidate."""
        known = np.array(rows)
        process = summed(self._parts[:, known[:, None], known].astype(float), values, _MEDIANS)
        own = np.diagonal(self._parts, axis1=1, axis2=2)
        mean, sd = process.at(self._parts[:, :, known].astype(float), own.astype(float))
        return Foretold(mean, sd, process)

    def next(self, known: Collection[int], barred: Collection[int], weight: np.ndarray | None = None) -> int | None:
        """The candidate to calculate next; None where none is left.

        It is the same whatever the order in which the known ones came.

        Args:
            known: rows with a result.
            barred: rows that cannot be calculated, or were in vain.
            weight: how much it matters to know each candidate, `n`; all alike where left out.
        """
        gone = np.zeros(len(self._structure), dtype=bool)
        gone[[*known, *barred]] = True
        if gone.all():
            return None
        if not known and not gone[self._first] and weight is None:
            return self._first
        rows = np.array(sorted(known), dtype=int)
        between = self._structure[rows]
        among = between[:, rows] + _CHOOSING_NOISE * np.eye(len(rows))
        left = self._structure - between.T @ np.linalg.solve(among, between)
        matters = np.ones(len(left)) if weight is None else weight
        gain = (matters @ np.square(left)) / (np.maximum(np.diag(left), 0.0) + _CHOOSING_NOISE)
        # Rounded, so that the order of the sums on another machine changes no choice; the first of equals is taken.
        return int(np.argmax(np.where(gone, -np.inf, np.round(gain / (gain.max() or 1.0), 9))))


def nearness(limits: Mapping[str, float], foretold: Mapping[str, Foretold]) -> np.ndarray:
    """How much it matters to know each candidate better where its properties have limits, `n`.

    The density of the limit in what is foretold, summed over the limits: high where the limit is near and little known.
    """
    total = np.zeros(len(next(iter(foretold.values())).mean))
    for name, limit in limits.items():
        z = (foretold[name].mean - limit) / foretold[name].sd
        density = np.exp(-0.5 * z**2) / foretold[name].sd
        total += density / density.max()
    return total

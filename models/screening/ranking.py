"""The best of any number of points, in memory that does not grow with them."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

_DIGITS = 9
"""Decimals of a score that are compared: the last bits of a sum hang on how points were grouped, and decide nothing."""


@dataclass(frozen=True)
class Candidates:
    """n points of a pool with what was foretold of them.

    Attributes:
        order: `n`, place of the polymer in the sorted pool: what decides between equals, so that the order of rows
            does not.
        unit: `n`, canonical repeat unit (text).
        row: `n`, line of the pool that it stands in.
        salt, loading, temperature: `n`, places in the grid.
        molality_mol_kg: `n`.
        mean, sd: `n`, foretold.
    """

    order: np.ndarray
    unit: np.ndarray
    row: np.ndarray
    salt: np.ndarray
    loading: np.ndarray
    temperature: np.ndarray
    molality_mol_kg: np.ndarray
    mean: np.ndarray
    sd: np.ndarray

    def __len__(self) -> int:
        return len(self.order)

    def take(self, rows: np.ndarray) -> Self:
        """Some of the points, in the order asked for."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def with_(self, other: Self) -> Self:
        """These and others."""
        parts = ((field.name, getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return type(self)(**{name: np.concatenate([ours, theirs]) for name, ours, theirs in parts})


@dataclass(frozen=True)
class Ranking:
    """What is best: the highest mean, or the highest lower bound.

    Attributes:
        size: points that are kept.
        below: standard deviations below the mean at which points are compared; 0 compares means.
        of_each: points kept of each polymer at most; None for no limit.
    """

    size: int
    below: float = 0.0
    of_each: int | None = None

    def best(self, candidates: Candidates) -> Candidates:
        """The best of them, best first; equals by polymer, salt, loading and temperature."""
        score = np.round(candidates.mean - self.below * candidates.sd, _DIGITS)
        if self.of_each is None and len(score) > self.size:
            likely = np.flatnonzero(score >= np.partition(score, -self.size)[-self.size])
            candidates, score = candidates.take(likely), score[likely]
        c = candidates
        ranked = np.lexsort((c.temperature, c.loading, c.salt, c.order, -score))
        if self.of_each is not None:
            ranked = ranked[_number_in_group(c.order[ranked]) < self.of_each]
        return c.take(ranked[: self.size])


def _number_in_group(groups: np.ndarray) -> np.ndarray:
    """For each element how many of its group stand before it."""
    together = np.argsort(groups, kind="stable")
    ordered = groups[together]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(groups) else np.empty(0, dtype=int)
    lengths = np.diff(np.r_[starts, len(groups)])
    number = np.empty(len(groups), dtype=int)
    number[together] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return number

"""What planners are compared on: the seam between a comparison and a pool, the twin or a formula."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Plan:
    """How a trial goes: `initial` random experiments, then `budget` chosen ones, `batch` at a time."""

    initial: int = 20
    budget: int = 80
    batch: int = 5

    @property
    def experiments(self) -> int:
        """All of them."""
        return self.initial + self.budget


@dataclass(frozen=True)
class Trial:
    """What one planner did from one start.

    Attributes:
        values: what each experiment gave, in their order and without noise that the problem hides, to maximise.
        chosen: what each was: a repeat unit, a point.
        seconds_per_suggestion: of planning, fits included; experiments take none.
    """

    planner: str
    seed: int
    values: tuple[float, ...]
    chosen: tuple[str, ...]
    seconds_per_suggestion: float

    @property
    def best_so_far(self) -> np.ndarray:
        """The best of the first 1, 2, … experiments."""
        return np.maximum.accumulate(self.values)


class Problem(Protocol):
    """Something with known answers that planners can be tried on."""

    @property
    def label(self) -> str:
        """What a reader calls it."""
        ...

    @property
    def plan(self) -> Plan:
        """How each trial goes."""
        ...

    @property
    def key(self) -> str:
        """Hash of all that decides a trial but planner and seed: a record of another problem is never resumed."""
        ...

    @property
    def best(self) -> float:
        """The best value that there is, to maximise."""
        ...

    def trial(self, planner: str, seed: int) -> Trial:
        """One planner from the start of one seed, which is the same for all planners.

        Raises:
            BadInput: no such planner, or one that is not installed.
        """
        ...

    def figures(self, trials: Sequence[Trial]) -> dict[str, object]:
        """What the trials of one planner, at least one, are summed up by."""
        ...

"""What chooses from a pool: the seam between a pool and its planners, peers among them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from planners.pool.candidates import Pool


@dataclass(frozen=True)
class LimitTold:
    """Results of a property that must lie within bounds, either of which may be infinite.

    Attributes:
        rows: of the pool, on which it was read.
        values: their results, in the property's unit.
    """

    rows: tuple[int, ...]
    values: tuple[float, ...]
    low: float
    high: float


@dataclass(frozen=True)
class Told:
    """Everything that a choice may know of a pool beside the pool itself.

    Attributes:
        rows: of the pool, with a result.
        values: their results, to maximise.
        taken: rows that are under way or have failed: not to be chosen, and nothing is known of them.
        seed: of the campaign.
        index: number of the first choice among all of the campaign.
        limits: what a candidate must hold.
        chance: probability that rows give a result at all; None where nothing is to be said.
    """

    rows: tuple[int, ...]
    values: tuple[float, ...]
    taken: tuple[int, ...] = ()
    seed: int = 0
    index: int = 0
    limits: tuple[LimitTold, ...] = ()
    chance: Callable[[Sequence[int]], np.ndarray] | None = None

    @property
    def gone(self) -> list[int]:
        """Rows that are not to be chosen."""
        return [*self.rows, *self.taken]


@dataclass(frozen=True)
class Choice:
    """A row of the pool, and why.

    Attributes:
        expected, sd: of its value; None where no model was asked.
        worth: what the rows were ranked by.
        nearest: the row with a result that is most like it, and how like their polymers are (Tanimoto, 0 to 1).
        success: chance that it gives a result; None where nothing is to be said.
    """

    row: int
    expected: float | None = None
    sd: float | None = None
    worth: float | None = None
    nearest: tuple[int, float] | None = None
    success: float | None = None


class Chooser(Protocol):
    """Picks the next rows of a pool; a pure function of the pool and of what it is told."""

    @property
    def name(self) -> str:
        """What a comparison calls it."""
        ...

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """At most n different rows that are neither known nor taken; fewer only where no more are left."""
        ...

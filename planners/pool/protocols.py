"""What chooses from a pool: the seam between a pool and its planners, peers among them."""

from dataclasses import dataclass
from typing import Protocol

from planners.pool.candidates import Pool


@dataclass(frozen=True)
class Told:
    """Everything that a choice may know of a pool beside the pool itself.

    Attributes:
        rows: of the pool, with a result.
        values: their results, to maximise.
        taken: rows that are under way or have failed: not to be chosen, and nothing is known of them.
        seed: of the campaign.
    """

    rows: tuple[int, ...]
    values: tuple[float, ...]
    taken: tuple[int, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Choice:
    """A row of the pool, and why.

    Attributes:
        expected, sd: of its value; None where no model was asked.
        worth: what the rows were ranked by.
        nearest: the row with a result that is most like it, and how like it is (Tanimoto, 0 to 1).
    """

    row: int
    expected: float | None = None
    sd: float | None = None
    worth: float | None = None
    nearest: tuple[int, float] | None = None


class Chooser(Protocol):
    """Picks the next rows of a pool; a pure function of the pool and of what it is told."""

    @property
    def name(self) -> str:
        """What a comparison calls it."""
        ...

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """At most n different rows that are neither known nor taken; fewer only where no more are left."""
        ...

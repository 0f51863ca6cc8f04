"""What planners are compared on: the seam between a comparison and a pool, the twin or a formula."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from chemistry.errors import BadInput

DIGITS = 6
"""Of figures."""


@dataclass(frozen=True)
class Plan:
    """How a trial goes: `initial` experiments without looking, then `budget` chosen ones, `batch` at a time.

    Raises:
        BadInput: there would be nothing to compare, or the first batch would be more than all of the budget.
    """

    initial: int = 20
    budget: int = 80
    batch: int = 5

    def __post_init__(self) -> None:
        if self.initial < 1 or self.budget < 1 or self.batch < 1:
            raise BadInput(
                f"{self.initial} initial and {self.budget} chosen experiments in batches of {self.batch}",
                remedy="Give each at least one",
            )
        if self.batch > self.budget:
            raise BadInput(
                f"a batch of {self.batch} is more than all {self.budget} chosen experiments",
                remedy="Make the batch smaller, or the budget larger",
            )

    @property
    def experiments(self) -> int:
        """All of them."""
        return self.initial + self.budget


@dataclass(frozen=True)
class Trial:
    """What one planner did from one start.

    Attributes:
        values: what each experiment gave, in their order and without noise that the problem hides, to maximise; where
            it is all of them together that count, as for a hypervolume, what they came to after each.
        chosen: what each was: a repeat unit, a point; empty for one that the planner had nothing for.
        seconds_per_suggestion: of planning, fits included; experiments take none.
        outcomes: the true objectives of each, then what its limits ask for, in their own units; left out where `values`
            tells all.
        refused: suggestions that could not be made, because they broke a hard constraint of the space.
    """

    planner: str
    seed: int
    values: tuple[float, ...]
    chosen: tuple[str, ...]
    seconds_per_suggestion: float
    outcomes: tuple[tuple[float, ...], ...] = ()
    refused: int = 0

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
    def best(self) -> float | None:
        """The best value that there is, to maximise; None where nobody knows it."""
        ...

    @property
    def scored(self) -> str:
        """What the values of a trial are, in words that follow `found: `."""
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


def first_reaching(curve: Sequence[float], level: float) -> int | None:
    """Experiments until a curve reaches a level; None where it never does."""
    return next((number for number, value in enumerate(curve, start=1) if value >= level), None)


def standard_error(values: Sequence[float]) -> float | None:
    """Of the mean; None for a single value."""
    return round(float(np.std(values, ddof=1)) / math.sqrt(len(values)), DIGITS) if len(values) > 1 else None


def median_of_hits(values: Sequence[int | None]) -> float | None:
    """Of numbers of experiments, where none counts as later than all; None where half have none."""
    ordered = sorted(math.inf if value is None else float(value) for value in values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return None if math.isinf(middle) else middle

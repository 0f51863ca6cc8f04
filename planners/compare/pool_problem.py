"""A pool whose answers are all known: planners are judged by how many of its best they find."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from chemistry.errors import BadInput
from ledger.literature.rows import RowRefused, read_rows
from planners.compare.problem import DIGITS, Plan, Trial, median_of_hits, standard_error
from planners.pool.candidates import Pool, pool_of
from planners.pool.choosers import FEWEST
from planners.pool.names import chooser
from planners.pool.protocols import Told

TOP = 0.01
"""Share of the pool that counts as its best."""
_LARGEST = 1e300
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class PoolProblem:
    """A `planners.compare.problem.Problem`.

    Attributes:
        pool: the candidates.
        values: `n`, the answer of each, to maximise.
        label: what a reader calls it.
    """

    pool: Pool
    values: np.ndarray
    plan: Plan
    label: str = "pool"

    def __post_init__(self) -> None:
        """Refuse what leaves nothing to compare."""
        n, plan = len(self.pool), self.plan
        if n != len(self.values):
            raise BadInput(f"{n} candidates and {len(self.values)} answers", place=self.label)
        if not np.isfinite(self.values).all():
            raise BadInput("an answer is no number", place=self.label, remedy="Remove that candidate")
        if np.ptp(self.values) == 0:
            raise BadInput(
                f"all {n} answers are {self.values[0]:g}", place=self.label, remedy="Name an objective that differs"
            )
        if plan.initial < FEWEST:
            raise BadInput(
                f"{plan.initial} initial experiments are too few to learn from",
                place=self.label,
                remedy=f"Begin with {FEWEST} or more",
            )
        if plan.experiments > n:
            raise BadInput(
                f"{plan.initial} initial and {plan.budget} chosen experiments are more than the {n} candidates",
                place=self.label,
                remedy=f"Ask for {n} in all at most",
            )

    @property
    def key(self) -> str:
        """Hash of candidates, answers and plan."""
        told = [list(self.pool.units), self.values.tolist(), vars(self.plan)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    @property
    def best(self) -> float:
        """The best answer."""
        return float(self.values.max())

    @property
    def scored(self) -> str:
        """Answers."""
        return "the best answer"

    @cached_property
    def top(self) -> frozenset[str]:
        """The best hundredth of the candidates, one at least; of equals those that stand first."""
        count = max(1, round(TOP * len(self.pool)))
        return frozenset(self.pool.units[row] for row in np.argsort(-self.values, kind="stable")[:count])

    def trial(self, planner: str, seed: int) -> Trial:
        """One planner from the random start of a seed."""
        chosen_by = chooser(planner)
        rows = [int(row) for row in np.random.default_rng(seed).permutation(len(self.pool))[: self.plan.initial]]
        seconds = 0.0
        while len(rows) < self.plan.experiments:
            told = Told(tuple(rows), tuple(self.values[rows].tolist()), seed=seed)
            begun = time.perf_counter()
            size = min(self.plan.batch, self.plan.experiments - len(rows))
            rows += [choice.row for choice in chosen_by.choose(size, self.pool, told)]
            seconds += time.perf_counter() - begun
        return Trial(
            planner=planner,
            seed=seed,
            values=tuple(self.values[rows].tolist()),
            chosen=tuple(self.pool.units[row] for row in rows),
            seconds_per_suggestion=seconds / self.plan.budget,
        )

    def figures(self, trials: Sequence[Trial]) -> dict[str, object]:
        """A number for each trial, and what they come to.

        `top1pct_found`, how many of the best hundredth; `first_hit`, experiments up to the first of them (None where
        there is none); `regret`, how far the best that was found lies below the best there is.
        """
        found = [len(self.top & set(trial.chosen)) for trial in trials]
        first = [
            next((place for place, unit in enumerate(trial.chosen, start=1) if unit in self.top), None)
            for trial in trials
        ]
        regret = [self.best - max(trial.values) for trial in trials]
        return {
            "top1pct": len(self.top),
            "top1pct_found": found,
            "top1pct_found_mean": round(float(np.mean(found)), DIGITS),
            "top1pct_found_se": standard_error(found),
            "first_hit": first,
            "first_hit_median": median_of_hits(first),
            "regret": [round(each, DIGITS) for each in regret],
            "regret_mean": round(float(np.mean(regret)), DIGITS),
            "regret_se": standard_error(regret),
        }


def read_pool(
    path: Path, smiles: str, objective: str, *, log: bool, told: Callable[[int, int], None] = lambda done, all_: None
) -> tuple[Pool, np.ndarray]:
    """Candidates and answers of a CSV file; `log` takes the decimal logarithm of the answers.

    Raises:
        BadInput: columns missing, fewer than two rows, answers that are no number (or not above zero, for `log`), or
            polymers that cannot be read or stand there twice.
    """
    rows = list(read_rows(path, (smiles, objective), "pool", "Name them with --smiles-column and --objective"))
    if len(rows) < 2:
        raise BadInput(
            f"a pool of {len(rows)} row{'' if len(rows) == 1 else 's'} leaves nothing to choose",
            place=str(path),
            remedy="Give at least two polymers",
        )
    values, problems = [], []
    for row in rows:
        try:
            value = row.number_in(objective, -_LARGEST, _LARGEST, "")
            values.append(math.log10(value) if log else value)
        except (RowRefused, ValueError) as error:
            why = str(error) if isinstance(error, RowRefused) else f"{row.text(objective)} has no logarithm"
            problems.append(f"Line {row.number}: {why.removesuffix('.')}.")
    if problems:
        raise BadInput(
            f"{len(problems)} of {len(rows)} answers cannot be used",
            place=str(path),
            problems=tuple(problems[:_SHOWN]),
            remedy="Mend or remove these rows",
        )
    units, places = [row.text(smiles) for row in rows], [f"Line {row.number}" for row in rows]
    try:
        return pool_of(units, places, lambda done: told(done, len(rows))), np.array(values)
    except BadInput as error:
        raise BadInput(error.problem, place=str(path), problems=error.problems, remedy=error.remedy) from error

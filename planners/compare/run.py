"""Planners tried from the same starts; what is done is kept on disk, and a later run resumes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from models.fold_record import keep, number, read_record
from planners.compare.problem import Problem, Trial

NAMES = ("planner", "seed")
"""What a line of the record is of."""


def compare(
    problem: Problem,
    planners: Sequence[str],
    seeds: int,
    record: Path,
    told: Callable[[Trial], None] = lambda _: None,
) -> dict[str, list[Trial]]:
    """The trials of each planner from `seeds` starts.

    Each trial is a line of the record as soon as it is done; lines of the same problem and plan that are there already
    are not worked out again. Every planner gets its first seed before any gets its second.

    Args:
        problem: what is compared on.
        planners: their names.
        seeds: starts, 0 and up.
        record: a file of JSON lines, made if need be.
        told: hears of each trial that is done now.

    Raises:
        BadInput: a planner that is not there, or a record that is none.
    """
    done = kept_trials(problem, record)
    for seed in range(seeds):
        for planner in planners:
            if (planner, seed) in done:
                continue
            trial = problem.trial(planner, seed)
            keep(record, {"comparison": problem.key, **vars(trial)})
            done[planner, seed] = trial
            told(trial)
    return {planner: [done[planner, seed] for seed in range(seeds)] for planner in planners}


def kept_trials(problem: Problem, record: Path) -> dict[tuple[str, int], Trial]:
    """Trials of the record, by planner and seed; raises `BadInput` where a line holds what no trial can hold."""

    def checked(line: dict[str, object]) -> dict[str, object]:
        values, chosen = line["values"], line["chosen"]
        if not isinstance(values, list) or not isinstance(chosen, list):
            raise TypeError("values and chosen are no lists")
        if not len(values) == len(chosen) == problem.plan.experiments:
            raise ValueError(f"{len(values)} values and {len(chosen)} choices, {problem.plan.experiments} were asked")
        for value in (*values, line["seconds_per_suggestion"]):
            number(value)
        return line

    lines = read_record(record, problem.key, NAMES, checked)
    return {place: _trial(line, *place) for place, line in lines.items()}


def summed_up(problem: Problem, trials: Sequence[Trial]) -> dict[str, object]:
    """The figures of one planner: those of the problem, and the seconds of a suggestion."""
    seconds = float(np.mean([trial.seconds_per_suggestion for trial in trials]))
    return {"seeds": len(trials), **problem.figures(trials), "seconds_per_suggestion": round(seconds, 4)}


def _trial(line: dict[str, object], planner: str, seed: int) -> Trial:
    values, chosen = line["values"], line["chosen"]
    if not isinstance(values, list) or not isinstance(chosen, list):
        raise TypeError("values and chosen are no lists")
    seconds = number(line["seconds_per_suggestion"])
    return Trial(planner, seed, tuple(map(float, values)), tuple(map(str, chosen)), seconds)

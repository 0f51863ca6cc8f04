"""Planners tried from the same starts; what is done is kept on disk, and a later run resumes."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from models.cluster import crew
from models.crew import Alone, Hire
from models.fold_record import keep, number, read_record, whole_number
from planners.compare.problem import Problem, Trial

NAMES = ("planner", "seed")
"""What a line of the record is of."""


def compare(
    problem: Problem,
    planners: Sequence[str],
    seeds: int,
    record: Path,
    told: Callable[[Trial], None] = lambda _: None,
    first_seed: int = 0,
    hire: Hire = crew,
) -> dict[str, list[Trial]]:
    """The trials of each planner from `seeds` starts.

    Each trial is a line of the record as soon as it is done; lines of the same problem and plan that are there already
    are not worked out again. Every planner gets its first seed before any gets its second.

    Args:
        problem: what is compared on.
        planners: their names.
        seeds: number of starts.
        record: a file of JSON lines, made if need be.
        told: hears of each trial that is done now.
        first_seed: of the starts, which are numbered on from it.
        hire: who does the trials, several at a time where they can; this process where left out.

    Raises:
        BadInput: a planner that is not there, or a record that is none.
    """
    done = kept_trials(problem, record)
    numbers = range(first_seed, first_seed + seeds)
    waiting = [(planner, seed) for seed in numbers for planner in planners if (planner, seed) not in done]
    with hire(problem) if waiting else nullcontext(Alone(problem)) as workers:
        for place, trial in workers.as_done(_tried, waiting):
            keep(record, {"comparison": problem.key, **vars(trial)})
            done[place] = trial
            told(trial)
    return {planner: [done[planner, seed] for seed in numbers] for planner in planners}


def _tried(problem: Problem, place: tuple[str, int]) -> Trial:
    return problem.trial(*place)


def kept_trials(problem: Problem, record: Path) -> dict[tuple[str, int], Trial]:
    """Trials of the record, by planner and seed; raises `BadInput` where a line holds what no trial can hold."""

    def checked(line: dict[str, object]) -> dict[str, object]:
        trial, asked = _trial(line, "", 0), problem.plan.experiments
        if not len(trial.values) == len(trial.chosen) == asked:
            told = f"{len(trial.values)} values and {len(trial.chosen)} choices"
            raise ValueError(f"{told}, {asked} were asked")
        if len(trial.outcomes) not in (0, asked):
            raise ValueError(f"{len(trial.outcomes)} outcomes, {asked} were asked")
        return line

    lines = read_record(record, problem.key, NAMES, checked)
    return {place: _trial(line, *place) for place, line in lines.items()}


def summed_up(problem: Problem, trials: Sequence[Trial]) -> dict[str, object]:
    """The figures of one planner: those of the problem, and the seconds of a suggestion."""
    seconds = float(np.mean([trial.seconds_per_suggestion for trial in trials]))
    return {"seeds": len(trials), **problem.figures(trials), "seconds_per_suggestion": round(seconds, 4)}


def _trial(line: dict[str, object], planner: str, seed: int) -> Trial:
    """The trial of a line; raises `KeyError`, `TypeError` or `ValueError` where it holds none."""
    return Trial(
        planner,
        seed,
        values=tuple(float(number(value)) for value in _listed(line["values"])),
        chosen=tuple(map(str, _listed(line["chosen"]))),
        seconds_per_suggestion=number(line["seconds_per_suggestion"]),
        outcomes=tuple(tuple(map(number, _listed(one))) for one in _listed(line.get("outcomes", []))),
        refused=whole_number(line.get("refused", 0)),
    )


def _listed(given: object) -> list[object]:
    if not isinstance(given, list):
        raise TypeError(f"{given!r} is no list")
    return given

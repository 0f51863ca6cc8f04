"""What a comparison of planners comes to, as a table: the same on a terminal and on a page."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chemistry.quantities import with_uncertainty
from planners.compare.pool_problem import PoolProblem
from planners.compare.problem import Problem, Trial

Rows = dict[str, list[str]]


def heads_and_rows(problem: Problem, trials: Mapping[str, Sequence[Trial]]) -> tuple[list[str], Rows]:
    """Heads of the columns after the planner's name, and its cells; a mean stands with its standard error."""
    of_one = _of_pool if isinstance(problem, PoolProblem) else _of_scores
    tables = {name: of_one(problem.figures(own)) for name, own in trials.items()}
    for name, own in trials.items():
        seconds = float(np.mean([trial.seconds_per_suggestion for trial in own]))
        tables[name]["s per suggestion"] = f"{seconds:.2g}"
    heads = list(next(iter(tables.values())))
    return heads, {name: [cells[head] for head in heads] for name, cells in tables.items()}


def explained(problem: Problem, heads: Sequence[str]) -> str:
    """What the columns say, those that are there, for whoever did not run the comparison."""
    meanings = {
        "found of the best hundredth": "found: how many of the best hundredth of the pool a start chose",
        "first hit": "first hit: experiments until the first of these, the median over starts",
        "found": f"found: {problem.scored}, after all experiments of a start",
        "regret": f"regret: how much {problem.scored} lies below the best there is",
        "regret (median)": f"regret: how much {problem.scored} lies below the best there is, the median over starts",
        "against a constraint": "against a constraint: suggestions that the space forbids, of all starts together",
        "over a limit": "over a limit: the share of chosen films whose truth oversteps one",
    }
    told = "; ".join(meaning for head, meaning in meanings.items() if head in heads)
    return f"{told[:1].upper()}{told[1:]}."


def in_words(problem: Problem, seeds: int) -> str:
    """What was compared: `htpmd.csv, 3,005 candidates: 20 …`."""
    plan, label = problem.plan, problem.label
    if isinstance(problem, PoolProblem):
        label = f"{label}, {len(problem.pool):,} candidates"
    return (
        f"{label}: {_several(plan.initial, 'experiment')} that all planners share, then {plan.budget} chosen, "
        f"{plan.batch} at a time, from {_several(seeds, 'start')}."
    )


def _several(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _of_pool(own: dict[str, Any]) -> dict[str, str]:
    first = own["first_hit_median"]
    return {
        "found of the best hundredth": f"{_mean(own['top1pct_found_mean'], own['top1pct_found_se'])} of "
        f"{own['top1pct']}",
        "first hit": "–" if first is None else f"{first:g}",
        "regret": _mean(own["regret_mean"], own["regret_se"]),
    }


def _of_scores(own: dict[str, Any]) -> dict[str, str]:
    told = {"found": _mean(own["found_mean"], own["found_se"])}
    if "regret" in own:
        told["regret (median)"] = f"{float(np.median(own['regret'])):.3g}"
    if "refused" in own:
        told["against a constraint"] = str(sum(own["refused"]))
    if "overstepping" in own:
        told["over a limit"] = f"{float(np.mean(own['overstepping'])):.0%}"
    return told


def _mean(mean: float, error: float | None) -> str:
    return f"{mean:.3f}" if error is None else with_uncertainty(mean, error)

"""The acquisition of campaigns against the recipe of BoTorch's tutorials, on BoTorch's test problems.

Both have the same process, the same even start (twice one more than there are numbers) and as many evaluations; what
differs is how the acquisition is searched: a pool and a search around its best here, gradients from restarts there.
Prints one JSON line for each problem. With `--record` a run that is broken off goes on where it was.

    python benchmarks/standard_problems.py [--problems hartmann6] [--seeds 10] [--budget 30] [--record standard.jsonl]
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.line import print_line, run_benchmark
from benchmarks.workers import add_place, hired
from flows.comparing.planners_asked import Asked
from planners.box.names import NAMES
from planners.compare.problem import Trial
from planners.compare.run import compare, summed_up
from planners.compare.standard_problem import PROBLEMS


def main() -> None:
    """Compare and print the lines."""
    parser = argparse.ArgumentParser(description="Our acquisition against BoTorch's tutorials.")
    parser.add_argument("--problems", nargs="+", choices=tuple(PROBLEMS), default=tuple(PROBLEMS))
    parser.add_argument("--planners", default=",".join(NAMES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--budget", type=int, default=30)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--record", type=Path, help="keeps each trial [default: none is kept]")
    add_place(parser)
    given = parser.parse_args()

    def told(trial: Trial) -> None:
        print(trial.planner, trial.seed, trial.best_so_far[-1], file=sys.stderr, flush=True)

    for name in given.problems:
        asked = Asked(problem=name, budget=given.budget, batch=given.batch)
        names, problem = asked.planners(given.planners), asked.made()
        with tempfile.TemporaryDirectory() as folder:
            record = given.record or Path(folder) / "record.jsonl"
            trials = compare(problem, names, given.seeds, record, told, given.first_seed, hired(given))
        print_line(
            "standard_problems",
            problem=name,
            **vars(problem.plan),
            first_seed=given.first_seed,
            **{name: summed_up(problem, own) for name, own in trials.items()},
        )


if __name__ == "__main__":
    run_benchmark(main)

"""How many of the best hundredth of a pool with known answers planners find; prints one JSON line.

`htpmd.csv`: one molecular-dynamics conductivity for each of 3,005 polymers; 20 at random, then 80 chosen in batches of
five, every planner from the same starts. The rule of `kinship` was chosen on one half of the polymers (even sha256 of
the canonical repeat unit); `--half shown` is the other, `--half chosen` the one that it was chosen on. Peers (BayBE,
Ax) take part where they are installed. With `--record` a run that is broken off goes on where it was.

    python benchmarks/pool_search.py FOLDER [--planners random,kinship,baybe,ax] [--seeds 20] [--half shown --budget 40]
"""

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark
from benchmarks.workers import add_place, hired
from flows.comparing.planners_asked import Asked
from planners.compare.pool_problem import PoolProblem, read_pool
from planners.compare.problem import Plan
from planners.compare.run import compare, summed_up
from planners.pool.candidates import Pool, pool_of
from planners.pool.names import installed

HALVES = {"chosen": 0, "shown": 1}


def main() -> None:
    """Compare and print the line."""
    parser = argparse.ArgumentParser(description="Planners on a pool with known answers.")
    parser.add_argument("folder", type=Path, help="with htpmd.csv")
    parser.add_argument("--planners", default=",".join(["random", "kinship", "tanimoto", *installed()]))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--initial", type=int, default=20)
    parser.add_argument("--budget", type=int, default=80)
    parser.add_argument("--batch", type=int, default=5)
    parser.add_argument("--half", choices=tuple(HALVES), help="one half of the polymers only")
    parser.add_argument("--record", type=Path, help="keeps each trial [default: none is kept]")
    add_place(parser)
    given = parser.parse_args()
    table = given.folder / "htpmd.csv"
    names = Asked(pool=table, objective="conductivity").planners(given.planners)
    pool, values = read_pool(table, "mol_smiles", "conductivity", log=True)
    if given.half is not None:
        pool, values = half(pool, values, HALVES[given.half])
    problem = PoolProblem(pool, values, Plan(given.initial, given.budget, given.batch), "htpmd")
    with tempfile.TemporaryDirectory() as folder:
        trials = compare(
            problem,
            names,
            given.seeds,
            given.record or Path(folder) / "record.jsonl",
            lambda trial: print(trial.planner, trial.seed, problem.figures([trial]), file=sys.stderr, flush=True),
            hire=hired(given),
        )
    print_line(
        "pool_search",
        half=given.half,
        candidates=len(pool),
        **vars(problem.plan),
        **{name: summed_up(problem, own) for name, own in trials.items()},
    )


def half(pool: Pool, values: np.ndarray, which: int) -> tuple[Pool, np.ndarray]:
    """The polymers whose hash is even (0) or odd (1), as a pool of their own."""
    parity = [int(hashlib.sha256(unit.encode()).hexdigest(), 16) % 2 for unit in pool.units]
    rows = [row for row, own in enumerate(parity) if own == which]
    return pool_of([pool.units[row] for row in rows]), values[rows]


if __name__ == "__main__":
    run_benchmark(main)

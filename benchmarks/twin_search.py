"""Planners and peers on the twin: how soon each has what the best peer has in the end; prints one JSON line.

Space, objectives and limits are those of `examples/peo_salts.yaml` (two objectives, a bound on the sum of two weight
fractions), or of another campaign file; 40 experiments, the first five an even spread that all share, one at a time,
scored on the noise-free truth. Peers (Ax, BayBE) take part where they are installed. With `--record` a run that is
broken off goes on where it was.

    python benchmarks/twin_search.py [--planners bayesian,genetic,ax,baybe] [--seeds 10] [--record twin.jsonl]

A trial of ours takes one minute, of a peer four to ten.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.line import print_line, run_benchmark
from benchmarks.workers import add_place, hired
from flows.comparing.planners_asked import Asked
from planners.compare.problem import Trial, first_reaching, median_of_hits
from planners.compare.run import compare, summed_up
from planners.pool.names import PEERS, installed

EXAMPLE = Path(__file__).parents[1] / "examples" / "peo_salts.yaml"


def main() -> None:
    """Compare and print the line."""
    parser = argparse.ArgumentParser(description="Planners and peers on the twin.")
    parser.add_argument("--campaign", type=Path, default=EXAMPLE)
    parser.add_argument("--planners", default=",".join(["random", "genetic", "bayesian", *installed()]))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--initial", type=int, default=5)
    parser.add_argument("--budget", type=int, default=35)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--record", type=Path, help="keeps each trial [default: none is kept]")
    add_place(parser)
    given = parser.parse_args()
    asked = Asked(twin=given.campaign, initial=given.initial, budget=given.budget, batch=given.batch)
    names, problem = asked.planners(given.planners), asked.made()
    with tempfile.TemporaryDirectory() as folder:
        trials = compare(
            problem,
            names,
            given.seeds,
            given.record or Path(folder) / "record.jsonl",
            lambda trial: print(trial.planner, trial.seed, problem.figures([trial]), file=sys.stderr, flush=True),
            given.first_seed,
            hired(given),
        )
    print_line(
        "twin_search",
        campaign=given.campaign.name,
        **vars(problem.plan),
        first_seed=given.first_seed,
        **against_peers({name: own for name, own in trials.items() if name in PEERS}, trials),
        **{name: summed_up(problem, own) for name, own in trials.items()},
    )


def against_peers(peers: dict[str, list[Trial]], trials: dict[str, list[Trial]]) -> dict[str, object]:
    """The best peer by its median in the end, and experiments until each other has what it has from the same start."""
    if not peers:
        return {}
    best = max(peers, key=lambda name: statistics.median(trial.values[-1] for trial in peers[name]))
    needed = {
        name: reached(own, [trial.values[-1] for trial in peers[best]])
        for name, own in trials.items()
        if name not in peers
    }
    return {"best_peer": best, "experiments_needed": needed}


def reached(trials: Sequence[Trial], levels: Sequence[float]) -> dict[str, object]:
    """Experiments until each trial has its level; None where it never does."""
    hits = [first_reaching(trial.values, level) for trial, level in zip(trials, levels, strict=True)]
    return {"median": median_of_hits(hits), "seeds": hits}


if __name__ == "__main__":
    run_benchmark(main)

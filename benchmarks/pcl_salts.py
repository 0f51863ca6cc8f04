"""`examples/pcl_18_salts.yaml` on the twin: regret after each batch, and what random search needs; prints a JSON line.

Eight films at a time, as the campaign has them: an even spread of eight, then four batches that are planned, without
the warm start from literature. Random search begins with the same eight and goes on one by one until `--random`
experiments. Regret is the distance of the best film, by the noise-free truth, to the best there is (decades).

    python benchmarks/pcl_salts.py [--planner bayesian] [--seeds 10] [--first-seed 0]        (some two minutes)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import tempfile
from pathlib import Path

from benchmarks.line import print_line, run_benchmark
from benchmarks.workers import add_place, hired
from flows.comparing.twin_problem import twin_problem
from flows.spec import read_campaign
from planners.compare.problem import Plan, first_reaching, median_of_hits
from planners.compare.run import compare

EXAMPLE = Path(__file__).parents[1] / "examples" / "pcl_18_salts.yaml"
NEAR_decades = 0.1


def main() -> None:
    """Compare and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planner", default="bayesian")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--random", type=int, default=400, help="experiments after which random search is left")
    add_place(parser)
    given = parser.parse_args()
    first, hire = given.first_seed, hired(given)
    spec = read_campaign(EXAMPLE)
    batch, n = spec.budget.batch, spec.budget.experiments
    planned = twin_problem(spec, Plan(batch, n - batch, batch), "planned")
    drawn = twin_problem(spec, Plan(batch, given.random - batch, 1), "drawn")
    best = planned.best
    if best is None:
        raise ValueError("the best of this space is not known")
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.jsonl"
        ours = compare(planned, [given.planner], given.seeds, record, first_seed=first, hire=hire)[given.planner]
        chance = compare(drawn, ["random"], given.seeds, record, first_seed=first, hire=hire)["random"]
    hits, others = ([first_reaching(one.values, best - NEAR_decades) for one in trials] for trials in (ours, chance))
    ends = range(batch, n + 1, batch)
    print_line(
        "pcl_salts",
        planner=given.planner,
        batch=batch,
        n=n,
        warm_start=None,
        first_seed=given.first_seed,
        best_log10_conductivity=round(best + (spec.objectives[0].reference or 0.0), 3),
        regret_after={str(end): [round(best - trial.values[end - 1], 3) for trial in ours] for end in ends},
        within_a_tenth=f"{sum(hit is not None for hit in hits)} of {given.seeds}",
        experiments_needed={"median": median_of_hits(hits), "seeds": hits},
        experiments_of_random_search={"median": median_of_hits(others), "seeds": others},
        seconds_per_suggestion=round(sum(trial.seconds_per_suggestion for trial in ours) / len(ours), 3),
    )


if __name__ == "__main__":
    run_benchmark(main)

"""Choosers on the pool of `examples/polymer_pool.yaml` on the twin: how good their best film is, by the truth.

Every polymer may be made with each salt at each loading. Three experiments are under way, films have the effect and
the noise of `benchmarks/bayesian_against_sobol.py`, and one in twenty gives nothing. The start is at random and the
same for all. Told are the distance of the best film to the best candidate without noise, decades, and how many of the
best hundredth were made.

    python -m benchmarks.pool_on_twin [--choosers random kinship tanimoto thompson] [--seeds 3] [--first-seed 100]
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time
from pathlib import Path

import numpy as np
import yaml

from benchmarks.bayesian_against_sobol import IN_FLIGHT, Campaign
from benchmarks.line import print_line, run_benchmark, spread
from ledger.literature.rows import read_rows
from planners.objectives import Objective
from planners.points import reasons_not_to
from planners.pool.candidates import Pool, pool_of
from planners.pool.names import OWN, chooser
from planners.pool.planner import PoolPlanner
from planners.pool.ways import formulation_of, ways_of
from planners.protocols import Knowledge
from planners.space import DesignSpace
from sim.twin.transport import truth_log10_conductivity

EXAMPLE = Path(__file__).parents[1] / "examples" / "polymer_pool.yaml"
AT_C = 60.0
TOP = 0.01


def main() -> None:
    """Print one JSON line for each chooser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--choosers", nargs="+", choices=OWN, default=OWN)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--experiments", type=int, default=60)
    given = parser.parse_args()
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    space = DesignSpace.model_validate(example["space"])
    rows = read_rows(EXAMPLE.parent / example["space"]["pool"]["file"], ("smiles",), "pool")
    pool = pool_of([row.text("smiles") for row in rows])
    truths = allowed_truths(pool, space)
    best, top = max(truths.values()), sorted(truths, key=lambda key: -truths[key])[: round(TOP * len(truths))]
    for name in given.choosers:
        regrets, found, seconds = [], [], []
        for seed in range(given.first_seed, given.first_seed + given.seeds):
            who = PoolPlanner(pool, chooser(name), start=example["planner"]["start"])
            began = time.perf_counter()
            made = campaign(who, space, seed, given.experiments)
            seconds.append((time.perf_counter() - began) / given.experiments)
            regrets.append(best - max(truths[key] for key in made))
            found.append(len(set(top) & set(made)))
        print_line(
            "pool_on_twin",
            chooser=name,
            candidates=len(truths),
            experiments=given.experiments,
            seeds=[given.first_seed + n for n in range(given.seeds)],
            regret=spread(regrets),
            regrets=[round(regret, 3) for regret in regrets],
            found=found,
            top=len(top),
            seconds_per_experiment=round(float(np.mean(seconds)), 2),
        )


def allowed_truths(pool: Pool, space: DesignSpace) -> dict[str, float]:
    """Truth of every candidate that may be made, by the key of its formulation."""
    found = {}
    for unit in pool.units:
        for way in ways_of(space):
            formulation = formulation_of(unit, way, space)
            if formulation is not None and not reasons_not_to(space, formulation):
                found[formulation.key] = truth_log10_conductivity(formulation, AT_C)
    return found


def campaign(who: PoolPlanner, space: DesignSpace, seed: int, experiments: int) -> list[str]:
    """Keys of the films that were made."""
    objective = Objective(property="log10_conductivity", temperature_C=AT_C, reference=-9.0)
    run = Campaign(Knowledge(space=space, objectives=(objective,), seed=seed), np.random.default_rng(seed))
    while len(run.truth) < experiments:
        while run.knowledge.suggested < experiments and len(run.running) < IN_FLIGHT:
            (suggestion,) = who.suggest(1, run.knowledge)
            run.start(suggestion)
        run.finish_one()
    return [film.formulation.key for film in run.knowledge.films]


if __name__ == "__main__":
    run_benchmark(main)

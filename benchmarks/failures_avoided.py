"""Whether planners leave a region in which films fail, and what leaving it costs.

The campaign is that of `benchmarks/bayesian_against_sobol.py` (space and objectives of `examples/peo_salts.yaml`, three
experiments under way, the twin's truth with film effect and noise), but films do not fail at random: all with
more than `--soft` of plasticiser crack, which is where the best conductors are, and one in fifty elsewhere. For each
planner, with the chance of success and without it: the share of suggestions in the region in the first and the last
third, how many films were lost, how many suggestions the planner could not make, and the hypervolume of what was made.

    python benchmarks/failures_avoided.py [--seeds 3] [--first-seed 100] [--experiments 30]   (some two minutes a seed)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
from dataclasses import dataclass, field

import numpy as np

from benchmarks.bayesian_against_sobol import Campaign, question, truth
from benchmarks.line import print_line, run_benchmark
from chemistry.formulation import Formulation
from planners.bayesian import BayesianPlanner
from planners.genetic import GeneticPlanner
from planners.pareto import hypervolume, reference_point
from planners.points import formulation_at
from planners.protocols import Knowledge, Planner
from planners.sampling import sample
from planners.swarm import SwarmPlanner

IN_FLIGHT = 3
ELSEWHERE = 0.02


@dataclass
class Cracking(Campaign):
    """A campaign whose films crack in a region; what was suggested is kept in its order."""

    soft: float = 0.23
    suggested: list[Formulation] = field(default_factory=list)

    def fails(self, formulation: Formulation) -> bool:
        """All of the region, and few elsewhere."""
        return self.in_region(formulation) or bool(self.random.random() < ELSEWHERE)

    def in_region(self, formulation: Formulation) -> bool:
        """Whether a film has too much plasticiser to hold together."""
        return sum(content.weight_fraction for content in formulation.additives) > self.soft


def run(who: Planner, seed: int, experiments: int, soft: float) -> dict[str, float]:
    """One campaign; what came of it."""
    space, objectives, _ = question()
    made = Cracking(Knowledge(space=space, objectives=objectives, seed=seed), np.random.default_rng(seed), soft=soft)
    refused = 0
    while len(made.truth) < experiments and not refused:
        while made.knowledge.suggested < experiments and len(made.running) < IN_FLIGHT:
            found = who.suggest(1, made.knowledge)
            if not found:
                refused += 1
                break
            made.suggested.append(found[0].formulation)
            made.start(found[0])
        made.finish_one()
    third = experiments // 3
    within = [made.in_region(formulation) for formulation in made.suggested]
    values = np.array([truth(film.formulation) for film in made.knowledge.films])
    return {
        "first_third": statistics.mean(within[:third]),
        "last_third": statistics.mean(within[-third:]),
        "lost": len(made.knowledge.failures),
        "not_suggested": refused,
        "hypervolume": hypervolume(values, objectives, reference_point(np.empty((0, 2)), objectives)),
    }


def main() -> None:
    """Print one JSON line for each planner."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--experiments", type=int, default=30)
    parser.add_argument("--soft", type=float, default=0.23, help="w/w of plasticiser above which films crack")
    given = parser.parse_args()
    space, _, start = question()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    spread = [formulation_at(space, point) for point in sample(space, 2000, 1)]
    share = statistics.mean(sum(c.weight_fraction for c in one.additives) > given.soft for one in spread)
    planners: dict[str, Planner] = {
        "bayesian": BayesianPlanner(start=start),
        "bayesian without": BayesianPlanner(start=start, success_fit=lambda knowledge: None),
        "genetic": GeneticPlanner(start=start),
        "genetic without": GeneticPlanner(start=start, success_fit=lambda knowledge: None),
        "swarm": SwarmPlanner(),
    }
    for name, who in planners.items():
        results = [run(who, seed, given.experiments, given.soft) for seed in seeds]
        print_line(
            "failures_avoided",
            planner=name,
            n=given.experiments,
            seeds=list(seeds),
            region=f"more than {given.soft:g} w/w of plasticiser, {share:.0%} of the space",
            **{
                key: {"mean": statistics.mean(r[key] for r in results), "seeds": [r[key] for r in results]}
                for key in results[0]
            },
        )


if __name__ == "__main__":
    run_benchmark(main)

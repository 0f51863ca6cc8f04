"""Every planner on the twin: what it has found after how many experiments, on the noise-free truth.

The campaign is that of `benchmarks/bayesian_against_sobol.py`: space and objectives of `examples/peo_salts.yaml`,
three experiments under way, film effect and reading noise, and one film in twenty that gives nothing. With
`--objectives 1` the conductivity alone counts, and the figure is the best value's height above its reference, decades.
With `--open-polymers 20` those that breed polymers may.

    python benchmarks/planners_on_twin.py [--seeds 3] [--experiments 30] [--planners genetic swarm …]   (ten minutes)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import time

from benchmarks.bayesian_against_sobol import campaign, first_reaching, question
from benchmarks.line import print_line, run_benchmark, spread
from chemistry.value import Value
from planners.choice import planner
from planners.options import BayesianOptions, GeneticOptions, PlannerOptions
from planners.protocols import Planner
from planners.space import OpenPolymers

WHO = (
    "random",
    "sobol",
    "swarm",
    "genetic_experiment",
    "genetic_surrogate",
    "genetic_both",
    "portfolio",
    "bayesian",
    "bayesian_confidence_bound",
    "bayesian_thompson",
    "bayesian_rivals",
)


def asked_planner(name: str, start: int, experiments: int) -> Planner:
    """The planner of one row; Sobol gets one block of all experiments, its best case."""
    kind, _, option = name.partition("_")
    given: dict[str, Value] = {}
    if kind == "genetic":
        given = {"genetic": GeneticOptions.model_validate({"fitness": option})}
    elif option:
        rivals = option == "rivals"
        given = {"bayesian": BayesianOptions.model_validate({"rivals": 0.3} if rivals else {"acquisition": option})}
    options = PlannerOptions.model_validate(given)
    return planner(kind, start=experiments if kind == "sobol" else start, options=options)


def main() -> None:
    """Print one JSON line for each planner."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planners", nargs="+", choices=WHO, default=WHO)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--experiments", type=int, default=30)
    parser.add_argument("--objectives", type=int, choices=(1, 2), default=2)
    parser.add_argument("--open-polymers", type=int, help="heavy atoms of polymers that may be bred [default: none]")
    given = parser.parse_args()
    space, objectives, start = question()
    if given.open_polymers:
        space = space.model_copy(update={"open_polymers": OpenPolymers(most_atoms=given.open_polymers)})
    wanted, seeds = objectives[: given.objectives], range(given.first_seed, given.first_seed + given.seeds)
    yardstick: float | None = None
    for name in given.planners:
        began = time.perf_counter()
        who = asked_planner(name, start, given.experiments)
        curves = [campaign(who, space, wanted, seed, given.experiments) for seed in seeds]
        seconds = (time.perf_counter() - began) / (len(curves) * given.experiments)
        if yardstick is None:
            yardstick = statistics.median(curve[-1] for curve in curves)
        marks = sorted({given.experiments // 3, 2 * given.experiments // 3, given.experiments} - {0})
        print_line(
            "planners_on_twin",
            planner=name,
            objectives=[objective.label for objective in wanted],
            open_polymers=given.open_polymers,
            seeds=list(seeds),
            found={str(mark): spread([curve[mark - 1] for curve in curves]) for mark in marks},
            experiments_for_all_of_the_first=[first_reaching(curve, yardstick) for curve in curves],
            seconds_per_experiment=round(seconds, 3),
        )


if __name__ == "__main__":
    run_benchmark(main)

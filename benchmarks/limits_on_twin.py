"""How soon planners find the best conductor among what holds two hard limits, and how much they spend on what does not.

Space, objective and limits are those of `examples/stable_conductors.yaml`. A film reads the twin's truth plus a film
effect (0.10 decades on conductivity, 0.05 V, 2 K). It is scored on the noise-free truth: the best conductivity that
holds both limits, its distance to the best of 4,000 formulations, and the share of suggestions that overstep a limit in
the first and the last third. Experiments come one after the other.

    python benchmarks/limits_on_twin.py [--seeds 3] [--first-seed 100] [--experiments 24]      (about a minute a seed)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark
from chemistry.formulation import Formulation
from flows.spec import CampaignSpec, read_campaign
from planners.choice import planner
from planners.points import formulation_at
from planners.protocols import Decided, Knowledge, Planner
from planners.sampling import sample
from sim.twin import readings

EXAMPLE = Path(__file__).parents[1] / "examples" / "stable_conductors.yaml"
ASKED = (("log10_conductivity", 30.0), ("oxidation_limit", 70.0), ("glass_transition", None))


def truth(formulation: Formulation) -> tuple[float, float, float]:
    """log10 conductivity (S/cm) at 30 °C, oxidation limit (V) at 70 °C, glass transition (°C)."""
    sigma, limit, glass = (readings.truth(formulation, name, T) for name, T in ASKED)
    return sigma, limit, glass


def run(who: Planner, spec: CampaignSpec, seed: int, experiments: int, *, told: bool = True) -> list[Formulation]:
    """What was made; a planner that is not told of the limits sees none."""
    random = np.random.default_rng(seed)
    known = Knowledge(space=spec.space, objectives=spec.objectives, limits=spec.limits if told else (), seed=seed)
    for number in range(experiments):
        (suggestion,) = who.suggest(1, known)
        made = readings.read_film(suggestion.formulation, f"film {number}", ASKED, random)
        decided = Decided(
            index=number,
            planner=who.name,
            formulation=suggestion.formulation,
            outcome="observed",
            film_id=made.film_id,
        )
        change = {"films": (*known.films, made), "history": (*known.history, decided), "suggested": number + 1}
        known = known.model_copy(update=change)
    return [decided.formulation for decided in known.history]


def main() -> None:
    """Print one JSON line for each planner."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--experiments", type=int, default=24)
    parser.add_argument("--planners", nargs="+", default=["bayesian", "bayesian not told", "genetic", "swarm", "sobol"])
    given = parser.parse_args()
    spec, seeds = read_campaign(EXAMPLE), range(given.first_seed, given.first_seed + given.seeds)

    def held(values: tuple[float, float, float]) -> bool:
        return all(limit.margin(value) >= 0 for limit, value in zip(spec.limits, values[1:], strict=True))

    spread = [truth(formulation_at(spec.space, point)) for point in sample(spec.space, 4000, 1)]
    summit = max(values[0] for values in spread if held(values))
    third = given.experiments // 3
    for name in given.planners:
        kind, told = name.removesuffix(" not told"), not name.endswith(" not told")
        regret, first, last = [], [], []
        for seed in seeds:
            made = [
                truth(one) for one in run(planner(kind, spec.planner.start), spec, seed, given.experiments, told=told)
            ]
            within = [held(values) for values in made]
            best = max((values[0] for values, holds in zip(made, within, strict=True) if holds), default=float("nan"))
            regret.append(round(summit - best, 3))
            first.append(1 - statistics.mean(within[:third]))
            last.append(1 - statistics.mean(within[-third:]))
        print_line(
            "limits_on_twin",
            planner=name,
            n=given.experiments,
            seeds=list(seeds),
            share_that_holds=round(statistics.mean(map(held, spread)), 3),
            regret_decades=regret,
            overstepping_first_third=[round(share, 2) for share in first],
            overstepping_last_third=[round(share, 2) for share in last],
        )


if __name__ == "__main__":
    run_benchmark(main)

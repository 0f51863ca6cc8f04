"""How many experiments Bayesian optimisation needs for the hypervolume that Sobol has after 30.

The space, the objectives and the batch are those of `examples/peo_salts.yaml`; three experiments are always under way
and a result is used as soon as it arrives, in an order that is drawn. What a planner sees is the twin's truth plus a
film effect (sd 0.10 decades on conductivity, 0.05 on modulus), a reading noise and, for one film in twenty, nothing.
It is scored on the noise-free truth of what it made. Sobol gets one block of 30 points, so that components appear as
evenly as they can: its best case.

    python benchmarks/bayesian_against_sobol.py [--seeds 10] [--first-seed 0]        (about four minutes)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from benchmarks.line import print_line, run_benchmark, spread
from chemistry.formulation import Formulation
from ledger.film import Film
from planners.choice import planner
from planners.objectives import Objective
from planners.pareto import hypervolume, reference_point
from planners.protocols import Failed, Knowledge, Planner, Suggestion, with_suggested
from planners.space import DesignSpace
from sim.twin import readings

EXAMPLE = Path(__file__).parents[1] / "examples" / "peo_salts.yaml"
TEMPERATURES_C = (30.0, 40.0, 50.0, 60.0, 70.0, 80.0)
ASKED = (*(("log10_conductivity", T) for T in TEMPERATURES_C), ("log10_storage_modulus", 30.0))
FAILURES = 0.05
EXPERIMENTS, IN_FLIGHT = 30, 3


@dataclass
class Campaign:
    """One campaign on the twin: what is known, and the truth of what was made, in the order of the suggestions."""

    knowledge: Knowledge
    random: np.random.Generator
    truth: list[tuple[float, float]] = field(default_factory=list)
    running: list[Suggestion] = field(default_factory=list)

    def start(self, suggestion: Suggestion) -> None:
        """Begin an experiment."""
        self.running.append(suggestion)
        self.knowledge = with_suggested(self.knowledge, [suggestion])

    def fails(self, formulation: Formulation) -> bool:
        """Whether nothing comes of a film: it strikes anywhere."""
        return bool(self.random.random() < FAILURES)

    def finish_one(self) -> None:
        """One of the running experiments, drawn, ends: its film is known, or its failure."""
        ended = self.running.pop(int(self.random.integers(len(self.running))))
        known, formulation = self.knowledge, ended.formulation
        change: dict[str, object] = {"event": known.event + 1}
        if self.fails(formulation):
            failed = Failed(formulation=formulation, reason="bad contact")
            change["failures"] = (*known.failures, failed)
            what_became: dict[str, object] = {"outcome": "failed"}
            self.truth.append((float("-inf"), float("-inf")))
        else:
            film = observed(formulation, known.event, self.random)
            change["films"] = (*known.films, film)
            what_became = {"outcome": "observed", "film_id": film.film_id}
            self.truth.append(truth(formulation))
        history = tuple(
            decided.model_copy(update=what_became) if decided.index == ended.index else decided
            for decided in known.history
        )
        pending = tuple(suggestion.formulation for suggestion in self.running)
        self.knowledge = known.model_copy(update={**change, "history": history, "pending": pending})


def truth(formulation: Formulation) -> tuple[float, float]:
    """log10 conductivity (S/cm) and log10 storage modulus (MPa) at 30 °C without any error."""
    return (
        readings.truth(formulation, "log10_conductivity", 30.0),
        readings.truth(formulation, "log10_storage_modulus", 30.0),
    )


def observed(formulation: Formulation, number: int, random: np.random.Generator) -> Film:
    """A film as a campaign gets it: six conductivities that share a film effect, and a modulus."""
    return readings.read_film(formulation, f"film {number}", ASKED, random)


def campaign(
    who: Planner, space: DesignSpace, objectives: tuple[Objective, ...], seed: int, experiments: int = EXPERIMENTS
) -> list[float]:
    """Hypervolume of the truth of what was made, after each of the experiments."""
    run = Campaign(Knowledge(space=space, objectives=objectives, seed=seed), np.random.default_rng(seed))
    while len(run.truth) < experiments:
        while run.knowledge.suggested < experiments and len(run.running) < IN_FLIGHT:
            (suggestion,) = who.suggest(1, run.knowledge)
            run.start(suggestion)
        run.finish_one()
    m = len(objectives)
    reference = reference_point(np.empty((0, m)), objectives)
    return [
        hypervolume(np.array([t[:m] for t in run.truth[:n] if np.isfinite(t[0])]).reshape(-1, m), objectives, reference)
        for n in range(1, experiments + 1)
    ]


def question() -> tuple[DesignSpace, tuple[Objective, ...], int]:
    """Space, objectives and even start of the example."""
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    objectives = tuple(
        Objective(property=o["property"], goal=o["goal"], temperature_C=30.0, reference=o["reference"])
        for o in example["objectives"]
    )
    return DesignSpace.model_validate(example["space"]), objectives, example["planner"]["start"]


def first_reaching(curve: list[float], level: float) -> int:
    """Experiments until a curve reaches a level; one more than there were where it never does."""
    return next((n for n, value in enumerate(curve, start=1) if value >= level), EXPERIMENTS + 1)


def main() -> None:
    """Print one JSON line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=10)
    options.add_argument("--first-seed", type=int, default=0)
    asked = options.parse_args()
    space, objectives, start = question()
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    began = time.perf_counter()
    sobol = [campaign(planner("sobol", start=EXPERIMENTS), space, objectives, seed) for seed in seeds]
    learner = planner("bayesian", start=start)
    bayesian = [campaign(learner, space, objectives, seed) for seed in seeds]
    level = statistics.median(curve[-1] for curve in sobol)
    needed = [first_reaching(curve, own[-1]) for curve, own in zip(bayesian, sobol, strict=True)]
    print_line(
        "bayesian_against_sobol",
        n=EXPERIMENTS,
        start=start,
        seeds=list(seeds),
        reference_point=[o.reference for o in objectives],
        experiments_needed_median=statistics.median(needed),
        experiments_needed=needed,
        experiments_needed_for_sobol_median=[first_reaching(curve, level) for curve in bayesian],
        hypervolume_sobol_30=spread([curve[-1] for curve in sobol]),
        hypervolume_bayesian_15=spread([curve[14] for curve in bayesian]),
        hypervolume_bayesian_30=spread([curve[-1] for curve in bayesian]),
        hypervolume_sobol_15=spread([curve[14] for curve in sobol]),
        seconds=round(time.perf_counter() - began, 1),
    )


if __name__ == "__main__":
    run_benchmark(main)

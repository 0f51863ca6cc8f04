"""Whether cheap simulations spare experiments: regret against cost, with molecular dynamics on offer and without.

One question on the twin: which of 24 hosts, 16 salts and what loading conducts best at 30 °C, without plasticiser. An
experiment costs 20 h and reads what a campaign reads (film effect and noise as in `bayesian_against_sobol.py`). A
simulation costs an hour and is wrong as `sim.twin.simulated` says. Regret is how far the best film that was made lies
below the best of the space, by the noise-free truth, in decades.

    python -m benchmarks.multi_fidelity_on_twin [--seeds 10] [--experiments 30] [--price 1]
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.bayesian_against_sobol import TEMPERATURES_C, observed
from benchmarks.line import print_line, run_benchmark, spread
from chemistry.formulation import Formulation
from ledger.film import Film
from models.multi_fidelity import MultiFidelity
from models.protocols import Fitted
from planners.bayesian import BayesianPlanner
from planners.multi_fidelity import MultiFidelityPlanner
from planners.objectives import Measurand, Objective
from planners.points import formulation_at
from planners.protocols import CALCULATIONS, Knowledge, Offer, Planner, with_suggested
from planners.random_search import RandomPlanner
from planners.sampling import sample
from planners.space import DesignSpace
from sim.twin import simulated
from sim.twin.transport import truth_log10_conductivity

HOSTS = (
    *("PEO", "PPO", "PTHF", "PEC", "PCL", "PTMC", "PPC", "PDXL", "PAGE", "PGME", "MEEP", "LPEI"),
    *("PES", "PEA", "PBS", "PLA", "PMMA", "PMA", "POEGMA", "PAN", "PVA", "PVME", "PHB", "PVAc"),
)
SALTS = (
    *("LiTFSI", "LiFSI", "LiBETI", "LiBOB", "LiDFOB", "LiClO4", "LiPF6", "LiTf"),
    *("LiBF4", "LiAsF6", "LiTDI", "LiPDI", "LiTCM", "LiDCA", "LiFTFSI", "LiIM14"),
)
ASKED_C = 30.0
EXPERIMENT_h = 20.0
_SHARES = (0.25, 0.5, 0.75, 1.0)


def question() -> tuple[DesignSpace, Objective]:
    """Space and objective."""
    space = DesignSpace.model_validate(
        {"polymers": HOSTS, "salts": SALTS, "salt_loading": {"low": 0.2, "high": 4.0, "unit": "mol/kg"}}
    )
    return space, Objective(property="log10_conductivity", temperature_C=ASKED_C, reference=-9.0)


def campaign(who: Planner, seed: int, budget_h: float, offers: tuple[Offer, ...]) -> list[tuple[float, float]]:
    """Hours spent and truth of each film that was made, one action after the other."""
    space, objective = question()
    random, spent = np.random.default_rng(seed), 0.0
    known = Knowledge(space=space, objectives=(objective,), seed=seed, offers=offers)
    made: list[tuple[float, float]] = []
    while spent < budget_h:
        (suggestion,) = who.suggest(1, known)
        known = with_suggested(known, [suggestion])
        calculated = suggestion.action.source in CALCULATIONS
        spent += offers[0].cost_h if calculated else EXPERIMENT_h
        name = f"{seed} {suggestion.index}"
        if calculated:
            readings = simulated.run(suggestion.formulation, TEMPERATURES_C, random)
            film = Film(film_id=name, formulation=suggestion.formulation, readings=readings)
            change: dict[str, object] = {"calculations": (*known.calculations, film)}
        else:
            film = _measured(suggestion.formulation, suggestion.index, random)
            change = {"films": (*known.films, film), "pending": ()}
            made.append((spent, truth_log10_conductivity(suggestion.formulation, ASKED_C)))
        last = known.history[-1].model_copy(update={"outcome": "observed", "film_id": film.film_id})
        history = (*known.history[:-1], last)
        known = known.model_copy(update={**change, "event": known.event + 1, "history": history})
    return made


def _measured(formulation: Formulation, number: int, random: np.random.Generator) -> Film:
    film = observed(formulation, number, random)
    readings = tuple(reading for reading in film.readings if reading.property == "log10_conductivity")
    return film.model_copy(update={"readings": readings})


def regret_at(made: list[tuple[float, float]], best: float, hours: float) -> float:
    """How far the best film that was made within so many hours lies below the best there is, decades."""
    return best - max((value for spent, value in made if spent <= hours), default=-20.0)


def hours_to(made: list[tuple[float, float]], best: float, regret: float) -> float | None:
    """Hours after which the regret is no larger; None where it never is."""
    return next((spent for spent, value in made if best - value <= regret), None)


def _fit(films: Sequence[Film]) -> Fitted:
    return MultiFidelity().fit(films)


def main() -> None:
    """Print one JSON line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--experiments", type=int, default=30, help="whose hours are the budget")
    parser.add_argument("--price", type=float, default=1.0, help="hours of a simulation")
    parser.add_argument("--start", type=int, default=3, help="films of the even start")
    parser.add_argument("--ways", nargs="+", default=["random", "experiments", "with_simulations"])
    given = parser.parse_args()
    space, _ = question()
    truths = [truth_log10_conductivity(formulation_at(space, point), ASKED_C) for point in sample(space, 8192, 1)]
    budget = given.experiments * EXPERIMENT_h
    tells = (Measurand(property="log10_conductivity", temperature_C=ASKED_C),)
    simulation = Offer(source="md", tells=tells, sd=simulated.RUN_SD, cost_h=given.price)
    experiment = Offer(source="experiment", tells=tells, sd=0.01, cost_h=EXPERIMENT_h)
    inner = BayesianPlanner(start=given.start, surrogate_fit=_fit)
    ways: dict[str, Callable[[int], list[tuple[float, float]]]] = {
        "random": partial(_run, RandomPlanner(), budget, ()),
        "experiments": partial(_run, inner, budget, ()),
        "with_simulations": partial(_run, MultiFidelityPlanner(inner), budget, (simulation, experiment)),
    }
    level: float | None = None
    for way in given.ways:
        began = time.perf_counter()
        runs = [ways[way](seed) for seed in range(given.first_seed, given.first_seed + given.seeds)]
        best = max([*truths, *(value for run in runs for _, value in run)])
        ended = [regret_at(run, best, budget) for run in runs]
        if way == "experiments":
            level = statistics.median(ended)
        print_line(
            "multi_fidelity_on_twin",
            way=way,
            seeds=given.seeds,
            budget_h=budget,
            price_h=given.price,
            start=given.start,
            films_made=[len(run) for run in runs],
            regret={
                f"{share * budget:g} h": spread([regret_at(run, best, share * budget) for run in runs])
                for share in _SHARES
            },
            hours_to_regret_of_experiments=None if level is None else [hours_to(run, best, level) for run in runs],
            seconds=round(time.perf_counter() - began, 1),
        )


def _run(who: Planner, budget_h: float, offers: tuple[Offer, ...], seed: int) -> list[tuple[float, float]]:
    return campaign(who, seed, budget_h, offers)


if __name__ == "__main__":
    run_benchmark(main)

"""On the twin a planner finds how films are best dried, sooner than chance does."""

import numpy as np
import pytest

from chemistry.formulation import Formulation
from ledger.film import Film, Reading
from planners.bayesian import BayesianPlanner
from planners.objectives import Objective
from planners.points import formulation_at
from planners.protocols import Knowledge, Planner, with_suggested
from planners.random_search import RandomPlanner
from planners.sampling import sample
from planners.space import DesignSpace
from sim.twin.transport import truth_log10_conductivity

SPACE = DesignSpace.model_validate(
    {
        "polymers": ["PEC"],
        "salts": ["LiTFSI"],
        "salt_loading": {"low": 0.05, "high": 0.08, "unit": "Li/O"},
        "process": {
            "dissolve": {"solvent": ["acetonitrile", "THF", "water", "DMF"]},
            "dry": {"temperature": ["40 °C", "60 °C", "80 °C", "100 °C"], "time": ["6 h", "12 h", "24 h"]},
        },
    }
)
CONDUCTS = Objective(property="log10_conductivity", temperature_C=30.0, reference=-12.0)
EXPERIMENTS, SEEDS = 14, (1, 3)
BAYESIAN = BayesianPlanner(start=6, pool=192, finalists=16)


def truth(formulation: Formulation) -> float:
    return truth_log10_conductivity(formulation, 30.0)


def truths(n: int) -> list[float]:
    """Of films spread evenly over the space."""
    return [truth(formulation_at(SPACE, point)) for point in sample(SPACE, n, 1)]


@pytest.fixture(scope="module")
def best() -> float:
    return max(truths(2000))


def best_made(who: Planner, seed: int) -> float:
    """Noise-free, decades."""
    random = np.random.default_rng(seed)
    known = Knowledge(space=SPACE, objectives=(CONDUCTS,), seed=seed)
    made: list[float] = []
    while len(made) < EXPERIMENTS:
        (suggestion,) = who.suggest(1, known)
        made.append(truth(suggestion.formulation))
        value = made[-1] + random.normal(0, 0.05)
        reading = Reading(property="log10_conductivity", value=value, sd=0.01, temperature_C=30.0)
        film = Film(film_id=f"film {len(made)}", formulation=suggestion.formulation, readings=(reading,))
        known = with_suggested(known, [suggestion])
        known = known.model_copy(update={"pending": (), "films": (*known.films, film)})
    return max(made)


def test_how_films_are_dried_is_worth_decades_on_the_twin(best: float) -> None:
    values = truths(500)
    assert max(values) - min(values) > 1.5
    assert np.median(values) < best - 0.5


def test_a_setting_that_matters_is_found(best: float) -> None:
    learnt, drawn = ([best - best_made(who, seed) for seed in SEEDS] for who in (BAYESIAN, RandomPlanner()))
    assert learnt == pytest.approx([0.0] * len(learnt), abs=0.1)
    assert sum(learnt) < 0.5 * sum(drawn)

"""Objectives over several temperatures: what a film is worth, what is expected of it, and what is chosen by that."""

import math

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from scipy.stats import norm

from ledger.film import Film, Reading
from models.gaussian_process import GaussianProcess
from models.protocols import Condition
from planners.bayesian import BayesianPlanner
from planners.choice import planner
from planners.expectation import expectation
from planners.gathered import gather_of
from planners.limits import conditions, places
from planners.objectives import Limit, Objective
from planners.options import BayesianOptions, GeneticOptions, PlannerOptions
from planners.pareto import objective_values, raised_values, read_of
from planners.points import formulation_at
from planners.protocols import Knowledge
from planners.sampling import balanced_block
from planners.space import DesignSpace

SIGMA = "log10_conductivity"
WORST = Objective(property=SIGMA, temperatures_C=(30.0, 80.0), references=(-9.0, -7.0), reference=0.0)
MEAN = WORST.model_copy(update={"over": "mean"})
COLD = Objective(property=SIGMA, temperature_C=30.0, reference=-9.0)


def film_of(*values: float) -> Film:
    from chemistry.catalogue import polymer, salt
    from chemistry.formulation import Formulation

    readings = tuple(
        Reading(property=SIGMA, value=value, sd=0.1 * (i + 1), temperature_C=T)
        for i, (value, T) in enumerate(zip(values, (30.0, 80.0), strict=False))
    )
    made = Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    return Film(film_id="f", formulation=made, readings=readings)


def test_a_film_is_worth_its_least_height_above_the_references() -> None:
    assert read_of(film_of(-5.0, -4.0), WORST) == (3.0, 0.2)
    assert read_of(film_of(-7.5, -4.0), WORST) == (1.5, 0.1)
    assert objective_values(film_of(-5.0, -4.0), (MEAN,)) == (3.5,)
    assert read_of(film_of(-5.0), WORST) is None
    least = WORST.model_copy(update={"goal": "minimise"})
    assert raised_values(film_of(-5.0, -4.0), (least,)) == (-4.0,)  # 4 above its reference is the worse of the two


@pytest.mark.parametrize("objective", [WORST, MEAN, WORST.model_copy(update={"goal": "minimise"}), COLD])
def test_draws_and_films_are_gathered_alike(objective: Objective) -> None:
    both = (objective, Objective(property="log10_storage_modulus", temperature_C=30.0))
    gather = gather_of((WORST, *both)) if objective is COLD else gather_of(both)
    assert gather is not None
    found = gather(torch.tensor([[-5.5, -4.5, 1.0]], dtype=torch.double) * torch.tensor([objective.sign] * 2 + [1.0]))
    expected = raised_values(film_of(-5.5, -4.5), (objective,))
    assert expected is not None
    assert float(found[0, -2]) == pytest.approx(expected[0])
    assert float(found[0, -1]) == 1.0


def test_nothing_is_asked_for_twice() -> None:
    limit = Limit(property=SIGMA, temperature_C=80.0, at_least=-5.0)
    assert conditions((COLD, WORST), (limit,)) == [Condition(SIGMA, 30.0), Condition(SIGMA, 80.0)]
    assert places((COLD, WORST)) == [[0], [0, 1]]
    assert gather_of((COLD,)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"references": (-9.0,)},
        {"temperatures_C": (30.0, 30.0)},
        {"temperatures_C": (30.0,), "references": (-9.0,)},
        {"temperature_C": 30.0},
        {"reference": -9.0},
        {"temperatures_C": ()},
    ],
)
def test_several_temperatures_that_make_no_sense_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WORST.model_copy(update=changed)


@pytest.fixture(scope="module")
def crossing(space: DesignSpace) -> Knowledge:
    """Films whose ranks turn over with temperature: what conducts best in the cold gains least by heat."""
    points = balanced_block(space, 14, seed=5)
    films = []
    for i, point in enumerate(points):
        formulation = formulation_at(space, point)
        fraction = sum(content.weight_fraction for content in formulation.additives)
        cold, hot = -8.0 + 10 * fraction, -4.0 - 10 * fraction
        readings = tuple(
            Reading(property=SIGMA, value=cold + (hot - cold) * (T - 30) / 50, sd=0.02, temperature_C=T)
            for T in (30.0, 55.0, 80.0)
        )
        films.append(Film(film_id=f"film {i}", formulation=formulation, readings=readings))
    return Knowledge(space=space, objectives=(WORST,), films=tuple(films), event=3, seed=5, suggested=14)


def test_one_property_at_several_temperatures_is_one_process(crossing: Knowledge) -> None:
    """Each temperature alone stays what it was; together they are a covariance, and close ones are nearly one."""
    fitted = GaussianProcess().fit(crossing.films)
    rows = torch.from_numpy(
        fitted.features([formulation_at(crossing.space, p) for p in balanced_block(crossing.space, 5, 9)])
    )
    asked = [Condition(SIGMA, 30.0), Condition(SIGMA, 31.0), Condition(SIGMA, 80.0)]
    normal = fitted.botorch_model(asked).posterior(rows).distribution  # type: ignore[attr-defined]
    whole = normal.covariance_matrix
    assert torch.linalg.eigvalsh(whole).min() > -1e-8
    for place, condition in enumerate(asked):
        alone = fitted.botorch_model([condition]).posterior(rows).distribution  # type: ignore[attr-defined]
        block = whole[5 * place : 5 * place + 5, 5 * place : 5 * place + 5]
        np.testing.assert_allclose(block, alone.covariance_matrix, atol=1e-8)
        np.testing.assert_allclose(normal.mean[:, place], alone.mean, atol=1e-10)
    sd = whole.diagonal().sqrt()
    correlation = whole / sd[:, None] / sd
    near, far = correlation[:5, 5:10].diagonal(), correlation[:5, 10:15].diagonal()
    assert near.min() > 0.95
    assert (far < near).all()


def test_the_covariance_between_temperatures_is_that_of_the_readings(crossing: Knowledge) -> None:
    """Rasmussen & Williams 2006, eq. 2.24, worked out without any factor."""
    fitted = GaussianProcess().fit(crossing.films)
    learnt = fitted.learnt[SIGMA]
    process, data = learnt.process, learnt.data
    cold, hot = learnt.at(fitted_tau(30.0)), learnt.at(fitted_tau(80.0))
    rows = torch.from_numpy(
        fitted.features([formulation_at(crossing.space, p) for p in balanced_block(crossing.space, 3, 9)])
    )
    with torch.no_grad():
        alike = process.over_features(process.distances(rows, data.features))[:, data.film]
        to_cold, to_hot = (alike * process.over_temperature(one.tau, data.tau) for one in (cold, hot))
        noisy = learnt.factor @ learnt.factor.T
        prior = process.over_temperature(cold.tau, hot.tau) * process.over_features(process.distances(rows, rows))
        expected = learnt.scale**2 * (prior - to_cold @ torch.linalg.solve(noisy, to_hot.T))
    asked = [Condition(SIGMA, 30.0), Condition(SIGMA, 80.0)]
    whole = fitted.botorch_model(asked).posterior(rows).distribution.covariance_matrix  # type: ignore[attr-defined]
    np.testing.assert_allclose(whole[:3, 3:], expected, atol=1e-7)


def fitted_tau(temperature_C: float) -> float:
    from models.film_process import reduced_temperature

    return reduced_temperature(temperature_C)


def test_the_expected_worst_is_that_of_two_normal_numbers_that_hang_together(crossing: Knowledge) -> None:
    """Clark, Operations Research 1961, 9, 145; it lies below the worse of the two means, and never above."""
    fitted = GaussianProcess().fit(crossing.films)
    asked = [formulation_at(crossing.space, point) for point in balanced_block(crossing.space, 6, 9)]
    found = expectation(fitted, asked, (WORST,))
    rows = torch.from_numpy(fitted.features(asked))
    for place, row in enumerate(rows):
        model = fitted.botorch_model(conditions((WORST,)))
        normal = model.posterior(row[None]).distribution  # type: ignore[attr-defined]
        cold, hot = (normal.mean[0] - torch.tensor([-9.0, -7.0])).tolist()
        covariance = normal.covariance_matrix
        between = math.sqrt(float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))
        z = (hot - cold) / between
        clark = cold * norm.cdf(z) + hot * norm.cdf(-z) - between * norm.pdf(z)
        assert found.mean[place, 0] == pytest.approx(clark, abs=0.02)
        assert found.mean[place, 0] <= min(cold, hot) + 0.02


@pytest.mark.parametrize("acquisition", ["noisy_improvement", "confidence_bound", "thompson"])
def test_what_is_best_at_one_temperature_alone_is_not_suggested(acquisition: str, crossing: Knowledge) -> None:
    """In the cold the most plasticiser is best, in the heat none: the worst of both is best in between."""
    options = BayesianOptions.model_validate({"acquisition": acquisition})
    who = BayesianPlanner(pool=256, finalists=32, options=options)

    def fraction(objective: Objective) -> float:
        (told,) = who.suggest(1, crossing.model_copy(update={"objectives": (objective,)}))
        return sum(content.weight_fraction for content in told.formulation.additives)

    hot = Objective(property=SIGMA, temperature_C=80.0, reference=-7.0)
    # Heights are 1 + 10 f and 3 - 10 f, alike at f = 0.1.
    assert fraction(WORST) == pytest.approx(0.1, abs=0.04)
    assert fraction(COLD) > 0.2
    assert fraction(hot) < 0.05


@pytest.mark.parametrize("name", ["bayesian", "genetic", "swarm"])
def test_planners_take_it_beside_another_objective(name: str, crossing: Knowledge) -> None:
    both = crossing.model_copy(update={"objectives": (WORST, COLD.model_copy(update={"temperature_C": 55.0}))})
    options = PlannerOptions(genetic=GeneticOptions(population=8, generations=2))
    who = planner(name, options=options) if name != "bayesian" else BayesianPlanner(pool=192, finalists=32)
    if name == "swarm":
        both = both.model_copy(update={"suggested": 0})
    (told,) = who.suggest(1, both)
    assert told.formulation == who.suggest(1, both)[0].formulation
    if name != "swarm":
        assert WORST.label in told.reason.expected
        assert told.reason.leading in told.reason.expected


def test_a_limit_stands_beside_it(crossing: Knowledge) -> None:
    limit = Limit(property=SIGMA, temperature_C=80.0, at_least=-4.6)  # no more than 0.06 of plasticiser
    known = crossing.model_copy(update={"limits": (limit,)})
    (told,) = BayesianPlanner(pool=256, finalists=32).suggest(1, known)
    assert sum(content.weight_fraction for content in told.formulation.additives) < 0.09
    assert told.reason.margin[limit.label] > -0.3

"""Experiments and calculations at their prices: what is bought, and what is left."""

from functools import cache

import numpy as np
import pytest
import torch
from botorch.posteriors.gpytorch import GPyTorchPosterior

from chemistry.formulation import Formulation
from ledger.film import Film, Reading, Source
from models.multi_fidelity import MultiFidelity
from planners.bayesian import BayesianPlanner
from planners.lookahead import AsTold, Beliefs, after
from planners.multi_fidelity import MultiFidelityPlanner
from planners.objectives import Measurand, Objective
from planners.points import formulation_at
from planners.protocols import Decided, Kind, Knowledge, Offer, with_suggested
from planners.sampling import sample
from tests.planners.conftest import conductivity

SIGMA = "log10_conductivity"
TOLD = (Measurand(property=SIGMA, temperature_C=30.0),)
CHEAP_h = 0.001
"""Of a calculation."""
EXPERIMENT = Offer(source="experiment", tells=TOLD, sd=0.02, cost_h=20.0)


def md(cost_h):
    return Offer(source="md", tells=TOLD, sd=0.1, cost_h=cost_h)


@cache
def fitted(films):
    return MultiFidelity(learn_films=24).fit(films)


def fit(films):
    return fitted(tuple(films))


PLANNER = MultiFidelityPlanner(BayesianPlanner(start=4, surrogate_fit=fit, pool=256, finalists=48))


def simulated(formulation, name, *, useless=False):
    chance = np.random.default_rng(abs(hash(name)) % 1000 if useless else 0)
    value = -5.0 + chance.normal(0, 1) if useless else 0.9 * conductivity(formulation, 30.0) - 1.0
    reading = Reading(property=SIGMA, value=value, sd=0.1, temperature_C=30.0, source=Source.MD)
    return Film(film_id=name, formulation=formulation, readings=(reading,))


@pytest.fixture(scope="module")
def known(knowledge):
    """Twelve films of one objective, and simulations of those and twenty others."""
    others = [formulation_at(knowledge.space, point) for point in sample(knowledge.space, 20, seed=9)]
    formulations = [*(film.formulation for film in knowledge.films), *others]
    calculations = tuple(simulated(one, f"md {place}") for place, one in enumerate(formulations))
    films = [
        film.model_copy(update={"readings": tuple(r for r in film.readings if r.property == SIGMA)})
        for film in knowledge.films
    ]
    made: list[tuple[Kind, Formulation]] = [("experiment", film.formulation) for film in films]
    calculated: list[tuple[Kind, Formulation]] = [("md", one) for one in formulations]
    history = [
        Decided(index=place, planner="multi_fidelity", formulation=one, source=source, outcome="observed")
        for place, (source, one) in enumerate([*made, *calculated])
    ]
    return knowledge.model_copy(
        update={
            "objectives": knowledge.objectives[:1],
            "films": tuple(films),
            "calculations": calculations,
            "history": tuple(history),
            "suggested": len(history),
            "offers": (md(1.0), EXPERIMENT),
        }
    )


def at_price(known, cost_h):
    return known.model_copy(update={"offers": (md(cost_h), EXPERIMENT)})


def test_cheap_theory_is_bought_and_dear_theory_is_not(known):
    (cheap,) = PLANNER.suggest(1, at_price(known, CHEAP_h))
    (dear,) = PLANNER.suggest(1, at_price(known, 1000.0))
    assert (cheap.action.source, cheap.action.cost_h) == ("md", CHEAP_h)
    assert (dear.action.source, dear.action.cost_h) == ("experiment", 20.0)
    assert "more for its price" in cheap.reason.summary
    assert SIGMA in cheap.reason.expected


def test_what_is_not_worth_a_calculation_is_what_bayesian_planning_makes(known):
    (dear,) = PLANNER.suggest(1, at_price(known, 1000.0))
    (plain,) = PLANNER.inner.suggest(1, known)
    assert dear.formulation == plain.formulation


def test_nothing_is_calculated_twice(known):
    asked = PLANNER.suggest(3, at_price(known, CHEAP_h))
    keys = [one.formulation.key for one in (*known.history, *asked) if getattr(one, "source", "md") == "md"]
    assert len(asked) == 3
    assert len(keys) == len(set(keys))


def test_the_same_knowledge_gives_the_same_suggestion(known):
    again = MultiFidelityPlanner(BayesianPlanner(start=4, surrogate_fit=fit, pool=256, finalists=48))
    assert PLANNER.suggest(2, known) == again.suggest(2, known)


def test_it_begins_with_pairs_of_theory_and_experiment(space, objectives):
    empty = Knowledge(space=space, objectives=objectives[:1], seed=3, offers=(EXPERIMENT, md(1.0)))
    first = PLANNER.suggest(8, empty)
    assert [one.action.source for one in first] == ["md", "experiment"] * 4
    for theory, made in zip(first[::2], first[1::2], strict=True):
        assert theory.formulation == made.formulation
    assert len({one.formulation.key for one in first}) == 4
    assert [one.index for one in first] == list(range(8))


def test_what_is_calculated_is_no_film_under_way(known):
    suggestions = PLANNER.suggest(1, at_price(known, CHEAP_h))
    following = with_suggested(known, suggestions)
    assert following.pending == known.pending
    assert following.history[-1].source == "md"


def test_theory_that_is_left_aside_is_not_bought(known):
    noise = tuple(simulated(film.formulation, film.film_id, useless=True) for film in known.calculations)
    (found,) = PLANNER.suggest(1, at_price(known.model_copy(update={"calculations": noise}), CHEAP_h))
    assert found.action.source == "experiment"


def test_of_two_experiments_the_one_that_gains_more_for_its_price(known):
    def chosen(quick_sd, quick_h):
        quick = Offer(source="quick_scan", tells=TOLD, sd=quick_sd, cost_h=quick_h)
        (found,) = PLANNER.suggest(1, known.model_copy(update={"offers": (EXPERIMENT, quick)}))
        return found.action.source

    assert chosen(0.02, 15.0) == "quick_scan"  # as good, and cheaper
    assert chosen(2.0, 19.9) == "experiment"  # hardly cheaper, and hardly tells anything


@pytest.mark.parametrize("more", ["a second objective", "the worst of two temperatures"])
def test_theory_that_tells_of_a_part_is_weighed_too(knowledge, known, objectives, more):
    """A simulation of one temperature, and of conductivity alone, where more is asked."""
    worst = Objective(property=SIGMA, temperatures_C=(30.0, 80.0), references=(-9.0, -7.0), reference=0.0, over="worst")
    stiff = Measurand(property="log10_storage_modulus", temperature_C=30.0)
    every = (*TOLD, Measurand(property=SIGMA, temperature_C=80.0), stiff)
    full = Offer(source="experiment", tells=every, sd=0.02, cost_h=20.0)
    asked = objectives if more == "a second objective" else (worst,)
    given = known.model_copy(update={"objectives": asked, "films": knowledge.films})
    for price, bought in ((CHEAP_h, "md"), (1000.0, "experiment")):
        (found,) = PLANNER.suggest(1, given.model_copy(update={"offers": (full, md(price))}))
        assert found.action.source == bought


def improvement(best):
    """Expected improvement in closed form."""
    normal = torch.distributions.Normal(torch.tensor(0.0, dtype=torch.double), 1.0)

    def value(rows):
        mean, sd = rows[:, 0], rows[:, 1]
        z = (mean - best) / sd
        return sd * (z * normal.cdf(z) + normal.log_prob(z).exp())

    return value


def test_looking_ahead_gains_nothing_from_silence_and_never_loses():
    torch.manual_seed(0)
    mean, sd = torch.randn(20, 1, dtype=torch.double), torch.rand(20, 1, dtype=torch.double) + 0.1
    value = improvement(float(mean.max()))
    for error in (0.0, 0.3):
        beliefs = Beliefs(mean, sd, torch.full_like(mean, error))
        now = float(beliefs.gains(value).max())
        assert after(beliefs, torch.zeros(1, 20, 1, dtype=torch.double), value, seed=1) == pytest.approx(now)
        for share in (0.3, 0.9):
            moves = torch.zeros(1, 20, 1, dtype=torch.double)
            moves[0, 7] = share * sd[7]
            assert after(beliefs, moves, value, seed=1) >= 0.999 * now


def test_an_experiment_with_an_error_is_worth_less():
    mean, sd = torch.zeros(1, 1, dtype=torch.double), torch.ones(1, 1, dtype=torch.double)
    value = improvement(0.0)
    gains = [float(Beliefs(mean, sd, torch.full_like(mean, v)).gains(value)) for v in (0.0, 1.0, 100.0)]
    assert gains[0] == pytest.approx(0.3989, abs=1e-3)  # of a standard normal over its mean
    assert gains[1] == pytest.approx(gains[0] / 2**0.5, rel=1e-6)
    assert gains[2] < gains[1]


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_model_as_told_says_what_it_was_told(outputs):
    rows = torch.rand(5, 1, 4, dtype=torch.double) + 0.1
    posterior = AsTold(outputs, 2).posterior(rows)
    assert isinstance(posterior, GPyTorchPosterior)
    torch.testing.assert_close(posterior.mean, rows[..., :outputs])
    torch.testing.assert_close(posterior.variance, rows[..., 2 : 2 + outputs] ** 2)

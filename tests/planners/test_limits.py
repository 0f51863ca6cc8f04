"""Hard limits on outcomes: every planner that learns looks for the best that holds them, and says by how much."""

import pytest

from ledger.film import Film, Reading
from planners.bayesian import BayesianPlanner
from planners.choice import planner
from planners.limits import holds, those_that_hold
from planners.objectives import Limit, Objective
from planners.options import GeneticOptions, PlannerOptions
from planners.pareto import raised_values
from planners.portfolio import records
from planners.protocols import Decided, Knowledge
from planners.survival import individuals, surviving
from tests.planners.conftest import conductivity, modulus

SMALL = BayesianPlanner(pool=256, finalists=32)
GENETIC = planner("genetic", options=PlannerOptions(genetic=GeneticOptions(population=8, generations=3)))
STIFF = Limit(property="log10_storage_modulus", temperature_C=30.0, at_least=1.0)
CONDUCTS = Objective(property="log10_conductivity", temperature_C=30.0, reference=-9.0)


@pytest.fixture(scope="module")
def limited(knowledge: Knowledge) -> Knowledge:
    """The best conductors are soft: without the limit they would be suggested."""
    return knowledge.model_copy(update={"objectives": (CONDUCTS,), "limits": (STIFF,)})


def keys(suggestions):
    return [suggestion.formulation.key for suggestion in suggestions]


def without(knowledge: Knowledge) -> Knowledge:
    return knowledge.model_copy(update={"limits": ()})


@pytest.mark.parametrize("bounds", [{}, {"at_least": 4.0, "at_most": 4.0}, {"at_least": 5.0, "at_most": 4.0}])
def test_a_limit_that_says_nothing_or_that_nothing_can_hold_is_refused(bounds) -> None:
    with pytest.raises(ValueError, match="at_least"):
        Limit(property="oxidation_limit", temperature_C=70.0, **bounds)


def test_a_margin_is_positive_inside_and_zero_on_the_edge() -> None:
    window = Limit(property="glass_transition", at_least=-60.0, at_most=-20.0)
    assert [window.margin(T) for T in (-70.0, -60.0, -45.0, -20.0, 0.0)] == [-10.0, 0.0, 15.0, 0.0, -20.0]


def test_a_film_on_which_the_property_was_not_read_is_not_known_to_overstep_its_limit(knowledge: Knowledge) -> None:
    cold = Limit(property="glass_transition", at_most=-20.0)
    assert those_that_hold(knowledge.films, [cold]) == list(knowledge.films)
    warm = Reading(property="glass_transition", value=-10.0, sd=1.0)
    assert not holds(knowledge.films[0].model_copy(update={"readings": (warm,)}), [cold])


@pytest.mark.parametrize("who", [SMALL, GENETIC], ids=["bayesian", "genetic"])
def test_what_is_suggested_holds_the_limit_that_the_best_without_it_would_overstep(who, limited: Knowledge) -> None:
    (free,) = who.suggest(1, without(limited))
    assert modulus(free.formulation) < 1.0
    for suggestion in who.suggest(2, limited):
        assert modulus(suggestion.formulation) > 0.95
        reason = suggestion.reason
        assert reason.margin[STIFF.label] == pytest.approx(modulus(suggestion.formulation) - 1.0, abs=0.2)
        assert reason.margin_sd[STIFF.label] > 0
        assert f"margin to the limit on {STIFF.label}" in reason.summary


def test_the_limit_costs_no_more_than_it_must(limited: Knowledge) -> None:
    """Bayesian planning goes to the edge of what is allowed, and does not stay away from it."""
    found = [conductivity(s.formulation, 30.0) for s in SMALL.suggest(3, limited)]
    known = [conductivity(f.formulation, 30.0) for f in those_that_hold(limited.films, limited.limits)]
    assert max(found) > max(known)


@pytest.mark.parametrize("goal", ["maximise", "minimise"])
def test_an_objective_may_be_limited_itself_in_either_direction(goal, knowledge: Knowledge) -> None:
    window = Limit(property="log10_storage_modulus", temperature_C=30.0, at_least=0.6, at_most=1.0)
    aim = Objective(property="log10_storage_modulus", temperature_C=30.0, goal=goal)
    known = knowledge.model_copy(update={"objectives": (CONDUCTS, aim), "limits": (window,)})
    for suggestion in SMALL.suggest(2, known):
        assert 0.5 < modulus(suggestion.formulation) < 1.1


@pytest.mark.parametrize("many", [1, 2, 3])
def test_where_no_film_holds_a_limit_the_search_goes_where_it_may_be_held(many, knowledge: Knowledge) -> None:
    hot = Objective(property="log10_conductivity", temperature_C=80.0, reference=-9.0)
    aims = (CONDUCTS, *knowledge.objectives[1:], hot)[:many]
    aims = tuple(aim.model_copy(update={"reference": None}) for aim in aims)
    highest = max(modulus(film.formulation) for film in knowledge.films)
    beyond = STIFF.model_copy(update={"at_least": highest + 0.02})
    known = knowledge.model_copy(update={"objectives": aims, "limits": (beyond,)})
    (suggestion,) = SMALL.suggest(1, known)
    assert modulus(suggestion.formulation) > highest - 0.1


def test_a_limit_that_no_film_has_told_of_waits_and_the_reason_says_so(limited: Knowledge) -> None:
    cold = Limit(property="glass_transition", at_most=-20.0)
    known = limited.model_copy(update={"limits": (STIFF, cold)})
    for who in (SMALL, GENETIC):
        (suggestion,) = who.suggest(1, known)
        assert "Nothing is learnt yet of glass_transition" in suggestion.reason.summary
        assert set(suggestion.reason.margin) == {STIFF.label}


def test_a_limit_that_everything_holds_by_far_changes_no_suggestion(knowledge: Knowledge) -> None:
    loose = STIFF.model_copy(update={"at_least": -50.0})
    single = knowledge.model_copy(update={"objectives": (CONDUCTS,)})
    assert keys(SMALL.suggest(2, single.model_copy(update={"limits": (loose,)}))) == keys(SMALL.suggest(2, single))
    assert keys(GENETIC.suggest(2, knowledge.model_copy(update={"limits": (loose,)}))) == keys(
        GENETIC.suggest(2, knowledge)
    )


def test_the_order_of_films_makes_no_difference_under_limits(limited: Knowledge) -> None:
    turned = limited.model_copy(update={"films": tuple(reversed(limited.films))})
    for who in (SMALL, GENETIC):
        assert keys(who.suggest(2, turned)) == keys(who.suggest(2, limited))


def test_pending_films_count_under_limits_too(limited: Knowledge) -> None:
    first, second = SMALL.suggest(2, limited)
    waiting = limited.model_copy(update={"pending": (first.formulation,), "suggested": 13})
    assert keys(SMALL.suggest(1, waiting)) != keys([first])
    assert second.formulation.key != first.formulation.key


def test_constrained_domination_puts_the_less_overstepping_first_and_failures_last(limited: Knowledge) -> None:
    import numpy as np

    people = individuals(limited)
    alive = surviving(people, len(people), np.random.default_rng(1)).individuals
    violations = [one.violation for one in alive]
    assert violations == sorted(violations)
    assert {one.violation > 0 for one in alive} == {True, False}


def test_the_swarm_is_drawn_to_the_best_that_holds_the_limit(limited: Knowledge) -> None:
    history = tuple(
        Decided(index=i, planner="swarm", formulation=made.formulation, outcome="observed", film_id=made.film_id)
        for i, made in enumerate(limited.films)
    )
    (suggestion,) = planner("swarm").suggest(1, limited.model_copy(update={"history": history}))
    best = max(those_that_hold(limited.films, limited.limits), key=lambda film: _height(film))
    assert suggestion.reason.nearest_film == best.film_id
    overall = max(limited.films, key=lambda film: _height(film))
    assert overall.film_id != best.film_id


def test_a_portfolio_pays_nobody_for_a_film_that_oversteps_a_limit(limited: Knowledge) -> None:
    soft = next(film for film in limited.films if not holds(film, limited.limits))
    history = (
        Decided(index=0, planner="swarm", formulation=soft.formulation, outcome="observed", film_id=soft.film_id),
    )
    alone = limited.model_copy(update={"films": (soft,), "history": history})
    assert records(alone, ["swarm"], 5)[0].paid == 0
    assert records(without(alone), ["swarm"], 5)[0].paid == 1


def _height(film: Film) -> float:
    values = raised_values(film, (CONDUCTS,))
    assert values is not None
    return values[0]

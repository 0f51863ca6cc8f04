"""A region in which films crack is learnt and left, no suggestion is lost by it, and nothing else changes."""

from dataclasses import replace

import pytest

from chemistry.formulation import Formulation
from ledger.film import Source
from planners.bayesian import BayesianPlanner
from planners.genetic import GeneticPlanner
from planners.objectives import Objective
from planners.options import GeneticOptions
from planners.points import formulation_at
from planners.protocols import Failed, Knowledge, Suggestion
from planners.sampling import balanced_block, sample
from planners.space import DesignSpace
from planners.success import chance_of_success
from tests.planners.conftest import film

BAYESIAN = BayesianPlanner(pool=256, finalists=32)
GENETIC = GeneticPlanner(options=GeneticOptions(population=8, generations=3))
BY_RESULTS = GeneticPlanner(options=GeneticOptions(population=8, fitness="experiment"))
CONDUCTS = Objective(property="log10_conductivity", temperature_C=30.0, reference=-9.0)


def cracks(formulation: Formulation) -> bool:
    """A fifth of the space, where the best conductors are."""
    return sum(content.weight_fraction for content in formulation.additives) > 0.2


@pytest.fixture(scope="module")
def cracking(space: DesignSpace) -> Knowledge:
    made = [formulation_at(space, point) for point in balanced_block(space, 40, seed=3)]
    films = tuple(film(one, f"film {i}") for i, one in enumerate(made) if not cracks(one))
    failures = tuple(Failed(formulation=one, reason="film cracked") for one in made if cracks(one))
    return Knowledge(space=space, objectives=(CONDUCTS,), films=films, failures=failures, seed=3, suggested=40)


def keys(suggestions):
    return [suggestion.formulation.key for suggestion in suggestions]


def test_the_region_is_about_a_fifth_of_the_space(space: DesignSpace) -> None:
    drawn = [cracks(formulation_at(space, point)) for point in sample(space, 400, 1)]
    assert 0.15 < sum(drawn) / len(drawn) < 0.3


def campaign(who, known: Knowledge, experiments: int) -> list[Suggestion]:
    """What is suggested where each result, or failure, comes before the next suggestion."""
    made = []
    for number in range(experiments):
        (suggestion,) = who.suggest(1, known)
        made.append(suggestion)
        tried = suggestion.formulation
        came_of_it: dict[str, object] = {"films": (*known.films, film(tried, f"later {number}"))}
        if cracks(tried):
            came_of_it = {"failures": (*known.failures, Failed(formulation=tried, reason="film cracked"))}
        known = known.model_copy(update={**came_of_it, "suggested": known.suggested + 1})
    return made


@pytest.mark.parametrize("who", [BAYESIAN, pytest.param(GENETIC, marks=pytest.mark.slow)], ids=["bayesian", "genetic"])
def test_the_region_is_left_by_who_learns_and_sought_by_who_does_not(who, cracking: Knowledge) -> None:
    blind = campaign(replace(who, success_fit=lambda knowledge: None), cracking, 9)
    learnt = campaign(who, cracking, 9)
    lost, sought = ([cracks(suggestion.formulation) for suggestion in told] for told in (learnt, blind))
    assert sum(lost) <= 0.5 * sum(sought)
    assert sum(lost[-3:]) <= 1 < sum(sought[-3:])
    for suggestion in learnt:
        assert suggestion.reason.success is not None
        assert f"chance of a film {suggestion.reason.success:.0%}" in suggestion.reason.summary


def test_no_child_of_results_alone_is_born_where_all_failed(cracking: Knowledge) -> None:
    """Films with one salt fail; a mutation brings it back into one child in twenty."""

    def fails(one: Formulation) -> bool:
        return one.salt is not None and one.salt.label == "LiTFSI"

    films = tuple(one for one in cracking.films if not fails(one.formulation))
    failures = tuple(
        Failed(formulation=o.formulation, reason="cracked") for o in cracking.films if fails(o.formulation)
    )
    asked = [cracking.model_copy(update={"films": films, "failures": failures, "suggested": 40 + i}) for i in range(60)]
    blind = replace(BY_RESULTS, success_fit=lambda knowledge: None)
    in_region = [sum(fails(s.formulation) for k in asked for s in who.suggest(1, k)) for who in (BY_RESULTS, blind)]
    assert in_region[0] == 0 < in_region[1]


@pytest.mark.parametrize("who", [BAYESIAN, GENETIC, BY_RESULTS], ids=["bayesian", "genetic", "by results"])
def test_no_suggestion_is_lost_where_everything_fails(who, cracking: Knowledge) -> None:
    few = cracking.films[:3]
    failures = tuple(Failed(formulation=one.formulation, reason="no contact") for one in cracking.films[3:])
    known = cracking.model_copy(update={"films": few, "failures": (*cracking.failures, *failures)})
    assert len(set(keys(who.suggest(3, known)))) == 3


def test_without_failures_nothing_changes_and_nothing_is_said(knowledge: Knowledge) -> None:
    blind = replace(BAYESIAN, success_fit=lambda knowledge: None)
    told = BAYESIAN.suggest(2, knowledge)
    assert keys(told) == keys(blind.suggest(2, knowledge))
    assert all(suggestion.reason.success is None for suggestion in told)


def test_the_order_of_films_and_failures_makes_no_difference(cracking: Knowledge) -> None:
    turned = cracking.model_copy(
        update={"films": tuple(reversed(cracking.films)), "failures": tuple(reversed(cracking.failures))}
    )
    for who in (BAYESIAN, GENETIC):
        assert keys(who.suggest(2, turned)) == keys(who.suggest(2, cracking))


def test_published_films_say_nothing_of_what_cracks_here(cracking: Knowledge) -> None:
    asked = [failure.formulation for failure in cracking.failures]
    published = tuple(
        one.model_copy(
            update={"readings": tuple(r.model_copy(update={"source": Source.LITERATURE}) for r in one.readings)}
        )
        for one in (film(formulation, f"paper {i}") for i, formulation in enumerate(asked))
    )
    alone, beside = (
        chance_of_success(cracking),
        chance_of_success(cracking.model_copy(update={"films": (*cracking.films, *published)})),
    )
    assert alone is not None
    assert beside is not None
    assert (alone(asked) == beside(asked)).all()

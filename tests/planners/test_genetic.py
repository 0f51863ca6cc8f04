"""The genetic planner: a generation that is rebuilt from what is known, and children that may be made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chemistry.feasibility import reasons_against
from chemistry.unwanted import unwanted_groups
from planners.breeding import grown, in_grown_space
from planners.genetic import GeneticPlanner, individuals
from planners.nursery import Nursery
from planners.options import GeneticOptions
from planners.points import apart, formulation_at, point_of, reasons_not_to
from planners.protocols import Decided, Failed, Knowledge, with_suggested
from planners.sampling import sample
from planners.sobol import SobolPlanner
from planners.space import DesignSpace
from planners.survival import Individual, surviving
from tests.planners.conftest import SPACE, film

EXPERIMENT = GeneticPlanner(options=GeneticOptions(fitness="experiment"))
BOTH = GeneticPlanner(options=GeneticOptions(fitness="both", population=8, generations=2))
SURROGATE = GeneticPlanner(options=GeneticOptions(fitness="surrogate", population=8, generations=2))
KINDS = pytest.mark.parametrize("who", [EXPERIMENT, BOTH, SURROGATE], ids=["experiment", "both", "surrogate"])


def keys(suggestions):
    return [suggestion.formulation.key for suggestion in suggestions]


def opened(knowledge: Knowledge) -> Knowledge:
    space = DesignSpace.model_validate({**SPACE, "open_polymers": {"most_atoms": 16, "lenders": 60}})
    return knowledge.model_copy(update={"space": space})


@KINDS
def test_suggestions_are_feasible_new_and_numbered(who, knowledge):
    suggestions = who.suggest(3, knowledge)
    assert [suggestion.index for suggestion in suggestions] == [12, 13, 14]
    known = [point_of(knowledge.space, film.formulation) for film in knowledge.films]
    for suggestion in suggestions:
        assert suggestion.planner == "genetic"
        assert not reasons_not_to(knowledge.space, suggestion.formulation)
        point = point_of(knowledge.space, suggestion.formulation)
        assert point is not None
        assert all(apart(knowledge.space, point, other) > 0.02 for other in known if other is not None)
        known.append(point)


@KINDS
def test_asked_one_by_one_it_says_the_same_as_asked_at_once(who, knowledge):
    at_once = who.suggest(2, knowledge)
    (first,) = who.suggest(1, knowledge)
    (second,) = who.suggest(1, with_suggested(knowledge, [first]))
    assert keys(at_once) == keys([first, second])


@KINDS
def test_the_order_of_results_makes_no_difference(who, knowledge):
    turned = knowledge.model_copy(update={"films": tuple(reversed(knowledge.films))})
    assert keys(who.suggest(1, turned)) == keys(who.suggest(1, knowledge))


def test_it_starts_evenly_and_goes_on_so_while_nothing_came_back(space, objectives):
    nothing = Knowledge(space=space, objectives=objectives, seed=5)
    assert keys(GeneticPlanner(start=6).suggest(6, nothing)) == keys(SobolPlanner(6).suggest(6, nothing))
    waiting = nothing.model_copy(update={"suggested": 9})
    assert len(EXPERIMENT.suggest(2, waiting)) == 2


def test_the_reason_names_the_parents_and_what_was_crossed_or_mutated(knowledge):
    (bred,) = EXPERIMENT.suggest(1, knowledge)
    assert bred.reason.summary.startswith("Child of film film ")
    assert bred.reason.expected == {}
    (evolved,) = BOTH.suggest(1, knowledge)
    assert "generation" in evolved.reason.summary
    assert set(evolved.reason.expected) == set(evolved.reason.sd) == {"log10_conductivity", "log10_storage_modulus"}
    assert evolved.reason.nearest_film in {film.film_id for film in knowledge.films}


def test_a_failure_counts_as_infeasible_and_its_surroundings_are_left(knowledge):
    (first,) = EXPERIMENT.suggest(1, knowledge)
    failed = knowledge.model_copy(update={"failures": (Failed(formulation=first.formulation, reason="cracked"),)})
    failures = [one for one in individuals(failed) if one.values is None]
    assert len(failures) == 1
    tried = point_of(knowledge.space, first.formulation)
    (second,) = EXPERIMENT.suggest(1, failed)
    point = point_of(knowledge.space, second.formulation)
    assert tried is not None
    assert point is not None
    assert apart(knowledge.space, tried, point) > 0.05
    alive = surviving(individuals(failed), 12, np.random.default_rng(0))
    assert failures[0] not in alive.individuals, "twelve films are there to survive before it"
    pairs = [
        surviving(individuals(failed), 13, np.random.default_rng(0)).pair(np.random.default_rng(i)) for i in range(30)
    ]
    assert sum(parent in failures for pair in pairs for parent in pair) < 6


def test_the_front_survives_and_a_minimised_objective_turns_it_round(knowledge):
    alive = surviving(individuals(knowledge), 6, np.random.default_rng(1))
    assert list(alive.ranks) == sorted(alive.ranks)
    values = [one.values for one in alive.individuals]
    best = max(one.values[0] for one in individuals(knowledge) if one.values)
    assert best in [value[0] for value in values if value]
    conducts, stiff = knowledge.objectives
    soft = stiff.model_copy(update={"goal": "minimise", "reference": 3.0})
    turned = individuals(knowledge.model_copy(update={"objectives": (conducts, soft)}))
    assert [one.values[1] for one in turned if one.values] == [
        -one.values[1] for one in individuals(knowledge) if one.values
    ]


def test_one_objective_is_bred_in_its_direction(knowledge):
    stiff = knowledge.model_copy(update={"objectives": knowledge.objectives[1:]})
    (up,) = BOTH.suggest(1, stiff)
    minimised = knowledge.objectives[1].model_copy(update={"goal": "minimise", "reference": None})
    (down,) = BOTH.suggest(1, knowledge.model_copy(update={"objectives": (minimised,)}))
    name = "log10_storage_modulus"
    assert up.reason.expected[name] > down.reason.expected[name] + 0.5


def test_a_small_space_runs_dry_without_repeating_itself(knowledge):
    fixed = {"low": 0.1, "high": 0.1, "unit": "Li/O"}
    space = DesignSpace.model_validate(
        {"polymers": ["PEO"], "salts": ["LiTFSI", "LiTf"], "salt_loading": fixed, "plasticisers": ["none"]}
    )
    films = tuple(film(formulation_at(space, point), f"{i}") for i, point in enumerate(sample(space, 2, 0)))
    small = knowledge.model_copy(update={"space": space, "films": films})
    assert EXPERIMENT.suggest(2, small) == []


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_children_may_be_made_and_keep_between_the_limits(seed):
    space = DesignSpace.model_validate(SPACE)
    rng = np.random.default_rng(seed)
    one, other = (Individual(point, f"film {i}", (0.0,)) for i, point in enumerate(sample(space, 2, seed)))
    child = Nursery(space, rng).child(one, other)
    assert child is not None
    assert space.salt_loading.low <= child.point.loading <= space.salt_loading.high
    assert not reasons_not_to(space, formulation_at(space, child.point))


def test_polymers_are_bred_where_they_are_open_ended_and_stay_in_the_space(knowledge):
    known = opened(knowledge)
    suggestions = EXPERIMENT.suggest(6, known)
    named = {polymer.units[0].smiles for polymer in known.space.polymers}
    bred = [s for s in suggestions if s.formulation.polymer.units[0].smiles not in named]
    assert bred
    for suggestion in bred:
        (unit,) = suggestion.formulation.polymer.units
        assert unwanted_groups(unit.smiles) == ()
        assert reasons_against(suggestion.formulation) == ()
        assert "polymer with a fragment of" in suggestion.reason.summary
    later = in_grown_space(with_suggested(known, suggestions))
    assert point_of(later.space, bred[0].formulation) is not None
    assert later.space.polymers[:3] == known.space.polymers
    films = (*known.films, *(film_of(s.formulation, f"bred {i}") for i, s in enumerate(bred)))
    history = tuple(Decided(index=s.index, planner="genetic", formulation=s.formulation) for s in bred)
    grown_up = known.model_copy(update={"films": films, "history": history, "suggested": 18})
    parents = individuals(in_grown_space(grown_up))
    assert len(parents) == 12 + len(bred), "bred polymers are parents like any other"


def film_of(formulation, name):
    """A film of a polymer that the formula of the tests does not know."""
    from ledger.film import Film, Reading

    readings = tuple(
        Reading(property=name_, value=-5.0, sd=0.1, temperature_C=30.0)
        for name_ in ("log10_conductivity", "log10_storage_modulus")
    )
    return Film(film_id=name, formulation=formulation, readings=readings)


def test_a_closed_space_grows_by_nothing(knowledge):
    other = DesignSpace.model_validate({**SPACE, "polymers": ["PEC"]})
    stranger = formulation_at(other, sample(other, 1, 0)[0])
    assert grown(knowledge.space, [stranger]) is knowledge.space
    assert len(grown(opened(knowledge).space, [stranger]).polymers) == 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"polymers": ["*C*"], "salt_loading": {"low": 1.0, "high": 2.0, "unit": "mol/kg"}}, "no bond at which"),
        ({"open_polymers": {"most_atoms": 2}}, "the smallest named unit has 3"),
        ({"open_polymers": True}, "open_polymers"),
    ],
)
def test_open_polymers_that_make_no_sense_are_refused(change, told):
    with pytest.raises(ValidationError, match=told):
        DesignSpace.model_validate({**SPACE, "open_polymers": {"most_atoms": 20}, **change})

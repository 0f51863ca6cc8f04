"""The two yardsticks: uniform draws, and old decisions made again."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.recipe import component_key
from planners.choice import planner
from planners.points import formulation_at, point_of, reasons_not_to
from planners.protocols import Knowledge, with_suggested
from planners.random_search import RandomPlanner
from planners.replay import ReplayPlanner
from planners.sampling import sample
from planners.space import DesignSpace
from tests.planners.conftest import SPACE


def keys(suggestions):
    return [suggestion.formulation.key for suggestion in suggestions]


@pytest.fixture
def nothing(space, objectives):
    return Knowledge(space=space, objectives=objectives, seed=5)


def test_draws_are_feasible_different_and_the_same_one_by_one(nothing):
    drawn = RandomPlanner().suggest(20, nothing)
    assert len(set(keys(drawn))) == 20
    assert not any(reasons_not_to(nothing.space, suggestion.formulation) for suggestion in drawn)
    singly = [RandomPlanner().suggest(1, nothing.model_copy(update={"suggested": i}))[0] for i in range(20)]
    assert keys(singly) == keys(drawn)
    assert keys(drawn) != keys(RandomPlanner().suggest(20, nothing.model_copy(update={"seed": 6})))


def test_draws_are_uniform_over_components_and_loading(nothing):
    points = [point_of(nothing.space, s.formulation) for s in RandomPlanner().suggest(400, nothing)]
    counts = np.bincount([point.choices[1] for point in points if point is not None], minlength=4)
    assert abs(counts - 100).max() < 45, "four and a half standard deviations"
    loadings = np.array([point.loading for point in points if point is not None])
    assert abs(loadings.mean() - 0.11) < 0.012


def test_a_space_of_two_is_drawn_out(objectives):
    fixed = {"low": 0.1, "high": 0.1, "unit": "Li/O"}
    space = DesignSpace.model_validate({"polymers": ["PEO"], "salts": ["LiTFSI", "LiTf"], "salt_loading": fixed})
    known = Knowledge(space=space, objectives=objectives)
    both = RandomPlanner().suggest(5, known)
    assert len(both) == 2
    assert RandomPlanner().suggest(1, with_suggested(known, both)) == []


def test_old_decisions_come_again_in_their_order(nothing):
    decisions = tuple(formulation_at(nothing.space, point) for point in sample(nothing.space, 5, 3))
    again = ReplayPlanner(decisions, origin="run 1 of peo_salts")
    first = again.suggest(2, nothing)
    rest = again.suggest(9, with_suggested(nothing, first))
    assert keys([*first, *rest]) == [formulation.key for formulation in decisions]
    assert [suggestion.index for suggestion in (*first, *rest)] == [0, 1, 2, 3, 4]
    assert rest[0].reason.summary == "Decision 3 of run 1 of peo_salts, made again."


def test_what_the_new_space_does_not_allow_is_left_out(nothing):
    wider = DesignSpace.model_validate({**SPACE, "polymers": ["PEO", "PPO", "PTHF", "PEC"]})
    decisions = tuple(formulation_at(wider, point) for point in sample(wider, 30, 3))
    found = ReplayPlanner(decisions).suggest(30, nothing)
    assert 0 < len(found) < 30
    assert {s.formulation.polymer.label for s in found} <= {"PEO", "PPO", "PTHF"}


def test_it_waits_where_stock_is_short_and_skips_nothing(nothing):
    decisions = tuple(formulation_at(nothing.space, point) for point in sample(nothing.space, 5, 3))
    salt = decisions[0].salt
    assert salt is not None
    dry = nothing.model_copy(update={"stock_mg": {component_key(salt): 0.0}, "film_mass_mg": 400.0})
    assert ReplayPlanner(decisions).suggest(2, dry) == []


def test_a_replay_of_nothing_is_refused():
    with pytest.raises(BadInput, match="nothing to replay"):
        planner("replay")

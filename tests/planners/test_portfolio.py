"""The portfolio: the ledger says who suggested what, and whose films raised the front."""

import pytest
from pydantic import ValidationError

from planners.genetic import GeneticPlanner
from planners.options import GeneticOptions, PortfolioOptions
from planners.portfolio import PortfolioPlanner, records
from planners.protocols import Decided, Knowledge, with_suggested
from planners.random_search import RandomPlanner
from planners.swarm import SwarmPlanner

MEMBERS = (GeneticPlanner(options=GeneticOptions(fitness="experiment")), SwarmPlanner(), RandomPlanner())
WHO = PortfolioPlanner(MEMBERS, start=3)


def keys(suggestions):
    return [suggestion.formulation.key for suggestion in suggestions]


def by(knowledge: Knowledge, planners: list[str]) -> Knowledge:
    """The same films, ascribed to planners in turn."""
    history = tuple(
        Decided(index=i, planner=planners[i], formulation=made.formulation, outcome="observed", film_id=made.film_id)
        for i, made in enumerate(knowledge.films)
    )
    return knowledge.model_copy(update={"history": history})


def best_first(knowledge: Knowledge) -> Knowledge:
    """One objective, the best film first: no later film raises anything."""
    films = tuple(sorted(knowledge.films, key=lambda film: -film.readings[0].value))
    return knowledge.model_copy(update={"films": films, "objectives": knowledge.objectives[:1]})


def test_it_starts_evenly_and_says_so(space, objectives):
    nothing = Knowledge(space=space, objectives=objectives, seed=5)
    assert [suggestion.planner for suggestion in WHO.suggest(3, nothing)] == ["sobol"] * 3


def test_everyone_is_asked_once_before_anyone_is_asked_twice(knowledge):
    known = by(knowledge, ["sobol"] * 12)
    assert [suggestion.planner for suggestion in WHO.suggest(3, known)] == ["genetic", "swarm", "random"]


def test_who_raised_the_front_is_asked_again(knowledge):
    known = best_first(knowledge)
    planners = ["swarm", "genetic", "random"] * 4
    known = by(known, planners)
    told = {record.planner: record for record in records(known, ["genetic", "swarm", "random"], 15)}
    assert (told["swarm"].paid, told["genetic"].paid, told["random"].paid) == (1, 0, 0)
    (suggestion,) = WHO.suggest(1, known)
    assert suggestion.planner == "swarm"
    assert "of whose last 4 results 1 raised the front" in suggestion.reason.summary


def test_a_record_outside_the_window_is_forgotten(knowledge):
    known = by(best_first(knowledge), ["swarm"] + ["genetic", "random"] * 5 + ["swarm"])
    told = {record.planner: record for record in records(known, ["genetic", "swarm", "random"], 4)}
    assert told["swarm"].asked == 1
    assert told["swarm"].paid == 0


def test_what_is_under_way_counts_as_asked_and_what_was_called_off_not_at_all(knowledge):
    known = by(knowledge, ["swarm"] * 12)
    changed = list(known.history)
    changed[-1] = changed[-1].model_copy(update={"outcome": "pending", "film_id": None})
    changed[-2] = changed[-2].model_copy(update={"outcome": "cancelled", "film_id": None})
    changed[-3] = changed[-3].model_copy(update={"outcome": "failed", "film_id": None})
    (record,) = records(known.model_copy(update={"history": tuple(changed)}), ["swarm"], 15)
    assert (record.asked, record.judged) == (11, 10)


def test_one_by_one_it_says_the_same_as_at_once(knowledge):
    known = by(knowledge, ["genetic", "swarm", "random"] * 4)
    at_once = WHO.suggest(3, known)
    singly = []
    for _ in range(3):
        singly += WHO.suggest(1, with_suggested(known, singly))
    assert keys(at_once) == keys(singly)
    assert [s.planner for s in at_once] == [s.planner for s in singly]
    assert [s.index for s in at_once] == [12, 13, 14]


def test_a_member_with_nothing_to_say_is_passed_over(knowledge):
    known = by(knowledge, ["random"] * 12)

    class Mute(RandomPlanner):
        def suggest(self, n, knowledge):
            return []

    found = PortfolioPlanner((Mute(name="mute"), RandomPlanner()), start=0).suggest(1, known)
    assert [suggestion.planner for suggestion in found] == ["random"]
    assert PortfolioPlanner((Mute(name="mute"),), start=0).suggest(1, known) == []


@pytest.mark.parametrize("of", [["swarm"], ["swarm", "swarm"], ["swarm", "oracle"]])
def test_a_portfolio_of_one_of_twins_or_of_strangers_is_refused(of):
    with pytest.raises(ValidationError):
        PortfolioOptions.model_validate({"of": of})


@pytest.mark.parametrize("who", [WHO, SwarmPlanner()], ids=["portfolio", "swarm"])
def test_who_lives_on_the_history_says_so_where_there_is_none(who, knowledge):
    with pytest.raises(ValueError, match="is told of 0 of 12"):
        who.suggest(1, knowledge)

"""What the stock allows: planners propose nothing that would run dry."""

import pytest

from chemistry.recipe import component_key, masses_mg
from planners.bayesian import BayesianPlanner
from planners.protocols import Knowledge, Planner
from planners.sobol import SobolPlanner
from planners.stock import enough_for

FILM_mg = 400.0


def stocked(knowledge: Knowledge, **left_mg: float) -> Knowledge:
    """Knowledge of a stock in which everything is plenty but these salts."""
    space = knowledge.space
    everything = [*space.polymers, *space.salts, *(p for p in space.plasticisers if p is not None)]
    stock = {component_key(component): left_mg.get(component.label, 1e6) for component in everything}
    return knowledge.model_copy(update={"stock_mg": stock, "film_mass_mg": FILM_mg})


@pytest.mark.parametrize("planner", [SobolPlanner(), BayesianPlanner(pool=128, finalists=16)], ids=["sobol", "bayes"])
def test_no_suggestion_needs_more_than_is_left(knowledge: Knowledge, planner: Planner) -> None:
    scarce = stocked(knowledge, LiTFSI=5.0, LiClO4=0.0, LiTf=30.0)
    for suggestion in planner.suggest(3, scarce):
        assert suggestion.formulation.salt is not None
        needed = masses_mg(suggestion.formulation, FILM_mg)[component_key(suggestion.formulation.salt)]
        assert needed <= scarce.stock_mg[component_key(suggestion.formulation.salt)]


def test_plenty_of_everything_changes_no_suggestion(knowledge: Knowledge) -> None:
    planner = SobolPlanner()
    assert planner.suggest(6, stocked(knowledge)) == planner.suggest(6, knowledge)


def test_nothing_is_suggested_where_nothing_is_left(knowledge: Knowledge) -> None:
    empty = knowledge.model_copy(
        update={"stock_mg": {component_key(salt): 0.0 for salt in knowledge.space.salts}, "film_mass_mg": FILM_mg}
    )
    assert SobolPlanner().suggest(2, empty) == []
    assert BayesianPlanner(pool=128, finalists=16).suggest(1, empty) == []


def test_what_is_under_way_has_taken_its_share(knowledge: Knowledge) -> None:
    formulation = knowledge.films[0].formulation
    needed = masses_mg(formulation, FILM_mg)[component_key(formulation.polymer)]
    once = stocked(knowledge).model_copy(
        update={"stock_mg": {component_key(formulation.polymer): 1.5 * needed}, "pending": ()}
    )
    assert enough_for(once)(formulation)
    assert not enough_for(once.model_copy(update={"pending": (formulation,)}))(formulation)

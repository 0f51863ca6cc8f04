"""Spaces whose films have process settings to choose and several plasticisers: laws of points, planners, refusals."""

import pytest
from pydantic import ValidationError

from chemistry.errors import BadInput
from chemistry.process import Cure, Dry, Press, Process
from planners.choice import planner
from planners.embedding import embedded, lengths, point_nearest
from planners.options import GeneticOptions, PlannerOptions
from planners.points import Point, apart, formulation_at, point_of, reasons_not_to, rounded
from planners.protocols import Decided, Knowledge
from planners.replay import ReplayPlanner
from planners.sampling import balanced_block, neighbours, sample
from planners.space import DesignSpace
from tests.planners.conftest import SPACE, film

PROCESS = {
    "dissolve": {"solvent": ["acetonitrile", "THF"]},
    "dry": {"temperature": ["60 °C", "80 °C", "373.15 K"], "time": "12 h"},
    "cure": {"times": [0, 1], "temperature": ["90 °C", "110 °C"]},
    "press": {"times": {"low": 1, "high": 3}},
}
WIDE = {
    **SPACE,
    "plasticisers": ["succinonitrile", "none", "tetraglyme", "ethylene carbonate"],
    "most_plasticisers": 2,
    "process": PROCESS,
    "constraints": [*SPACE["constraints"], {"at_most_components": 1, "of": ["succinonitrile", "ethylene carbonate"]}],
}
QUICK = PlannerOptions(genetic=GeneticOptions(fitness="experiment"))
WHO = [planner("random"), planner("sobol"), planner("swarm"), planner("genetic", options=QUICK)]


def wide(**change: object) -> DesignSpace:
    return DesignSpace.model_validate({**WIDE, **change})


def told_of(space: DesignSpace, n: int = 8, seed: int = 5) -> Knowledge:
    """Films of which each was asked for by a particle of the swarm."""
    films = tuple(film(formulation_at(space, p), f"film {i}") for i, p in enumerate(balanced_block(space, n, seed)))
    history = tuple(
        Decided(index=i, planner="swarm", formulation=made.formulation, outcome="observed", film_id=made.film_id)
        for i, made in enumerate(films)
    )
    aims = ({"property": "log10_conductivity", "temperature_C": 30.0, "reference": -9.0},)
    return Knowledge.model_validate(
        {"space": space, "objectives": aims, "films": films, "history": history, "seed": seed, "suggested": n}
    )


@pytest.mark.parametrize("unit", ["Li/O", "mol/kg", "w/w"])
@pytest.mark.parametrize("plasticisers", [WIDE["plasticisers"], ["tetraglyme", "succinonitrile", "ethylene carbonate"]])
def test_points_keep_to_the_space_and_come_back_from_their_formulation(unit, plasticisers) -> None:
    low, high = {"Li/O": (0.02, 0.2), "mol/kg": (0.5, 4.0), "w/w": (0.1, 0.4)}[unit]
    space = wide(salt_loading={"low": low, "high": high, "unit": unit}, plasticisers=plasticisers)
    points = [*sample(space, 120, 1), *balanced_block(space, 12, 1)]
    points += neighbours(space, points[0], 40, 0.25, 1)
    for point in points:
        formulation = formulation_at(space, point)
        assert not reasons_not_to(space, formulation)
        back = point_of(space, formulation)
        assert back is not None
        assert rounded(space, back) == point == rounded(space, point)
        assert DesignSpace.model_validate(space.model_dump(mode="json")) == space
    numbers = {len(formulation_at(space, point).additives) for point in points}
    assert numbers == ({0, 1, 2} if "none" in plasticisers else {1, 2})


def test_two_plasticisers_in_either_order_are_one_point() -> None:
    space = wide()
    nothing = (0,) * len(space.settings)
    one = rounded(space, Point((0, 0, 2, 0, *nothing), (0.1, 0.05, 0.2)))
    other = rounded(space, Point((0, 0, 0, 2, *nothing), (0.1, 0.2, 0.05)))
    assert one == other
    assert [(c.additive.label, c.weight_fraction) for c in formulation_at(space, one).additives] == [
        ("tetraglyme", 0.05),
        ("succinonitrile", 0.2),
    ]
    twice = rounded(space, Point((0, 0, 2, 2, *nothing), (0.1, 0.2, 0.05)))
    assert twice == rounded(space, Point((0, 0, 2, 1, *nothing), (0.1, 0.2, 0.3)))


def test_a_setting_exists_only_where_its_step_does() -> None:
    space = wide()
    for point in sample(space, 200, 2):
        made = formulation_at(space, point).process
        cures = [step for step in made.steps if isinstance(step, Cure)]
        place = [axis.name for axis in space.axes.choices].index("cure temperature")
        assert len(cures) == point.choices[place - 1]
        assert point.choices[place] == 0 or cures
        assert len([step for step in made.steps if isinstance(step, Press)]) in (1, 2, 3)
        dry = next(step for step in made.steps if isinstance(step, Dry))
        assert dry.temperature_C in (60.0, 80.0, 100.0)
        assert dry.hours == 12.0
    ways = {p.choices[4:] for p in sample(space, 400, 3)}
    # Two solvents, three temperatures, three numbers of pressings; not cured, or cured at either temperature.
    assert len(ways) == 2 * 3 * 3 * (1 + 2)


def test_a_process_without_settings_is_the_usual_one() -> None:
    written, usual = wide(process={}), DesignSpace.model_validate({**WIDE, "process": {"steps": Process().steps}})
    assert written.settings == usual.settings == ()
    assert written.made_by(()) == usual.made_by(()) == Process()


def test_a_block_deals_settings_out_evenly() -> None:
    block = balanced_block(wide(constraints=[]), 12, 4)
    for axis in (0, 1, 4, 5, 6, 8):
        counts = [sum(point.choices[axis] == i for point in block) for i in range(wide().axes.choices[axis].size)]
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.name)
@pytest.mark.parametrize(("seed", "most"), [(1, 1), (2, 2), (3, 3)])
def test_no_planner_leaves_the_space(who, seed: int, most: int) -> None:
    space = wide(most_plasticisers=most, constraints=WIDE["constraints"] if most > 1 else [])
    known = told_of(space, seed=seed)
    suggestions = who.suggest(3, known)
    assert len(suggestions) == 3
    for suggestion in suggestions:
        point = point_of(space, suggestion.formulation)
        assert point is not None
        assert apart(space, rounded(space, point), point) < 1e-9
        assert not reasons_not_to(space, suggestion.formulation)
        assert len(suggestion.formulation.additives) <= most
    assert who.suggest(1, known) == suggestions[:1], "the same knowledge gives the same suggestion"


def test_replay_makes_again_what_the_space_still_has() -> None:
    space = wide()
    old = [formulation_at(space, point) for point in sample(space, 30, 2)]
    cooler = {**PROCESS, "dry": {"temperature": ["60 °C", "80 °C"]}}
    again = ReplayPlanner(old).suggest(30, told_of(wide(process=cooler)).model_copy(update={"suggested": 0}))
    kept = [made.key for made in old if not any(step == Dry(temperature_C=100.0) for step in made.process.steps)]
    assert [suggestion.formulation.key for suggestion in again] == kept
    assert len(kept) < len(old)


def test_a_film_of_another_setting_is_not_in_the_space() -> None:
    space = wide(process={"dry": {"temperature": [60, 80]}})
    made = formulation_at(space, sample(space, 1, 0)[0])
    hotter = made.model_copy(update={"process": Process(steps=(Dry(temperature_C=90.0),))})
    slower = made.model_copy(update={"process": Process(steps=(Dry(temperature_C=80.0, hours=48.0),))})
    assert point_of(space, hotter) is None
    assert point_of(space, slower) is not None, "only what is for choice tells films apart"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"process": {"anneal": {"temperature": [60, 80]}}}, "anneal"),
        ({"process": {"dry": {"pressure": [1, 2]}}}, "pressure"),
        ({"process": {"dry": {"temperature": []}}}, "at least 1"),
        ({"process": {"dry": {"temperature": ["60 °C", "333.15 K"]}}}, "named twice"),
        ({"process": {"dry": {"temperature": "60 h"}}}, "measures something else"),
        ({"process": {"dry": {"temperature": 900}}}, "less than or equal to 200"),
        ({"process": {"dry": {"times": [1, 2]}}}, "times"),
        ({"process": {"press": {"times": {"low": 3, "high": 1}}}}, "smaller one"),
        ({"process": {"press": {"times": {"low": -1, "high": 2}}}}, "from 0 to 9"),
        ({"process": {"press": {"times": {"low": 1, "high": 2.5}}}}, "whole number"),
        ({"process": {"press": {"times": 0, "pressure": [1, 2]}}}, "done 0 times"),
        ({"process": {"dissolve": {"solvent": ["acetonitrile", "aqua regia"]}}}, "aqua regia"),
        ({"process": {"dissolve": {"solvent": ["THF", "tetrahydrofuran"]}}}, "are the same"),
        ({"most_plasticisers": 4}, "names 3 of them"),
        ({"most_plasticisers": 0}, "greater than or equal to 1"),
        ({"plasticisers": ["none"], "plasticiser_fraction": None, "most_plasticisers": 2}, "names 0 of them"),
        ({"plasticiser_fraction": {"low": 0, "high": 0.3, "unit": "w/w"}}, "start above 0"),
        ({"constraints": [{"at_most_components": 2, "of": ["succinonitrile", "tetraglyme"]}]}, "holds always"),
        ({"constraints": [{"at_most_components": 1, "of": ["succinonitrile", "diglyme"]}]}, "not in the space"),
        ({"constraints": [{"at_most_components": 1, "of": ["succinonitrile"]}]}, "at least 2"),
        ({"constraints": [{"at_most_components": 0, "of": ["succinonitrile", "tetraglyme"]}]}, "equal to 1"),
        ({"constraints": [{"at_most_components": 1, "of": ["tetraglyme", "G4"]}]}, "twice"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(change, told) -> None:
    with pytest.raises(ValidationError, match=told):
        wide(**change)


def test_an_empty_space_says_why() -> None:
    cold = {"cast": {"temperature": "-80 °C"}, "dry": {"temperature": [60, 80]}}
    with pytest.raises(BadInput, match="casting temperature"):
        sample(wide(process=cold, polymers=["PEC"], constraints=[]), 4, seed=0)


def test_the_box_of_the_swarm_gives_each_point_back() -> None:
    space = wide()
    for point in sample(space, 60, 5):
        back = point_nearest(space, embedded(space, point))
        assert back.choices == point.choices
        assert apart(space, back, point) < 1e-3, "amounts are rounded to four digits"
        assert len(embedded(space, point)) == sum(lengths(space))
    axis = [axis.name for axis in space.axes.choices].index("dry temperature")
    assert lengths(space)[axis] == 1, "a temperature is a number, and not one of three names"

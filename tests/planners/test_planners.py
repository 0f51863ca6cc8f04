import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chemistry.errors import BadInput
from ledger.film import Reading
from planners.bayesian import BayesianPlanner
from planners.choice import planner
from planners.objectives import Objective
from planners.points import apart, formulation_at, point_of, reasons_not_to
from planners.protocols import Failed, Knowledge
from planners.sampling import neighbours

ROOT = Path(__file__).parents[2]
SMALL = BayesianPlanner(pool=256, finalists=32)
"""Bayesian planning with few candidates: its laws hold for any number."""


def keys(suggestions):
    return [suggestion.formulation.key for suggestion in suggestions]


def test_an_unknown_planner_is_refused_with_those_that_exist():
    with pytest.raises(BadInput, match="random, sobol"):
        planner("oracle")


@pytest.mark.parametrize("who", [planner("sobol"), SMALL], ids=["sobol", "bayesian"])
def test_suggestions_are_feasible_new_and_numbered(who, knowledge):
    suggestions = who.suggest(3, knowledge)
    assert [suggestion.index for suggestion in suggestions] == [12, 13, 14]
    assert len(set(keys(suggestions))) == 3
    for suggestion in suggestions:
        assert suggestion.event == knowledge.event
        assert suggestion.planner == who.name
        assert not reasons_not_to(knowledge.space, suggestion.formulation)
    known = {film.formulation.key for film in knowledge.films}
    assert who.name == "sobol" or not known & set(keys(suggestions))


def test_sobol_asked_one_by_one_says_the_same_as_asked_at_once(knowledge):
    who = planner("sobol", start=9)
    at_once = who.suggest(6, knowledge)
    singly = [who.suggest(1, knowledge.model_copy(update={"suggested": 12 + i}))[0] for i in range(6)]
    assert keys(at_once) == keys(singly)


def test_bayesian_starts_as_sobol_does(space, objectives):
    nothing = Knowledge(space=space, objectives=objectives, seed=5)
    start = planner("bayesian", start=9).suggest(9, nothing)
    assert keys(start) == keys(planner("sobol", start=9).suggest(9, nothing))
    assert {suggestion.planner for suggestion in start} == {"bayesian"}


def test_bayesian_goes_on_evenly_while_nothing_came_back(space, objectives):
    waiting = Knowledge(space=space, objectives=objectives, seed=5, suggested=9)
    assert len(planner("bayesian", start=9).suggest(2, waiting)) == 2


def test_the_reason_says_what_is_expected_and_what_is_like_it(knowledge):
    (suggestion,) = SMALL.suggest(1, knowledge)
    reason = suggestion.reason
    assert set(reason.expected) == {"log10_conductivity", "log10_storage_modulus"}
    assert all(sd > 0 for sd in reason.sd.values())
    assert reason.nearest_film in {film.film_id for film in knowledge.films}
    assert reason.acquisition is not None


def test_the_order_and_names_of_films_make_no_difference(knowledge):
    renamed = [film.model_copy(update={"film_id": f"other {i}"}) for i, film in enumerate(reversed(knowledge.films))]
    turned = knowledge.model_copy(update={"films": tuple(renamed)})
    assert keys(SMALL.suggest(2, turned)) == keys(SMALL.suggest(2, knowledge))


def test_pending_and_failed_formulations_are_left_alone(knowledge):
    (first,) = SMALL.suggest(1, knowledge)
    pending = knowledge.model_copy(update={"pending": (first.formulation,), "suggested": 13})
    failure = Failed(formulation=first.formulation, reason="film cracked")
    failed = knowledge.model_copy(update={"failures": (failure,), "suggested": 13})
    tried = point_of(knowledge.space, first.formulation)
    assert tried is not None
    for known, distance in ((pending, 0.02), (failed, 0.05)):
        (second,) = SMALL.suggest(1, known)
        point = point_of(knowledge.space, second.formulation)
        assert point is not None
        assert apart(knowledge.space, tried, point) > distance


def test_one_objective_is_optimised_in_its_direction(knowledge):
    stiff = knowledge.model_copy(update={"objectives": knowledge.objectives[1:]})
    (up,) = SMALL.suggest(1, stiff)
    minimised = knowledge.objectives[1].model_copy(update={"goal": "minimise", "reference": None})
    (down,) = SMALL.suggest(1, knowledge.model_copy(update={"objectives": (minimised,)}))
    name = "log10_storage_modulus"
    assert up.reason.expected[name] > down.reason.expected[name] + 1
    assert down.formulation.additives


def test_a_minimised_objective_among_several_turns_the_search_round(knowledge):
    conducts, stiff = knowledge.objectives
    soft = stiff.model_copy(update={"goal": "minimise", "reference": 3.0})
    (suggestion,) = SMALL.suggest(1, knowledge.model_copy(update={"objectives": (conducts, soft)}))
    assert sum(content.weight_fraction for content in suggestion.formulation.additives) > 0.2


def test_an_objective_without_a_temperature_is_planned_for_beside_three_others(knowledge):
    """A glass transition belongs to none: softer with plasticiser, and warmer with salt."""

    def with_glass(film):
        fraction = sum(content.weight_fraction for content in film.formulation.additives)
        glass_C = -40.0 - 100 * fraction + 10 * film.formulation.salt_molality_mol_kg
        return film.model_copy(
            update={"readings": (*film.readings, Reading(property="glass_transition", value=glass_C, sd=1.0))}
        )

    conducts, stiff = knowledge.objectives
    hot = conducts.model_copy(update={"temperature_C": 80.0})
    glass = Objective(property="glass_transition", goal="minimise", reference=20.0)
    films = tuple(with_glass(film) for film in knowledge.films)
    wanted = (conducts, stiff, glass, hot)
    (suggestion,) = SMALL.suggest(1, knowledge.model_copy(update={"objectives": wanted, "films": films}))
    assert list(suggestion.reason.expected) == [objective.label for objective in wanted]
    assert -120 < suggestion.reason.expected["glass_transition"] < 20
    assert point_of(knowledge.space, suggestion.formulation) is not None


def test_a_small_space_runs_dry_without_repeating_itself(knowledge):
    fixed = {"low": 0.1, "high": 0.1, "unit": "Li/O"}
    space = knowledge.space.model_validate(
        {
            "polymers": ["PEO"],
            "salts": ["LiTFSI", "LiTf"],
            "salt_loading": fixed,
            "plasticisers": ["none"],
        }
    )
    small = knowledge.model_copy(update={"space": space})
    found = SMALL.suggest(5, small)
    assert 1 <= len(found) <= 2
    assert len(set(keys(found))) == len(found)


def test_another_process_suggests_the_same(knowledge, tmp_path):
    asked = tmp_path / "knowledge.json"
    asked.write_text(knowledge.model_dump_json(), encoding="utf-8")
    script = (
        "import sys, json, pathlib\n"
        "from planners.bayesian import BayesianPlanner\n"
        "from planners.protocols import Knowledge\n"
        "known = Knowledge.model_validate_json(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'))\n"
        "print(json.dumps([s.formulation.key for s in BayesianPlanner(pool=256, finalists=32).suggest(2, known)]))\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "7"}
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(asked)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == keys(SMALL.suggest(2, knowledge))


def test_no_suggestion_waits_for_a_compiler(knowledge, monkeypatch):
    """BoTorch's own kernel: a process killed while it compiles would leave a lock that all others wait for."""
    from botorch.acquisition.multi_objective import logei

    monkeypatch.setattr("torch.utils.cpp_extension.load", lambda **_: pytest.fail("a kernel is being compiled"))
    assert SMALL.suggest(1, knowledge)
    assert logei._C is None
    assert logei._load_attempted, "still the switch that BoTorch looks at"


def test_seams_load_neither_torch_nor_rdkit():
    script = (
        "import sys, planners.protocols, planners.space, planners.choice, models.protocols\n"
        "sys.exit(bool({'torch', 'rdkit', 'scipy'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_neighbours_of_the_front_are_among_the_candidates(knowledge):
    from planners.screening import candidates

    centre = point_of(knowledge.space, knowledge.films[0].formulation)
    assert centre is not None
    pool = candidates(knowledge, [centre], 64)
    near = neighbours(knowledge.space, centre, 24, 0.08, knowledge.seed + 7919 * knowledge.suggested)
    assert len(set(near) & set(pool)) > 12
    assert all(formulation_at(knowledge.space, point).key for point in pool[:3])

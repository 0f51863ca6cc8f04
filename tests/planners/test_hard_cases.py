"""What a planner that lives on a population must stand: equal results, copies, failures only, three objectives."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.film import Reading
from planners.choice import planner
from planners.objectives import Objective
from planners.options import GeneticOptions, PlannerOptions
from planners.points import reasons_not_to
from planners.protocols import Decided, Failed, Knowledge, Planner
from planners.space import DesignSpace
from tests.planners.conftest import SPACE

ROOT = Path(__file__).parents[2]
QUICK = PlannerOptions(genetic=GeneticOptions(fitness="experiment"))
LEARNING = PlannerOptions(genetic=GeneticOptions(population=6, generations=2))
WHO = {
    "genetic by results": planner("genetic", options=QUICK),
    "genetic": planner("genetic", options=LEARNING),
    "swarm": planner("swarm"),
    "random": planner("random"),
}


def with_history(knowledge: Knowledge) -> Knowledge:
    history = tuple(
        Decided(index=i, planner="swarm", formulation=made.formulation, outcome="observed", film_id=made.film_id)
        for i, made in enumerate(knowledge.films)
    )
    return knowledge.model_copy(update={"history": history})


def constant(knowledge: Knowledge) -> Knowledge:
    readings = tuple(
        Reading(property=name, value=-1.0, sd=0.1, temperature_C=30.0)
        for name in ("log10_conductivity", "log10_storage_modulus")
    )
    films = tuple(film.model_copy(update={"readings": readings}) for film in knowledge.films)
    return with_history(knowledge.model_copy(update={"films": films}))


def copies(knowledge: Knowledge) -> Knowledge:
    first = knowledge.films[0]
    films = tuple(first.model_copy(update={"film_id": f"copy {i}"}) for i in range(8))
    return with_history(knowledge.model_copy(update={"films": films, "suggested": 8}))


def failures_only(knowledge: Knowledge) -> Knowledge:
    failures = tuple(Failed(formulation=film.formulation, reason="cracked") for film in knowledge.films)
    history = tuple(
        Decided(index=i, planner="swarm", formulation=made.formulation, outcome="failed")
        for i, made in enumerate(knowledge.films)
    )
    return knowledge.model_copy(update={"films": (), "failures": failures, "history": history})


def three_objectives(knowledge: Knowledge) -> Knowledge:
    hot = Objective(property="log10_conductivity", temperature_C=80.0, reference=-9.0)
    return with_history(knowledge.model_copy(update={"objectives": (*knowledge.objectives, hot)}))


@pytest.mark.parametrize("who", WHO.values(), ids=list(WHO))
@pytest.mark.parametrize("made", [constant, copies, failures_only, three_objectives], ids=lambda f: f.__name__)
def test_it_goes_on_with_something_new_that_may_be_made(who: Planner, made, knowledge: Knowledge) -> None:
    known = made(knowledge)
    suggestions = who.suggest(2, known)
    assert len({suggestion.formulation.key for suggestion in suggestions}) == 2
    tried = {film.formulation.key for film in known.films}
    for suggestion in suggestions:
        assert suggestion.formulation.key not in tried
        assert not reasons_not_to(known.space, suggestion.formulation)


def test_another_process_with_more_threads_suggests_the_same(knowledge: Knowledge, tmp_path: Path) -> None:
    space = DesignSpace.model_validate({**SPACE, "open_polymers": {"most_atoms": 14, "lenders": 40}})
    known = with_history(knowledge).model_copy(update={"space": space})
    asked = tmp_path / "knowledge.json"
    asked.write_text(known.model_dump_json(), encoding="utf-8")
    script = (
        "import sys, json, pathlib\n"
        "from tests.planners.test_hard_cases import told\n"
        "from planners.protocols import Knowledge\n"
        "known = Knowledge.model_validate_json(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'))\n"
        "print(json.dumps(told(known)))\n"
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
    assert json.loads(answer.stdout) == told(known)


def told(known: Knowledge) -> dict[str, list[str]]:
    return {name: [s.formulation.key for s in who.suggest(2, known)] for name, who in WHO.items()}

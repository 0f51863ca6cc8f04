"""`ionloop md search`: choices follow from answers, nothing is run twice, failures are outcomes, slips are told."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chemistry.value_file import read_yaml_value
from flows.computing.spec import Computing
from flows.dynamics.search import asking, loop
from flows.dynamics.search.asking import SUBDIFFUSIVE_SD, Outcome, Run, ask, question_of
from flows.dynamics.search.file import SearchFile, settings_of
from flows.dynamics.search.loop import best_of, confirm, next_run, search, told_of
from flows.dynamics.search.picture import draw_search
from flows.dynamics.search.told import as_json, effects_of, summary
from flows.theory.asking import Theory
from flows.theory.workers import Workers
from ledger.store import Ledger
from planners.box.choosers import Acquisition
from sim.md.engine import EngineFailed

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "coarse_grained_search.yaml"
FILE = """
name: small
seed: 3
parameters:
  anion_diameter: {low: 1.0, high: 2.6}
  loading: {low: 0.05, high: 0.3, log: true}
  chain_beads: {low: 4, high: 20}
  dipole: 2.0
run: {beads: 300, segment_steps: 200, equilibration: 1, segments: 2, glass_transition: -63 °C}
budget: {runs: 9}
planner: {start: 5}
"""


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "chooser", lambda name: Acquisition(pool=64, rounds=2, moves=8))


@pytest.fixture
def small(tmp_path: Path) -> SearchFile:
    return read(tmp_path)


def read(folder: Path, *changes: tuple[str, str]) -> SearchFile:
    text = FILE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "small.yaml").write_text(text)
    return read_yaml_value(SearchFile, folder / "small.yaml")


def made_up(run: Run) -> Outcome:
    """Conducts the better, the more salt and the smaller an anion; the largest anions tear their chains."""
    anion, loading = run.values["anion_diameter"], run.values["loading"]
    if anion > 2.3:
        return Outcome(None, None, False, False, "a bond was torn", {}, 0.01)
    value = np.log10(loading) - 0.5 * anion + 0.02 * np.sin(40 * anion + run.repeat)
    return Outcome(float(value), 0.05, True, True, "", {}, 0.01)


def chosen(found: list[tuple[Run, Outcome]]) -> list[dict[str, float]]:
    return [dict(run.values) for run, _ in found]


def test_the_example_is_a_search() -> None:
    file = read_yaml_value(SearchFile, EXAMPLE)
    assert [one.name for one in file.parameters.ranges] == [
        "anion_diameter",
        "loading",
        "side_diameter",
        "dipole",
        "chain_beads",
    ]
    assert file.planner.start < file.budget.runs
    assert file.log10_S_cm(0.0) is not None
    settings = settings_of(file.run)
    assert settings.plan.segment.steps == file.run.segment_steps
    assert settings.beads == file.run.beads


def test_the_same_answers_lead_to_the_same_choices_which_get_better(small: SearchFile) -> None:
    found, again = search(small, made_up), search(small, made_up)
    assert chosen(found) == chosen(again)
    assert [run.index for run, _ in found] == list(range(9))
    other = small.model_copy(update={"seed": 4})
    assert chosen(search(other, made_up)) != chosen(found)
    values = [outcome.log10 for _, outcome in found if outcome.log10 is not None]
    start = [outcome.log10 for _, outcome in found[:5] if outcome.log10 is not None]
    assert max(values) > max(start)
    best = best_of(found)
    assert best is not None
    assert best[1].log10 == max(values)


def test_other_answers_lead_elsewhere(small: SearchFile) -> None:
    def turned(run: Run) -> Outcome:
        told = made_up(run)
        return told if told.log10 is None else Outcome(-told.log10, told.sd, True, True, "", {}, 0.01)

    one, other = chosen(search(small, made_up)), chosen(search(small, turned))
    assert one[:5] == other[:5]
    assert one[5:] != other[5:]


def test_a_broken_off_search_goes_on_as_if_it_had_not_been(small: SearchFile, tmp_path: Path) -> None:
    whole = search(small, made_up)
    simulated: list[int] = []

    def through_ledger(file: Path, most: int) -> Callable[[Run], Outcome]:
        ledger = Ledger.open(file)
        theory = Theory(ledger, Workers(Computing()))

        def asked(run: Run) -> Outcome:
            def simulate(**_: object) -> str:
                if len(simulated) >= most:
                    raise KeyboardInterrupt
                simulated.append(run.index)
                told = made_up(run)
                said = {"log10": told.log10, "sd": told.sd, "diffusive": told.diffusive, "failed": told.failed}
                return json.dumps(said)

            answer, known = theory.ask(question_of(small, run), "run", simulate)
            return asking.outcome_of(json.loads(answer.text), answer.core_hours, known)

        return asked

    with pytest.raises(KeyboardInterrupt):
        search(small, through_ledger(tmp_path / "ledger.sqlite", 6))
    resumed = search(small, through_ledger(tmp_path / "ledger.sqlite", 100))
    assert chosen(resumed) == chosen(whole)
    assert simulated == list(range(9))  # each once
    assert [outcome.known for _, outcome in resumed] == [True] * 6 + [False] * 3
    assert [outcome.log10 for _, outcome in resumed] == [outcome.log10 for _, outcome in whole]


def test_runs_at_once_end_in_any_order_and_choices_stay(tmp_path: Path) -> None:
    """Three at once: who is quick and who is slow changes nothing, and no more than three are ever under way."""
    file = read(tmp_path, ("budget: {runs: 9}", "budget: {runs: 9, at_once: 3}"))
    under_way, most, lock = 0, 0, threading.Lock()

    def slowly(delay: Callable[[int], float]) -> Callable[[Run], Outcome]:
        def asked(run: Run) -> Outcome:
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(delay(run.index))
            with lock:
                under_way -= 1
            return made_up(run)

        return asked

    one = search(file, slowly(lambda index: 0.02 * (index % 3)))
    other = search(file, slowly(lambda index: 0.05 * ((index + 1) % 3 == 0)))
    assert chosen(one) == chosen(other)
    assert most == 3


def test_a_choice_knows_of_pending_runs(tmp_path: Path) -> None:
    file = read(tmp_path, ("budget: {runs: 9}", "budget: {runs: 9, at_once: 2}"))
    found = search(file, made_up)
    runs, outcomes = [run for run, _ in found], {run.index: outcome for run, outcome in found}
    told = told_of(file, runs[:7], {i: outcomes[i] for i in range(6)})
    assert len(told.points) + len(told.failed if told.failed is not None else ()) == 6
    assert told.pending is not None
    assert len(told.pending) == 1
    wrong = {**outcomes, 6: Outcome(99.0, 0.01, True, True, "", {}, 0.0)}  # run 6 is pending when run 7 is chosen
    assert next_run(file, runs[:7], wrong).values == runs[7].values


def test_what_fails_is_told_and_avoided(tmp_path: Path) -> None:
    """The smaller an anion the better, but below 1.6 everything fails: the search draws up to that edge and stays."""
    file = read(tmp_path, ("runs: 9", "runs: 20"))

    def torn(run: Run) -> Outcome:
        anion = run.values["anion_diameter"]
        if anion < 1.6:
            return Outcome(None, None, False, False, "a bond was torn", {}, 0.01)
        return made_up(Run(run.index, {**run.values, "anion_diameter": min(2.2, anion)}))

    found = search(file, torn)
    assert any(outcome.failed for _, outcome in found[:8])
    anions = [run.values["anion_diameter"] for run, _ in found]
    assert min(anions[14:]) > 1.45
    assert min(anions[:8]) < 1.45
    best = best_of(found)
    assert best is not None
    assert best[0].values["anion_diameter"] < 1.8


def test_what_does_not_diffuse_counts_little_and_is_never_the_best(small: SearchFile) -> None:
    runs = [Run(i, {"anion_diameter": 1.0 + 0.1 * i, "loading": 0.1, "chain_beads": 5.0}) for i in range(3)]
    caged = Outcome(5.0, 0.01, False, True, "", {}, 0.1)
    free = Outcome(-3.0, 0.05, True, True, "", {}, 0.1)
    failed = Outcome(None, None, False, False, "torn", {}, 0.1)
    found = list(zip(runs, (caged, free, failed), strict=True))
    best = best_of(found)
    assert best is not None
    assert best[0].index == 1
    told = told_of(small, runs, {0: caged, 1: free, 2: failed})
    assert told.variances is not None
    assert np.sqrt(told.variances).ravel() == pytest.approx([SUBDIFFUSIVE_SD, 0.05])
    assert told.failed is not None
    assert len(told.failed) == 1
    assert best_of(found[:1]) is None


def test_the_same_numbers_again_are_another_run(small: SearchFile) -> None:
    run = Run(0, {"anion_diameter": 1.5, "loading": 0.1, "chain_beads": 5.0})
    questions = {question_of(small, Run(index, run.values, repeat)) for index, repeat in ((0, 0), (7, 0), (8, 1))}
    assert len(questions) == 2  # its place in a search is no part of a question, how often it was run before is
    longer = small.model_copy(update={"run": small.run.model_copy(update={"segments": 3})})
    glassy = small.model_copy(update={"run": small.run.model_copy(update={"glass_transition": None})})
    assert question_of(longer, run) != question_of(small, run)
    assert question_of(glassy, run) == question_of(small, run)  # it turns no bead


def test_the_best_is_confirmed_by_runs_of_its_own(small: SearchFile) -> None:
    found = search(small, made_up)
    asked: list[Run] = []

    def again(run: Run) -> Outcome:
        asked.append(run)
        return Outcome(-1.0 - 0.1 * run.repeat, 0.05, True, True, "", {}, 0.01)

    file = small.model_copy(update={"budget": small.budget.model_copy(update={"confirm": 3})})
    outcomes = confirm(file, found, again, lambda run, outcome: None)
    best = best_of(found)
    assert best is not None
    assert [dict(run.values) for run in asked] == [dict(best[0].values)] * 3
    assert [run.repeat for run in asked] == [1, 2, 3]
    told = as_json(file, found, outcomes, {})
    assert told["confirmed"]["mean"] == pytest.approx(-1.2)
    assert told["confirmed"]["se"] == pytest.approx(0.1 / 3**0.5, abs=1e-3)  # scatter, as it exceeds what runs state


def test_a_best_at_the_end_of_a_range_is_told(small: SearchFile) -> None:
    good = Outcome(-1.0, 0.05, True, True, "", {}, 0.01)
    inside, rim = ({"anion_diameter": anion, "loading": 0.1, "chain_beads": 9.0} for anion in (1.5, 1.0))
    assert as_json(small, [(Run(0, inside), good)], [], {})["at_an_end"] == []
    assert as_json(small, [(Run(0, rim), good)], [], {})["at_an_end"] == ["anion_diameter"]
    assert any("anion" in line for line in summary(small, [(Run(0, rim), good)], []))
    assert not any("anion" in line for line in summary(small, [(Run(0, inside), good)], []))


def test_an_engine_that_was_ended_from_outside_is_no_answer(
    small: SearchFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A torn bond would tear again and is kept; a kill says nothing of the polymer, and the run is made again."""
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    run = Run(0, {"anion_diameter": 1.5, "loading": 0.1, "chain_beads": 5.0})
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        theory = Theory(ledger, Workers(Computing()))

        def fails(said: str) -> Callable[..., object]:
            def simulate(*_: object, **__: object) -> object:
                raise EngineFailed(said, 100, tmp_path / "log")

            return simulate

        for said in ("", "Cannot open file x.restart"):
            monkeypatch.setattr("sim.md.reduced.simulate_reduced", fails(said))
            with pytest.raises(EngineFailed):
                ask(theory, small, run)
            assert ledger.theory(question_of(small, run)) is None
        monkeypatch.setattr("sim.md.reduced.simulate_reduced", fails("Bad FENE bond 3"))
        first, second = ask(theory, small, run), ask(theory, small, run)
        assert "a bond was stretched to its limit" in first.failed
        assert not first.known
        assert second.known
        assert second.failed == first.failed
        assert str(tmp_path) not in first.failed


@pytest.mark.parametrize("runs", [1, 4, 9])
def test_a_picture_is_drawn_of_whatever_there_is(small: SearchFile, tmp_path: Path, runs: int) -> None:
    file = small.model_copy(update={"budget": small.budget.model_copy(update={"runs": runs})})
    found = search(file, made_up)
    effects = effects_of(file, found)
    draw_search(file, found, [], effects, tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes()[:4] == b"\x89PNG"
    told = as_json(file, found, [], effects)
    assert json.loads(json.dumps(told))["runs"][0]["log10_S_cm"] != told["runs"][0]["log10_reduced"]
    for name, effect in told["effects"].items():
        span = getattr(file.parameters, name)
        assert effect["values"][0] == span.low
        assert effect["values"][-1] == span.high

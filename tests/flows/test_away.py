"""A station that cannot be reached is waited for; a campaign does not end because a line was down for a while."""

import contextlib
import itertools
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from chemistry.recipe import masses_mg
from devices.fake import sever
from flows.campaign import _leave_to_people
from flows.crew import Crew
from flows.loop import run_loop
from flows.run_through import MOST_OFTEN, run_through
from flows.session import Session, open_session
from flows.suggest import suggest_next
from ledger.errors import LedgerUnavailable
from ledger.journal import Journal
from ledger.kinds import DONE, ExperimentState, StepState
from ledger.store import Ledger
from sim.lab_record import read_record
from tests.flows.small_campaign import write_campaign


def run(folder: Path, *faults: object) -> list[tuple[str, str]]:
    """State and reason of each experiment; what the crash of a line left open is settled at the end."""
    file = write_campaign(folder, experiments=3, batch=1, start=3, planner={"name": "sobol"})
    injected = folder / "faults.yaml"
    injected.write_text(yaml.safe_dump({"faults": list(faults)}))
    with open_session(file, folder / "run", None, hardware=False, faults_file=injected) as session:
        with Crew(session) as crew:
            run_loop(session, crew, lambda experiment: None)
        _leave_to_people(session)
        open_steps = session.journal.open_steps(campaign_id=session.campaign_id)
        assert [step for step in open_steps if step.state == StepState.INTENDED] == []
        return [(e.state, e.why) for e in session.ledger.experiments(session.campaign_id)]


def test_a_line_that_is_down_for_hours_costs_time_and_no_film(tmp_path: Path) -> None:
    down = {"kind": "lost_connection", "station": "synthesis", "from": "1 min", "until": "3 h"}
    states = [state for state, _ in run(tmp_path, down)]
    assert ExperimentState.CANCELLED not in states[1:], "at most the film that was being dosed"


def test_a_station_that_is_away_when_a_campaign_is_gone_on_with_is_waited_for(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=2, batch=1, start=2, planner={"name": "sobol"})
    with open_session(file, tmp_path / "run", None, hardware=False) as session, Crew(session) as crew:
        experiment = suggest_next(session)
        assert experiment is not None
        session.ledger.move(experiment.id, ExperimentState.MAKING)
        away = session.lab.stations["measuring-1"].instrument("thermal_stage")
        sever(away, True)
        began = session.lab.clock.now()
        session.lab.clock.call_at(began + 3600.0, lambda: sever(away, False))
        assert [e.number for e in crew.reconcile()] == [1]
        assert session.lab.clock.now() >= began + 3600.0


def test_a_station_that_stays_away_is_given_up(tmp_path: Path) -> None:
    gone = {"kind": "lost_connection", "station": "synthesis", "from": "1 min", "until": "900 h"}
    ends = run(tmp_path, gone)
    assert [state for state, _ in ends] == [ExperimentState.CANCELLED] * 3
    assert "no connection" in ends[-1][1]


def test_what_broke_off_at_go_is_settled_by_evidence_before_the_end(tmp_path: Path) -> None:
    broken = {"kind": "lost_connection", "instrument": "dispenser", "order": 2, "at": "go", "lasts": "5 min"}
    states = [state for state, _ in run(tmp_path, broken)]
    assert states.count(ExperimentState.CANCELLED) <= 1


def test_what_came_after_its_deadline_stands_in_the_journal_as_the_bench_has_it(tmp_path: Path) -> None:
    late = {"kind": "timeout", "instrument": "dispenser", "order": [2, 4]}
    run(tmp_path, late)
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as ledger:
        steps = {
            step.order_id: step
            for e in ledger.experiments(1)
            for s in ledger.samples(e.id)
            for step in Journal(ledger).steps(s.id)
        }
    acts = {act.order_id: act for act in read_record(tmp_path / "run" / "lab" / "lab.sqlite")}
    assert [step.state for step in steps.values()].count(StepState.DONE_BY_EVIDENCE) == 2
    for order, step in steps.items():
        assert (step.state in DONE) == (acts[order].outcome == "done"), step.words


def test_a_ledger_that_breaks_off_in_a_transaction_costs_no_film_and_no_step_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_campaign(tmp_path, experiments=2, batch=2, start=2, planner={"name": "sobol"})
    confirm, breaks = Journal.confirm, [3, 7]
    calls = itertools.count(1)

    def breaking(journal: Journal, order_id: str, as_made: dict[str, Any]) -> None:
        if next(calls) in breaks:
            raise LedgerUnavailable("the database broke off")
        confirm(journal, order_id, as_made)

    monkeypatch.setattr(Journal, "confirm", breaking)
    sessions: list[int] = []

    def work(session: Session) -> list[str]:
        sessions.append(session.campaign_id)
        with Crew(session) as crew:
            run_loop(session, crew, lambda experiment: None)
        return [e.state for e in session.ledger.experiments(session.campaign_id)]

    states = run_through(lambda: open_session(file, tmp_path / "run", None, hardware=False), work)
    assert states == [ExperimentState.OBSERVED] * 2
    assert sessions == [1, 1, 1]
    done = [act for act in read_record(tmp_path / "run" / "lab" / "lab.sqlite") if act.command in ("Dose", "MakeStep")]
    assert len({(act.sample, act.command, str(act.parameters)) for act in done}) == len(done)


def test_a_ledger_that_breaks_off_again_and_again_is_left_to_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.run_through.LOOK_AGAIN_S", 0.0)
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        raise LedgerUnavailable("it broke off")

    with pytest.raises(LedgerUnavailable):
        run_through(lambda: contextlib.nullcontext(cast(Session, object())), work)
    assert len(tries) == MOST_OFTEN + 1


def test_a_container_that_ran_empty_is_empty_in_the_ledger_and_nothing_more_is_asked_of_it(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=4, batch=1, start=4, planner={"name": "sobol"})
    empty = tmp_path / "faults.yaml"
    empty.write_text(yaml.safe_dump({"faults": [{"kind": "empty_stock", "instrument": "dispenser", "order": 2}]}))
    with open_session(file, tmp_path / "run", None, hardware=False, faults_file=empty) as session:
        with Crew(session) as crew:
            run_loop(session, crew, lambda experiment: None)
        (found,) = [level for level in session.stock.levels().values() if level.found_empty]
        assert found.left_mg == 0.0
        assert "ran empty after" in found.found_empty
        first, *later = session.ledger.experiments(session.campaign_id)
        assert first.state == ExperimentState.CANCELLED
        assert len(later) == 3
        assert all(found.component not in masses_mg(e.formulation, 1.0) for e in later)
        assert all(e.state != ExperimentState.CANCELLED for e in later), [e.why for e in later]
        session.stock.fill(found.component, found.label, 5000.0, by="Ada")
        assert not [level for level in session.stock.levels().values() if level.found_empty]

"""A station that cannot be reached is waited for; a campaign does not end because a line was down for a while."""

from pathlib import Path

import yaml

from flows.campaign import _leave_to_people
from flows.crew import Crew
from flows.loop import run_loop
from flows.session import open_session
from ledger.kinds import ExperimentState, StepState
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


def test_a_station_that_stays_away_is_given_up(tmp_path: Path) -> None:
    gone = {"kind": "lost_connection", "station": "synthesis", "from": "1 min", "until": "900 h"}
    ends = run(tmp_path, gone)
    assert [state for state, _ in ends] == [ExperimentState.CANCELLED] * 3
    assert "no connection" in ends[-1][1]


def test_what_broke_off_at_go_is_settled_by_evidence_before_the_end(tmp_path: Path) -> None:
    broken = {"kind": "lost_connection", "instrument": "dispenser", "order": 2, "at": "go", "lasts": "5 min"}
    states = [state for state, _ in run(tmp_path, broken)]
    assert states.count(ExperimentState.CANCELLED) <= 1

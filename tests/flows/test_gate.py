"""The quality gate in the loop: measured again, pressed again, made again, given up; each with its reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from flows.crew import Crew
from flows.gate import what_to_measure
from flows.loop import run_loop
from flows.session import open_session
from ledger.film import Film
from ledger.kinds import ExperimentState, GateDecision
from ledger.tables import ExperimentRow, FilmDecisionRow
from sim.lab_record import PhysicalAct, read_record
from tests.flows.small_campaign import write_campaign


class Outcome(NamedTuple):
    """What became of the first film of a campaign."""

    experiment: ExperimentRow
    decisions: list[FilmDecisionRow]
    steps: list[str]
    """Physical steps in the journal, of all its samples."""
    acts: list[PhysicalAct]
    films: list[Film]

    @property
    def decided(self) -> list[str]:
        return [row.decision for row in self.decisions]


Campaign = Callable[..., Outcome]


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    """Runs one film in a lab of faultless films, but for the faults that are injected."""

    def running(*faults: dict[str, Any]) -> Outcome:
        file = write_campaign(tmp_path, experiments=1, batch=1, start=1, planner={"name": "sobol"})
        lab = tmp_path / "simulated_lab.yaml"
        content = yaml.safe_load(lab.read_text())
        content["simulated"]["preset"] = "clean"
        lab.write_text(yaml.safe_dump(content))
        injected = tmp_path / "faults.yaml"
        injected.write_text(yaml.safe_dump({"seed": 1, "faults": list(faults)}))
        more = {"faults_file": injected} if faults else {}
        with open_session(file, tmp_path / "run", None, hardware=False, **more) as session:
            with Crew(session) as crew:
                run_loop(session, crew, lambda experiment: None)
            ledger = session.ledger
            experiment = ledger.experiments(session.campaign_id)[0]
            steps = [row.step for sample in ledger.samples(experiment.id) for row in session.journal.steps(sample.id)]
            acts = read_record(tmp_path / "run" / "lab" / "lab.sqlite")
            return Outcome(experiment, ledger.film_decisions(experiment.id), steps, acts, ledger.films())

    return running


def test_a_good_film_is_accepted_and_that_is_recorded(campaign: Campaign) -> None:
    seen = campaign()
    assert seen.experiment.state == ExperimentState.OBSERVED
    assert seen.decided == [GateDecision.ACCEPT]
    assert "can be read" in seen.decisions[0].reason


def test_a_bad_contact_is_pressed_again_and_then_good(campaign: Campaign) -> None:
    seen = campaign({"kind": "bad_contact", "order": 1, "share": 0.1, "station": "measuring-1"})
    assert seen.decided == [GateDecision.PRESS_AGAIN, GateDecision.ACCEPT]
    assert seen.experiment.state == ExperimentState.OBSERVED
    assert seen.steps[-1] == "press, time 2"
    assert [act.parameters.get("process") for act in seen.acts].count("press") == 2
    assert len(seen.films) == 1


def test_a_drifting_sweep_is_taken_again_over_a_longer_window(campaign: Campaign) -> None:
    seen = campaign({"kind": "drift", "share": 1.0, "station": "measuring-1", "order": [1, 2, 3]})
    assert seen.decided == [GateDecision.MEASURE_AGAIN, GateDecision.ACCEPT]
    lowest = [act.parameters["low_Hz"] for act in seen.acts if act.command == "Sweep"]
    assert lowest[:3] == [1.0] * 3
    assert set(lowest[3:]) == {0.1}
    assert len(lowest[3:]) >= len(seen.decisions[0].evidence["temperatures_C"])
    assert seen.experiment.state == ExperimentState.OBSERVED


def test_a_film_that_stays_bad_is_made_again_once_and_then_given_up(campaign: Campaign) -> None:
    seen = campaign({"kind": "bad_contact", "probability": 1.0, "share": 0.05})
    assert seen.decided == [
        GateDecision.PRESS_AGAIN,
        GateDecision.MAKE_AGAIN,
        GateDecision.PRESS_AGAIN,
        GateDecision.DISCARD,
    ]
    assert seen.experiment.state == ExperimentState.DISCARDED
    assert "after 2 films" in seen.experiment.why
    assert seen.decisions[-1].sample_id != seen.decisions[0].sample_id
    assert seen.films == []
    assert seen.steps.count("press, time 2") == 2


def test_what_could_not_be_read_of_one_measurement_is_all_that_is_taken_again(tmp_path: Path) -> None:
    objectives = [
        {"property": "log10_conductivity", "temperature": "60 °C", "goal": "maximise", "reference": -9},
        {"property": "transference_number", "temperature": "60 °C", "goal": "maximise", "reference": 0},
    ]
    file = write_campaign(tmp_path, objectives=objectives, experiments=1, batch=1, start=1, planner={"name": "sobol"})
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        evidence = {"temperatures_C": [], "twice_at_C": [], "low_Hz": 0.1, "missing": ["transference_number"]}
        again = FilmDecisionRow(
            experiment_id=1, sample_id="s", decision=GateDecision.MEASURE_AGAIN, reason="", evidence=evidence, event=1
        )
        wanted = what_to_measure(session.spec, [again])
        assert wanted.spectra_at_C == ()
        assert wanted.polarise_at_C == (60.0,)
        assert wanted.polarise.hours > what_to_measure(session.spec, []).polarise.hours

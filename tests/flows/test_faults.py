"""Fault files on the command line, and the faults of the ledger in a campaign."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from chemistry.errors import BadInput
from chemistry.value_file import read_yaml_value
from devices.lab_file import LabFile
from flows.cli.main import app
from flows.crew import Crew
from flows.lab_files import read_faults_for
from flows.loop import how_it_ended, run_loop
from flows.session import open_session
from flows.weather import RECORD_NAME, LedgerWeather, read_outages
from ledger.errors import LedgerUnavailable
from ledger.kinds import CampaignState
from sim.faults.fault_file import KINDS, FaultFile, read_faults
from sim.faults.injector import strikes_of
from sim.lab_record import read_record, read_things
from tests.flows.small_campaign import EXAMPLES, Place, write_campaign

SIMULATED, EPICS = EXAMPLES / "simulated_lab.yaml", EXAMPLES / "epics_lab.yaml"


def written(folder: Path, *faults: Any, seed: int = 1) -> Path:
    file = folder / "faults.yaml"
    file.write_text(yaml.safe_dump({"seed": seed, "faults": list(faults)}))
    return file


def lab_of(file: Path, **more: Any) -> LabFile:
    return read_yaml_value(LabFile, file).model_copy(update=more)


def test_the_example_has_every_kind_and_fits_the_example_labs():
    for lab in (SIMULATED, EPICS):
        faults = read_faults(EXAMPLES / "faults.yaml", lab_of(lab))
        assert {fault.name for fault in faults.faults} == set(KINDS)


MISTAKES = [
    ("hnag", "Line 2: `faults.0`.*'hnag'"),
    ({"kind": "drift", "probability": 1.5}, "at most 1 .got 1.5"),
    ({"kind": "drift", "shar": 1}, "unknown key `faults.0.shar`"),
    ({"kind": "full_disk", "order": 3}, "the ledger has no orders"),
    ({"kind": "hang", "from": "3 h", "until": "2 h"}, "ends at 7200 s, before it begins"),
    ({"kind": "hang", "from": "3 K"}, "cannot be turned into s"),
    ({"kind": "hang", "station": "cellar"}, "no station 'cellar'.*It has synthesis"),
    ({"kind": "hang", "station": "synthesis", "instrument": "thermal_stage"}, "station 'synthesis' has no instrument"),
]


@pytest.mark.parametrize(("mistake", "words"), MISTAKES, ids=lambda it: str(it)[:30])
def test_a_mistake_is_refused_with_its_line_value_and_remedy(tmp_path: Path, mistake: Any, words: str):
    with pytest.raises(BadInput, match=words):
        read_faults(written(tmp_path, mistake), lab_of(SIMULATED))


def test_no_faults_at_all_are_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="leave --faults out"):
        read_faults(written(tmp_path), lab_of(SIMULATED))


def test_faults_are_refused_for_real_instruments_and_sent_to_the_process_that_simulates(tmp_path: Path):
    hang, disk = written(tmp_path, "hang"), tmp_path / "disk.yaml"
    disk.write_text("faults: [full_disk]")
    assert read_faults_for(None, lab_of(EPICS)) is None
    with pytest.raises(BadInput, match=r"`ionloop lab serve LAB\.yaml --faults"):
        read_faults_for(hang, lab_of(EPICS))
    faults = read_faults_for(disk, lab_of(EPICS))
    assert faults is not None
    with pytest.raises(BadInput, match="real instruments, and faults are injected into a simulated lab only"):
        read_faults_for(disk, lab_of(EPICS, simulated=None))


def test_the_command_refuses_a_bad_fault_file_before_anything_is_written(tmp_path: Path):
    file = write_campaign(tmp_path, experiments=2, batch=1, start=1)
    words = ["run", str(file), "--folder", str(tmp_path / "run"), "--faults", str(written(tmp_path, "hnag"))]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, BadInput)
    assert not (tmp_path / "run").exists()


def test_the_schema_of_fault_files_is_printed():
    printed = json.loads(CliRunner().invoke(app, ["schema", "faults"]).stdout)
    assert {"seed", "faults"} <= set(printed["properties"])


class Days:
    """Lab time and wall time, set by hand."""

    lab_s = wall_s = 0.0


def weather(folder: Path, days: Days, *faults: Any) -> LedgerWeather:
    file = FaultFile.model_validate({"seed": 1, "faults": faults})
    return LedgerWeather(file, folder, lambda: days.lab_s, lambda: days.wall_s)


def test_the_ledger_is_away_from_a_lab_time_on_for_some_wall_time_and_once(tmp_path: Path):
    days = Days()
    sky = weather(tmp_path, days, {"kind": "database_gone", "from": "3 h", "lasts": 60})
    sky()
    days.lab_s, days.wall_s = 3 * 3600.0, 10.0
    with pytest.raises(LedgerUnavailable, match="does not answer"):
        sky()
    days.wall_s = 69.0
    with pytest.raises(LedgerUnavailable):
        sky()
    days.wall_s, days.lab_s = 70.0, 9 * 3600.0
    sky()
    weather(tmp_path, days, {"kind": "database_gone", "from": "3 h", "lasts": 60})()
    assert [(o.kind, o.lab_time_s) for o in read_outages(tmp_path / RECORD_NAME)] == [("database_gone", 3 * 3600.0)]


def test_outages_by_chance_come_at_the_same_lab_hours_however_often_one_asks(tmp_path: Path):
    hours: list[list[int]] = []
    for step_s in (300.0, 3600.0):
        days, folder = Days(), tmp_path / str(step_s)
        folder.mkdir()
        sky = weather(folder, days, {"kind": "full_disk", "probability": 0.3, "lasts": 1})
        while days.lab_s < 100 * 3600:
            days.lab_s += step_s
            days.wall_s += 2
            try:
                sky()
            except LedgerUnavailable:
                continue
        hours.append([outage.hour for outage in read_outages(folder / RECORD_NAME)])
    assert hours[0][:-1] == hours[1][: len(hours[0]) - 1]
    assert 15 < len(hours[0]) < 45


def rehearse(place: Place, faults: Path) -> tuple[CampaignState, int]:
    """A campaign in this process and without Prefect; how it ended, and how many results it has."""
    with open_session(place.file, place.run, None, hardware=False, faults_file=faults) as session:
        with Crew(session) as crew:
            run_loop(session, crew, lambda experiment: None)
        session.ledger.set_campaign_state(session.campaign_id, CampaignState.FINISHED)
        return how_it_ended(session)[0], len(session.ledger.films(session.campaign_id))


def test_a_campaign_waits_for_its_ledger_and_is_the_same_again(tmp_path: Path):
    stories = []
    for name in ("one", "two"):
        place = Place(tmp_path / name, tmp_path)
        write_campaign(place.folder, experiments=3, batch=2, start=3, planner={"name": "sobol"})
        faults = written(
            place.folder,
            {"kind": "full_disk", "from": "1 h", "lasts": 0.6},
            {"kind": "database_gone", "from": "20 h", "lasts": 0.6},
            {"kind": "hang", "instrument": "sample_changer", "order": 1, "station": "measuring-1"},
            {"kind": "drift", "probability": 0.5},
        )
        ended, results = rehearse(place, faults)
        assert ended is CampaignState.FINISHED
        assert results <= 2
        assert [o.kind for o in read_outages(place.run / RECORD_NAME)] == ["full_disk", "database_gone"]
        told = [s.model_dump(exclude={"order_id"}) for s in strikes_of(read_things(place.lab))]
        acts = [act.model_dump(exclude={"order_id", "token"}) for act in read_record(place.lab)]
        stories.append((told, acts, results))
    assert stories[0] == stories[1]
    assert "hang" in [strike["kind"] for strike in stories[0][0]]

"""`ionloop doctor`: every instrument looked at, all problems told together, and nothing moved."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from chemistry.value_file import read_yaml_value
from devices.clock import RealClock
from devices.fake import fake_instrument
from devices.impedance_meter import ImpedanceMeter
from devices.lab_file import LabFile
from devices.thermal_stage import ThermalStage
from flows.doctor import _finding
from flows.lab_files import open_lab
from tests.flows.command import Command
from tests.flows.small_campaign import EXAMPLES
from tests.served import ServedLab

INSTRUMENTS = sum(map(len, yaml.safe_load((EXAMPLES / "epics_lab.yaml").read_text())["stations"].values()))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    lab = ServedLab(tmp_path_factory.mktemp("doctor"))
    lab.start()
    yield lab
    lab.stop()


def test_a_simulated_lab_is_well(ionloop: Command) -> None:
    said = ionloop("doctor", EXAMPLES / "simulated_lab.yaml")
    assert said.status == 0
    assert "Nothing was moved" in said.out


def test_a_served_lab_is_looked_at_and_nothing_is_moved(ionloop: Command, served: ServedLab) -> None:
    said = ionloop("doctor", served.file, "--json")
    found = json.loads(said.out)
    assert said.status == 0
    assert len(found["instruments"]) == INSTRUMENTS
    assert found["problems"] == found["warnings"] == []
    stages = [i for i in found["instruments"] if i["kind"] == "ThermalStage"]
    assert all(stage["dead_man_s"] > 0 and "temperature_C" in stage["value"] for stage in stages)
    assert served.acts() == []
    assert {i["token"] for i in found["instruments"]} == {0}


def opened(file: Path, **changed: object) -> bool:
    """Whether a lab file's lab says itself that it is simulated."""
    lab_file = read_yaml_value(LabFile, file).model_copy(update=changed)
    with contextlib.closing(open_lab(lab_file, file.parent)) as lab:
        return lab.simulated


def test_only_the_lab_itself_says_that_it_is_simulated(served: ServedLab) -> None:
    assert opened(served.file)
    assert opened(served.file, simulated=None), "whatever the file says"
    assert not opened(served.file, clock=""), "what is left over in a file proves nothing"
    assert not opened(served.file, name="the real bench"), "another simulated lab answers there"


def test_a_file_that_says_simulated_of_real_instruments_is_pointed_at(
    ionloop: Command, served: ServedLab, tmp_path: Path
) -> None:
    content = yaml.safe_load(served.file.read_text())
    assert content.pop("clock")
    assert content["simulated"]
    file = tmp_path / "lab.yaml"
    file.write_text(yaml.safe_dump(content))
    said = json.loads(ionloop("doctor", file, "--json").out)
    assert said["real"]
    assert any("counts as real" in warning for warning in said["warnings"])


def test_problems_are_told_together(
    ionloop: Command, served: ServedLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that nobody publishes, and two instruments that nobody serves, beside twelve that answer."""
    monkeypatch.setattr("devices.lab_clock.CONNECT_WITHIN_S", 0.5)
    content = yaml.safe_load(served.file.read_text())
    content["clock"] = "NOBODY:CLOCK:"
    content["stations"]["synthesis"]["dispenser"]["prefix"] = "NOBODY:DISP:"
    content["stations"]["measuring-1"]["impedance_meter"]["prefix"] = "NOBODY:EIS:"
    file = tmp_path / "lab.yaml"
    file.write_text(yaml.safe_dump(content))
    said = ionloop("doctor", file, "--patience", "1", "--json")
    assert said.status == 1
    problems = json.loads(said.out)["problems"]
    assert len(problems) == 3
    for name in ("NOBODY:CLOCK:", "NOBODY:DISP:", "NOBODY:EIS:"):
        assert [name in problem for problem in problems].count(True) == 1


def test_a_heater_that_nothing_turns_off_is_said_so() -> None:
    clock = RealClock()

    def warnings(kind: type, *, simulated: bool = False) -> list[str]:
        device = fake_instrument(kind, "X:", name="it", clock=clock)
        device.accepted.sim_put("none yet")
        return _finding("station.it", device, time.monotonic(), simulated=simulated).warnings

    (beware,) = warnings(ThermalStage)
    assert "heater" in beware
    assert "dead-man" in beware
    assert warnings(ImpedanceMeter) == [], "a meter leaves nothing on"
    assert warnings(ThermalStage, simulated=True) == [], "it ends with its controller"
    clock.close()

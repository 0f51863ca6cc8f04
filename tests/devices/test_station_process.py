"""The whole chain: a lab file, the process of its station, real process variables, the device classes of any lab."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from bluesky.preprocessors import finalize_wrapper
from bluesky.utils import Msg

from chemistry.value_file import read_yaml_value
from devices.epics import epics_lab
from devices.errors import InstrumentError, PlanAborted
from devices.evidence import evidence
from devices.finding import Finding
from devices.lab import Lab, Station
from devices.lab_file import LabFile
from devices.perform import perform
from devices.protocols import HeaterOff, Order, SetTemperature, Sweep
from tests.channel_access import ACCESS
from tests.devices.dialogue_over_tcp import DialogueOverTcp
from tests.devices.simulated_dialogue import SimulatedDialogue
from tests.served import ROOT, until

DEAD_MAN_S = 2.0
COLDER, WARMER = SetTemperature(step="a", temperature_C=60.0), SetTemperature(step="b", temperature_C=80.0)
METER = "devices.drivers.keysight_e4980a.KeysightE4980A"
METER_CLASS = "devices.impedance_meter.ImpedanceMeter"


class StationProcess:
    """`ionloop lab station` of a chamber on TCP, a meter that pyvisa-sim speaks, and one that is away."""

    def __init__(self, folder: Path, chamber: DialogueOverTcp) -> None:
        meter = SimulatedDialogue(folder, "e4980a")
        stage = {"class": "devices.drivers.watlow_f4t.WatlowF4T", "resource": chamber.resource, "timeout_s": 1.0}
        stage |= {"coldest_C": -20.0, "hottest_C": 150.0, "dwell_s": 0.1, "look_s": 0.02}
        drivers = {
            "thermal_stage": ("devices.thermal_stage.ThermalStage", stage),
            "impedance_meter": (METER_CLASS, {"class": METER, **meter.settings("meter")}),
            "spare_meter": (METER_CLASS, {"class": METER, **meter.settings("nowhere")}),
        }
        entries = {
            role: {"class": kind, "prefix": f"BARE:{role}:", "driver": driver}
            for role, (kind, driver) in drivers.items()
        }
        content = {"name": "bare", "factory": "devices.epics.epics_lab", "dead_man_s": DEAD_MAN_S}
        content |= {"channel_access": ACCESS.model_dump(mode="json"), "stations": {"measuring": entries}}
        self.folder, self.file = folder, folder / "bare.yaml"
        self.file.write_text(yaml.safe_dump(content))
        self.said: list[str] = []

    @property
    def lab_file(self) -> LabFile:
        return read_yaml_value(LabFile, self.file)

    def command(self) -> subprocess.Popen[str]:
        words = ("lab", "station", str(self.file), "measuring", "--folder", str(self.folder / "memory"))
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli.main", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start(self) -> None:
        """Returns when it has said of each instrument what it is."""
        self._process = self.command()
        assert self._process.stdout is not None
        self.said = []
        while len([line for line in self.said if " is " in line or "does not answer" in line]) < 3:
            self.said.append(self._process.stdout.readline())
            assert self.said[-1], "".join(self.said)

    @property
    def number(self) -> int:
        return self._process.pid

    def end(self, number: signal.Signals) -> str:
        self._process.send_signal(number)
        return self._process.communicate(timeout=30)[0]


@pytest.fixture(scope="module")
def chamber() -> Iterator[DialogueOverTcp]:
    with DialogueOverTcp("f4t", "TCPIP0::chamber::5025::SOCKET") as chamber:
        yield chamber


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, chamber: DialogueOverTcp) -> Iterator[StationProcess]:
    process = StationProcess(tmp_path_factory.mktemp("station"), chamber)
    process.start()
    yield process
    process.end(signal.SIGINT)
    assert chamber.ask(":OUTPUT1:STATE?") == "OFF", "a station that is stopped leaves nothing hot"


@pytest.fixture(scope="module")
def lab(process: StationProcess) -> Iterator[Lab]:
    """One controller for the whole module: to destroy PVs with events on their way can crash pyepics."""
    lab = epics_lab(process.lab_file, process.folder)
    yield lab
    lab.close()


@pytest.fixture
def station(lab: Lab) -> Station:
    return lab.stations["measuring"]


@pytest.fixture
def token() -> int:
    return next(_TOKENS)


_TOKENS = iter(range(10, 10_000, 10))


def test_each_instrument_says_what_it_is_or_that_it_does_not_answer(process: StationProcess):
    said = "".join(process.said)
    assert 'thermal_stage is "Watlow Electric"' in said
    assert "impedance_meter is Keysight Technologies,E4980A" in said
    assert "spare_meter does not answer: nobody answers at TCPIP0::nowhere" in said


def test_plans_reach_bare_instruments_as_any_other(station: Station, chamber: DialogueOverTcp, token: int):
    stage, meter = station.instrument("thermal_stage"), station.instrument("impedance_meter")

    def plan() -> Any:
        chamber.tell("SIMULATE:PVALUE 60.1")
        reached = yield from perform(stage, COLDER)
        measured = yield from perform(meter, Sweep(high_Hz=1e5, low_Hz=100.0, points_per_decade=2))
        off = yield from perform(stage, HeaterOff())
        return reached, measured, off

    before = stage.state().count
    reached, measured, off = station.run(plan(), sample="film", token=token)
    assert reached["temperature_C"] == pytest.approx(60.1)
    assert off["temperature_C"] == pytest.approx(60.1)
    assert measured["frequency_Hz"][0] > measured["frequency_Hz"][-1]
    assert len(measured["frequency_Hz"]) == len(measured["real_ohm"]) == 7
    assert set(measured["imaginary_ohm"]) == {-340.0}
    assert ":OUTPUT1:STATE ON" in chamber.heard
    assert chamber.ask(":OUTPUT1:STATE?") == "OFF"
    assert stage.state().count == before + 2
    assert (stage.state().dead_man_s, meter.state().dead_man_s) == (DEAD_MAN_S, 0.0)


def test_what_the_driver_refuses_is_told_to_the_plan(station: Station, token: int):
    meter, spare = station.instrument("impedance_meter"), station.instrument("spare_meter")
    with pytest.raises(InstrumentError, match="it measures from 20 to 2e"):
        station.run(perform(meter, Sweep(low_Hz=0.1)), token=token)
    with pytest.raises(InstrumentError, match="nobody answers at TCPIP0::nowhere"):
        station.run(perform(spare, Sweep(low_Hz=100.0)), token=token)


def test_a_former_owner_is_refused(station: Station, token: int):
    stage = station.instrument("thermal_stage")
    stage.fence(token + 1)
    status = stage.set(Order(id="former", token=token, sample="", command=COLDER))
    with pytest.raises(InstrumentError, match=f"token {token} is stale"):
        status.wait(5)
    assert stage.state().fenced == token + 1


def test_a_plan_that_is_aborted_leaves_the_chamber_off(station: Station, chamber: DialogueOverTcp, token: int):
    stage = station.instrument("thermal_stage")

    def tidy() -> Any:
        yield Msg("stop", stage)
        yield from perform(stage, HeaterOff())

    chamber.tell("SIMULATE:PVALUE 25.0")
    before = stage.state().count
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(station.run, finalize_wrapper(perform(stage, WARMER), tidy()), token=token)
        until(lambda: chamber.ask(":OUTPUT1:STATE?") == "ON", 5)
        station.abort("test")
        with pytest.raises(PlanAborted, match=r"aborted at station measuring: test$"):
            running.result(20)
    assert chamber.ask(":OUTPUT1:STATE?") == "OFF"
    assert stage.state().count == before + 1, "the order of the clean-up was taken, though it came at once"


def test_heaters_go_off_when_the_controller_falls_silent(station: Station, chamber: DialogueOverTcp, token: int):
    stage = station.instrument("thermal_stage")
    stage.fence(token)  # as a plan begins; but no heartbeat follows, since no plan runs
    chamber.tell("SIMULATE:PVALUE 25.0")
    status = stage.set(Order(id="silent", token=token, sample="", command=WARMER))
    until(lambda: chamber.ask(":OUTPUT1:STATE?") == "ON", 5)
    with pytest.raises(InstrumentError, match="gave no sign of life"):
        status.wait(5 * DEAD_MAN_S)
    until(lambda: chamber.ask(":OUTPUT1:STATE?") == "OFF", 5)


def test_one_process_runs_a_station(process: StationProcess):
    second = process.command()
    said = second.communicate(timeout=60)[0]
    assert second.returncode == 1
    assert f"served already, by process {process.number} on" in said
    assert "lab station" in said


def test_killed_in_the_middle_of_an_order_nobody_can_tell_and_it_is_not_repeated(
    station: Station, process: StationProcess, chamber: DialogueOverTcp, token: int
):
    stage = station.instrument("thermal_stage")
    chamber.tell("SIMULATE:PVALUE 25.0")
    stage.fence(token)
    before = stage.memory("heat")
    status = stage.set(Order(id="cut", token=token, sample="", command=WARMER))
    until(lambda: stage.state().accepted == "cut", 5)
    assert evidence(stage, "cut", before=before).finding is Finding.RUNNING
    until(lambda: chamber.ask(":OUTPUT1:STATE?") == "ON", 5)
    process.end(signal.SIGKILL)
    chamber.heard.clear()
    process.start()
    with pytest.raises(InstrumentError, match="was restarted, and nobody can tell how it ended"):
        status.wait(30)  # a plan that waited for it does not wait for its deadline
    assert stage.state().fenced == token
    assert evidence(stage, "cut", before=before).finding is Finding.UNKNOWN
    stage.wait_for_connection(timeout=30)
    stage.set(Order(id="cut", token=token, sample="", command=WARMER))
    until(lambda: "nobody can tell" in stage.state().error, 5)
    time.sleep(0.2)
    assert [said for said in chamber.heard if "SPOINT 80" in said] == []
    assert evidence(stage, "cut", before=before).finding is Finding.UNKNOWN
    # Its owner has not been heard of since the kill: the dead-man still minds it.
    until(lambda: chamber.ask(":OUTPUT1:STATE?") == "OFF", 5 * DEAD_MAN_S)
    assert stage.state().count == before["count"]

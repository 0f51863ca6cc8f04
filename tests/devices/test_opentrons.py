"""A liquid handler doses once, says honestly what became of an order, and refuses what it cannot do."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chemistry.errors import BadInput
from devices.dispenser import Dispenser
from devices.drivers.opentrons import OpentronsDispenser
from devices.drivers.opentrons_dose import portions
from devices.drivers.opentrons_settings import OpentronsSettings, Pipette, Solution
from devices.drivers.protocols import Driver, Recalls, Task
from devices.errors import InstrumentError
from tests.devices.opentrons_contract import Broken, ContractServer, Fault, until

MASS_mg = 100.0
"""500 µL of the salt's solution: two transfers of 250 µL."""


@pytest.fixture(scope="module")
def only_server() -> Iterator[ContractServer]:
    server = ContractServer()
    yield server
    server.close()


@pytest.fixture
def server(only_server: ContractServer) -> ContractServer:
    only_server.renew()
    return only_server


@pytest.fixture
def given_settings(server: ContractServer, tmp_path: Path) -> dict[str, Any]:
    salt = {"slot": "3", "well": "A1", "filling": "first", "concentration_mg_uL": 0.2, "concentration_sd_mg_uL": 0.002}
    return {
        "address": server.address,
        "memory": str(tmp_path / "notes" / "robot.json"),
        "pipette": {
            "name": "p300_single_gen2",
            "mount": "left",
            "minimum_uL": 20,
            "maximum_uL": 300,
            "systematic_error": 0.025,
            "aspirate_uL_s": 46,
            "dispense_uL_s": 46,
            "blow_out_uL_s": 46,
        },
        "labware": {
            "1": {"load_name": "opentrons_96_tiprack_300ul"},
            "2": {"load_name": "vials_15", "namespace": "custom_beta"},
            "3": {"load_name": "opentrons_6_tuberack_falcon_50ml_conical"},
        },
        "tips": {"slot": "1", "rack": "first"},
        "vials": {"slot": "2", "rack": "first", "wells": ["A1", "A2", "A3"]},
        "solutions": {
            "LiTFSI": {**salt, "volume_uL": 2000, "unreachable_uL": 300},
            "PEO": {**salt, "well": "A2", "concentration_mg_uL": 0.05, "volume_uL": 40000},
        },
        "poll_s": 0.005,
        "request_limit_s": 5.0,
        "silence_limit_s": 0.3,
        "stop_limit_s": 0.5,
    }


@pytest.fixture
def driver(given_settings: dict[str, Any]) -> OpentronsDispenser:
    return restarted(given_settings)


def restarted(content: dict[str, Any]) -> OpentronsDispenser:
    """A driver in a new process: all that it knows is on the disk."""
    return OpentronsDispenser(OpentronsSettings.model_validate(content))


def dose(order_id: str = "order-1", sample: str = "c1-e001a", component: str = "LiTFSI", mg: float = MASS_mg) -> Task:
    return Task(order_id, sample, "Dose", {"component": component, "mass_mg": mg})


def never() -> bool:
    return False


def fallen_mg(server: ContractServer) -> float:
    return sum(fell.volume_uL for fell in server.robot.fell) * 0.2


class Gate:
    """Holds the robot before one of its commands."""

    def __init__(self, server: ContractServer, kind: str, number: int = 1) -> None:
        self.reached, self._open = threading.Event(), threading.Event()
        self._kind, self._left = kind, number
        server.robot.before = self._hold

    def _hold(self, command: dict[str, Any]) -> None:
        if command["commandType"] == self._kind:
            self._left -= 1
            if self._left == 0:
                self.reached.set()
                self._open.wait(10)

    def open(self) -> None:
        self._open.set()


class Performing:
    """An order in a thread of its own."""

    def __init__(self, driver: OpentronsDispenser, task: Task) -> None:
        self.off = threading.Event()
        self.values: Any = None
        self.error: InstrumentError | None = None
        self._thread = threading.Thread(target=self._run, args=(driver, task), daemon=True)
        self._thread.start()

    def _run(self, driver: OpentronsDispenser, task: Task) -> None:
        try:
            self.values = driver.perform(task, self.off.is_set)
        except InstrumentError as error:
            self.error = error

    def end(self) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_it_is_a_driver_that_recalls(driver: OpentronsDispenser) -> None:
    as_driver: Driver = driver
    assert isinstance(as_driver, Recalls)
    assert not driver.minds_its_owner


def test_connecting_says_who_it_is_and_moves_nothing(driver: OpentronsDispenser, server: ContractServer) -> None:
    assert "OT-2 Standard 'cell'" in driver.connect()
    assert server.robot.runs == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"robot_name": "other"}, "the lab file names 'other'"),
        ({"software": "6.3.1"}, r"7\.1 or later is needed"),
        ({"pipette": "p20_single_gen2"}, "on its left mount is p20_single_gen2"),
    ],
)
def test_a_robot_that_was_not_meant_is_refused(
    given_settings: dict[str, Any], server: ContractServer, change: dict[str, str], words: str
) -> None:
    for name, value in change.items():
        setattr(server.robot, name, value)
    wanted = {name: value for name, value in change.items() if name == "robot_name"}
    with pytest.raises(InstrumentError, match=words):
        restarted({**given_settings, **wanted}).connect()


def test_nobody_there_is_said_in_a_paragraph(given_settings: dict[str, Any]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        driver = restarted({**given_settings, "address": f"http://127.0.0.1:{unused.getsockname()[1]}"})
    with pytest.raises(InstrumentError, match=r"nobody answers at http.*is the address right"):
        driver.connect()
    assert "nobody answers" in str(driver.refusal(dose()))


def test_a_dose_is_pipetted_in_equal_transfers_from_its_container_into_the_samples_vial(
    driver: OpentronsDispenser, server: ContractServer
) -> None:
    assert driver.refusal(dose()) is None
    values = driver.perform(dose(), never)
    assert set(values) == set(Dispenser.results)
    assert values["dispensed_mg"] == pytest.approx(MASS_mg) == pytest.approx(fallen_mg(server))
    assert values["totaliser_mg"] == pytest.approx(MASS_mg)
    assert {(fell.source, fell.target) for fell in server.robot.fell} == {(("3", "A1"), ("2", "A1"))}
    volumes = [fell.volume_uL for fell in server.robot.fell]
    assert len(volumes) == 2
    assert max(volumes) - min(volumes) < 1e-9
    assert len(server.robot.tips) == 1
    assert server.robot.current is None, "the robot is free for others afterwards"


def test_the_robot_keeps_the_orders_id_with_every_command(driver: OpentronsDispenser, server: ContractServer) -> None:
    driver.perform(dose("0e2b-order"), never)
    (run,) = server.robot.runs.values()
    assert all(command["key"].startswith("0e2b-order/") for command in run.commands)
    assert {command["intent"] for command in run.commands} == {"protocol"}
    assert run.commands[-1]["commandType"] == "home"


def test_samples_get_wells_in_the_order_of_first_use_and_keep_them(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    for number, sample in enumerate(["c1-e001a", "c1-e002a", "c1-e001a", "c1-e003a"]):
        restarted(given_settings).perform(dose(f"order-{number}", sample, mg=20), never)
    assert [fell.target[1] for fell in server.robot.fell] == ["A1", "A2", "A1", "A3"]
    assert len(set(server.robot.tips)) == 4
    assert "no vial is free" in str(restarted(given_settings).refusal(dose("order-5", "c1-e004a")))
    vials = {**given_settings["vials"], "rack": "second"}
    fresh = restarted({**given_settings, "vials": vials})
    assert fresh.refusal(dose("order-5", "c1-e004a")) is None
    assert "stands in rack 'first'" in str(fresh.refusal(dose("order-6", "c1-e001a")))


def test_a_container_is_refused_when_it_is_empty_until_it_has_a_new_filling(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    driver = restarted(given_settings)
    for number in range(3):
        driver.perform(dose(f"order-{number}"), never)
    words = str(driver.refusal(dose("order-4")))
    assert "the container has 200 µL left that the tip can reach" in words
    with pytest.raises(InstrumentError, match="200 µL left"):
        driver.perform(dose("order-4"), never)
    assert driver.refusal(dose("order-4", mg=40)) is None
    solutions = {**given_settings["solutions"]}
    solutions["LiTFSI"] = {**solutions["LiTFSI"], "filling": "second"}
    assert restarted({**given_settings, "solutions": solutions}).refusal(dose("order-4")) is None
    assert fallen_mg(server) == pytest.approx(3 * MASS_mg)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (dose(component="water"), "no container holds 'water'.*Its solutions are LiTFSI, PEO"),
        (dose(mg=1.0), "1 mg are 5 µL of a solution of 0.2 mg/µL, less than the 20 µL"),
        (dose(mg=0.0), "is none"),
        (dose(mg=float("nan")), "is none"),
        (Task("order", "c1-e001a", "Sweep", {}), "takes no Sweep"),
    ],
)
def test_what_it_cannot_dose_is_refused_before_anything_moves(
    driver: OpentronsDispenser, server: ContractServer, task: Task, words: str
) -> None:
    assert re.search(words, str(driver.refusal(task)))
    with pytest.raises(InstrumentError, match=words):
        driver.perform(task, never)
    assert server.robot.runs == {}


def test_an_empty_rack_of_tips_is_refused(given_settings: dict[str, Any]) -> None:
    given_settings["tips"] = {"slot": "1", "rack": "first", "wells": ["A1"]}
    driver = restarted(given_settings)
    driver.perform(dose(), never)
    assert "the rack of tips 'first' is empty" in str(driver.refusal(dose("order-2")))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vials": {"slot": "5", "rack": "x", "wells": ["A1"]}}, "labware.*names nothing"),
        ({"tips": {"slot": "2", "rack": "x"}}, "holds the tips, and something else"),
        ({"vials": {"slot": "3", "rack": "x", "wells": ["A2"]}}, "a vial and PEO are both in well A2"),
        ({"address": "192.168.1.60"}, "address"),
    ],
)
def test_a_deck_that_cannot_be_is_refused(given_settings: dict[str, Any], change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        OpentronsSettings.model_validate({**given_settings, **change})


def test_a_pipette_that_cannot_split_every_volume_is_refused(given_settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="must be twice the minimum"):
        Pipette.model_validate({**given_settings["pipette"], "maximum_uL": 30})


def test_a_repeated_order_is_not_dosed_again(given_settings: dict[str, Any], server: ContractServer) -> None:
    first = restarted(given_settings).perform(dose(), never)
    again = restarted(given_settings)
    assert again.refusal(dose()) is None
    assert again.perform(dose(), never) == first == again.recall(dose())
    assert fallen_mg(server) == pytest.approx(MASS_mg)


def test_a_run_of_somebody_else_is_left_alone(driver: OpentronsDispenser, server: ContractServer) -> None:
    foreign = server.robot.create("protocol-of-a-person")
    assert "somebody else started is on the robot" in str(driver.refusal(dose()))
    with pytest.raises(InstrumentError, match="somebody else"):
        driver.perform(dose(), never)
    driver.safe()
    assert foreign.status == "idle"
    assert server.robot.current == foreign.id


def test_a_run_that_becomes_current_meanwhile_is_a_conflict_and_nothing_is_dosed(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    real = server.robot.create

    def too_late(protocol_id: str | None) -> Any:
        server.robot.create = real
        foreign = real("protocol-of-a-person")
        server.robot.act(foreign.id, "play")
        gate.reached.wait(0)
        foreign.status = "running"
        return real(protocol_id)

    gate = Gate(server, "nothing")
    server.robot.create = too_late
    with pytest.raises(InstrumentError, match=r"Run Already Active.*it never began"):
        restarted(given_settings).perform(dose(), never)
    assert server.robot.fell == []


def test_an_emergency_stop_is_said_in_the_robots_words(driver: OpentronsDispenser, server: ContractServer) -> None:
    server.robot.estop = True
    with pytest.raises(InstrumentError, match=r"An Estop is physically engaged.*it never began"):
        driver.perform(dose(), never)
    server.robot.estop = False
    assert driver.recall(dose()) is None
    assert driver.perform(dose(), never)["totaliser_mg"] == pytest.approx(MASS_mg)


@pytest.mark.parametrize("flex", [False, True])
def test_a_missing_tip_leaves_the_order_unbegun_and_the_next_one_takes_another_tip(
    driver: OpentronsDispenser, server: ContractServer, flex: bool
) -> None:
    server.robot.flex = flex

    def missing(command: dict[str, Any]) -> None:
        if command["commandType"] == "pickUpTip" and command["params"]["wellName"] == "A1":
            raise Broken("tipPhysicallyMissing", "No Tip Detected", "3003", defined=True)

    server.robot.before = missing
    with pytest.raises(InstrumentError, match=r"tipPhysicallyMissing 3003: No Tip Detected.*nothing was drawn"):
        driver.perform(dose(), never)
    assert driver.recall(dose()) is None
    assert server.robot.fell == []
    driver.perform(dose("order-2"), never)
    assert server.robot.tips == [("1", "B1")]
    assert fallen_mg(server) == pytest.approx(MASS_mg)


@pytest.mark.parametrize("flex", [False, True])
def test_a_fault_in_the_middle_is_a_part_of_a_dose_that_is_never_repeated(
    given_settings: dict[str, Any], server: ContractServer, flex: bool
) -> None:
    server.robot.flex = flex
    aspirations: list[str] = []

    def clogged(command: dict[str, Any]) -> None:
        if command["commandType"] == "aspirate":
            aspirations.append(command["key"])
            if len(aspirations) == 2:
                raise Broken("overpressure", "The tip is clogged", "3006", defined=True)

    server.robot.before = clogged
    driver = restarted(given_settings)
    with pytest.raises(InstrumentError, match=r"1 of 2 transfers ended well.*overpressure 3006: The tip is clogged"):
        driver.perform(dose(), never)
    for _ in range(2):
        with pytest.raises(InstrumentError, match="1 of 2 transfers"):
            restarted(given_settings).perform(dose(), never)
    with pytest.raises(InstrumentError, match="1 of 2 transfers"):
        restarted(given_settings).recall(dose())
    assert fallen_mg(server) == pytest.approx(MASS_mg / 2)
    assert driver.refusal(dose("order-2")) is None, "the next sample can be dosed"


def test_a_dose_is_called_off_in_the_middle(driver: OpentronsDispenser, server: ContractServer) -> None:
    gate = Gate(server, "aspirate", 2)
    performing = Performing(driver, dose())
    assert gate.reached.wait(10)
    performing.off.set()
    until(lambda: any(run.stop for run in server.robot.runs.values()))
    gate.open()
    performing.end()
    assert performing.error is not None
    assert "1 of 2 transfers ended well, then: called off" in performing.error.words
    assert fallen_mg(server) == pytest.approx(MASS_mg / 2)


def test_a_dose_that_is_called_off_before_it_began_never_begins(
    driver: OpentronsDispenser, server: ContractServer
) -> None:
    with pytest.raises(InstrumentError, match="called off; it never began"):
        driver.perform(dose(), lambda: True)
    assert driver.recall(dose()) is None
    assert server.robot.fell == []


def test_safe_stops_the_run_from_another_thread_and_may_be_called_again(
    driver: OpentronsDispenser, server: ContractServer
) -> None:
    driver.safe()
    gate = Gate(server, "dispense", 2)
    performing = Performing(driver, dose())
    assert gate.reached.wait(10)
    threading.Timer(0.05, gate.open).start()
    driver.safe()
    performing.end()
    driver.safe()
    assert performing.error is not None
    assert "1 of 2 transfers" in performing.error.words
    assert [run.status for run in server.robot.runs.values()] == ["stopped"]


def test_safe_says_when_it_cannot_be_told(given_settings: dict[str, Any], server: ContractServer) -> None:
    driver = restarted(given_settings)
    gate = Gate(server, "aspirate")
    performing = Performing(driver, dose())
    assert gate.reached.wait(10)
    server.network.down = True
    with pytest.raises(InstrumentError, match="broke off"):
        driver.safe()
    server.network.down = False
    gate.open()
    performing.end()
    assert performing.error is None or "nobody knows" in performing.error.words


def test_a_dose_that_takes_too_long_is_stopped(given_settings: dict[str, Any], server: ContractServer) -> None:
    gate = Gate(server, "aspirate")
    performing = Performing(restarted({**given_settings, "dose_limit_s": 0.1}), dose())
    until(lambda: any(run.stop for run in server.robot.runs.values()))
    gate.open()
    performing.end()
    assert performing.error is not None
    assert "it took longer than 0.1 s" in performing.error.words


LOADING = [("POST", "/runs"), ("POST", "/commands"), ("GET", "/commands")]


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize(("method", "path"), LOADING)
def test_a_connection_that_breaks_before_anything_moves_is_tried_again_and_doses_once(
    driver: OpentronsDispenser, server: ContractServer, method: str, path: str, arrives: bool
) -> None:
    server.network.faults = [Fault(method, path, arrives=arrives)]
    assert driver.perform(dose(), never)["dispensed_mg"] == pytest.approx(MASS_mg)
    assert fallen_mg(server) == pytest.approx(MASS_mg)
    assert len(server.robot.runs) >= 1


@pytest.mark.parametrize("arrives", [False, True])
def test_an_order_to_play_is_never_sent_twice(
    driver: OpentronsDispenser, server: ContractServer, arrives: bool
) -> None:
    server.network.faults = [Fault("POST", "/actions", arrives=arrives)]
    if arrives:
        driver.perform(dose(), never)
        assert fallen_mg(server) == pytest.approx(MASS_mg)
    else:
        with pytest.raises(InstrumentError, match="nothing was drawn"):
            driver.perform(dose(), never)
        assert server.robot.fell == []
        assert driver.recall(dose()) is None
    plays = [request for request in server.network.requests if request[1].endswith("/actions")]
    assert len(plays) == 1


def test_an_order_to_play_that_arrives_late_finds_its_run_put_away(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    server.network.faults = [Fault("POST", "/actions", late_s=0.4)]
    driver = restarted({**given_settings, "request_limit_s": 0.1})
    with pytest.raises(InstrumentError, match="nothing was drawn"):
        driver.perform(dose(), never)
    threading.Event().wait(0.5)
    assert server.robot.fell == []


def test_a_short_silence_in_the_middle_is_waited_out(driver: OpentronsDispenser, server: ContractServer) -> None:
    gate = Gate(server, "aspirate", 2)
    performing = Performing(driver, dose())
    assert gate.reached.wait(10)
    server.network.down = True
    gate.open()
    until(lambda: len(server.robot.fell) == 2)
    server.network.down = False
    performing.end()
    assert performing.values is not None
    assert fallen_mg(server) == pytest.approx(MASS_mg)


def test_a_fault_of_the_server_is_no_word_on_the_dose_and_it_is_asked_again(
    driver: OpentronsDispenser, server: ContractServer
) -> None:
    gate = Gate(server, "aspirate", 2)
    performing = Performing(driver, dose())
    assert gate.reached.wait(10)
    server.network.faults = [Fault("GET", str(server.robot.current), status=500)]
    until(lambda: not server.network.faults)
    gate.open()
    performing.end()
    assert performing.values is not None


@pytest.mark.slow
@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("number", range(26))
def test_whichever_request_breaks_the_dose_falls_once(
    given_settings: dict[str, Any], server: ContractServer, number: int, arrives: bool
) -> None:
    server.network.broken_at = (number, arrives)
    for _ in range(3):
        driver = restarted(given_settings)
        try:
            known = driver.recall(dose())
            if known is None:
                assert server.robot.fell == [], "what never began left no liquid"
                known = driver.perform(dose(), never)
        except InstrumentError:
            continue
        assert known["totaliser_mg"] == pytest.approx(MASS_mg)
    assert fallen_mg(server) == pytest.approx(MASS_mg)


def test_a_long_silence_fails_the_order_and_the_next_one_waits_until_the_robot_is_free(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    driver = restarted(given_settings)
    gate = Gate(server, "aspirate", 2)
    performing = Performing(driver, dose())
    assert gate.reached.wait(10)
    server.network.down = True
    performing.end()
    assert performing.error is not None
    assert "nobody knows how far the dose has come" in performing.error.words
    server.network.down = False
    assert "still busy with the dose of order order-1" in str(driver.refusal(dose("order-2")))
    gate.open()
    until(lambda: driver.refusal(dose("order-2")) is None)
    values = driver.perform(dose("order-2", "c1-e002a"), never)
    assert values["totaliser_mg"] == pytest.approx(2 * MASS_mg), "the first was done after all, and counts"
    assert fallen_mg(server) == pytest.approx(2 * MASS_mg)


def test_an_order_that_was_never_received_is_never_begun(driver: OpentronsDispenser) -> None:
    assert driver.recall(dose("unheard")) is None


def killed(content: dict[str, Any], at: str) -> None:
    """A process that dies in the middle of an order: at one call of the robot, before or after it."""
    driver = restarted(content)
    robot = driver._robot

    def die(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    setattr(robot, at, die)
    with pytest.raises(KeyboardInterrupt):
        driver.perform(dose(), never)


@pytest.mark.parametrize("at", ["create_run", "enqueue", "act"])
def test_after_a_restart_an_order_that_was_not_played_is_never_begun_and_cannot_begin_any_more(
    given_settings: dict[str, Any], server: ContractServer, at: str
) -> None:
    killed(given_settings, at)
    driver = restarted(given_settings)
    assert driver.recall(dose()) is None
    assert server.robot.current is None
    assert server.robot.fell == []
    assert driver.perform(dose(), never)["totaliser_mg"] == pytest.approx(MASS_mg)
    assert fallen_mg(server) == pytest.approx(MASS_mg)


def test_after_a_restart_a_dose_under_way_is_waited_for(given_settings: dict[str, Any], server: ContractServer) -> None:
    gate = Gate(server, "dispense", 2)
    killed(given_settings, "run")
    threading.Timer(0.05, gate.open).start()
    values = restarted(given_settings).recall(dose())
    assert values is not None
    assert values["dispensed_mg"] == pytest.approx(MASS_mg) == pytest.approx(fallen_mg(server))
    assert restarted(given_settings).perform(dose(), never) == values
    assert fallen_mg(server) == pytest.approx(MASS_mg)


def test_after_a_restart_a_part_of_a_dose_raises(given_settings: dict[str, Any], server: ContractServer) -> None:
    gate = Gate(server, "aspirate", 2)
    killed(given_settings, "run")
    assert gate.reached.wait(10)
    (run,) = server.robot.runs.values()
    server.robot.act(run.id, "stop")
    gate.open()
    with pytest.raises(InstrumentError, match="1 of 2 transfers"):
        restarted(given_settings).recall(dose())


def test_a_robot_that_lost_its_power_in_the_middle_cannot_tell(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    gate = Gate(server, "aspirate", 2)
    killed(given_settings, "run")
    assert gate.reached.wait(10)
    server.robot.power_cut()
    gate.open()
    for _ in range(2):
        with pytest.raises(InstrumentError, match="lost the record of its run"):
            restarted(given_settings).recall(dose())
    assert restarted(given_settings).refusal(dose("order-2")) is None


def test_a_run_that_the_robot_deleted_cannot_tell(given_settings: dict[str, Any], server: ContractServer) -> None:
    killed(given_settings, "run")
    until(lambda: all(run.status == "succeeded" for run in server.robot.runs.values()))
    for _ in range(20):
        server.robot.create(None)
    with pytest.raises(InstrumentError, match="no record of its run any more"):
        restarted(given_settings).recall(dose())


def test_lost_notes_are_found_out_by_the_robots_own_record(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    restarted(given_settings).perform(dose(), never)
    Path(given_settings["memory"]).unlink()
    with pytest.raises(InstrumentError, match="knows nothing"):
        restarted(given_settings).recall(dose())


def test_broken_notes_are_refused(given_settings: dict[str, Any]) -> None:
    path = Path(given_settings["memory"])
    path.parent.mkdir()
    path.write_text("{")
    with pytest.raises(InstrumentError, match="not the notes of this driver"):
        restarted(given_settings).connect()


def test_the_contract_server_refuses_wrong_bodies_as_the_real_one_does(server: ContractServer) -> None:
    run = server.robot.create(None)
    wrong = {"data": {"commandType": "aspirate", "params": {"volume": -1}}}
    headers = {"opentrons-version": "4"}
    answer = httpx.post(f"{server.address}/runs/{run.id}/commands", json=wrong, headers=headers, trust_env=False)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["id"] == "InvalidRequest"
    assert httpx.get(f"{server.address}/runs", trust_env=False).status_code == 422


def test_a_body_that_the_api_refuses_is_said_with_its_place(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    given_settings["labware"]["B7"] = given_settings["labware"].pop("2")
    given_settings["vials"]["slot"] = "B7"
    with pytest.raises(InstrumentError, match=r"Invalid Request.*slotName.*status 422.*it never began"):
        restarted(given_settings).perform(dose(), never)


PIPETTE = Pipette(
    name="p300_single_gen2",
    mount="left",
    minimum_uL=20,
    maximum_uL=300,
    systematic_error=0.025,
    aspirate_uL_s=46,
    dispense_uL_s=46,
    blow_out_uL_s=46,
)


@settings(deadline=None)
@given(st.floats(0.001, 1.0), st.floats(1.0, 5000.0), st.floats(0.0, 0.2))
def test_every_mass_is_split_into_the_fewest_transfers_that_the_pipette_can_measure(
    concentration: float, volume: float, relative: float
) -> None:
    solution = Solution(
        slot="1",
        well="A1",
        filling="x",
        concentration_mg_uL=concentration,
        concentration_sd_mg_uL=relative * concentration,
        volume_uL=1e6,
    )
    mass = volume * concentration
    try:
        found = portions(mass, solution, PIPETTE, 5001.0)
    except BadInput:
        assert volume < PIPETTE.minimum_uL * (1 + 1e-9)
        return
    assert sum(found.volumes_uL) == pytest.approx(volume, abs=1e-3 * len(found.volumes_uL))
    assert all(PIPETTE.minimum_uL - 1e-3 <= each <= PIPETTE.maximum_uL for each in found.volumes_uL)
    assert (len(found.volumes_uL) - 1) * PIPETTE.maximum_uL < volume
    assert found.mass_mg == pytest.approx(found.volume_uL * concentration)
    assert found.standard_deviation_mg >= found.mass_mg * max(relative, 0.025 / 3**0.5) * (1 - 1e-9)


def test_a_volume_beyond_what_is_left_is_refused_and_not_split() -> None:
    solution = Solution(
        slot="1", well="A1", filling="x", concentration_mg_uL=1, concentration_sd_mg_uL=0, volume_uL=1000
    )
    with pytest.raises(BadInput, match="has 99 µL left"):
        portions(100, solution, PIPETTE, 99)

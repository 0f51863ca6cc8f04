"""Whatever breaks in the middle of a dose, it falls at most once, and the driver says how far it came."""

import threading
from typing import Any

import pytest

from devices.drivers.opentrons import OpentronsDispenser
from devices.errors import InstrumentError
from tests.devices.opentrons.bench import (
    Gate,
    MASS_mg,
    Performing,
    dose,
    fallen_mg,
    never,
    restarted,
)
from tests.devices.opentrons.bodies import AnyCommand
from tests.devices.opentrons.contract import ContractServer, Fault, until
from tests.devices.opentrons.machine import Broken


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


def test_a_robot_that_does_not_stop_is_said_and_stays_busy(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    driver = restarted({**given_settings, "stop_limit_s": 0.1})
    gate = Gate(server, "aspirate", 2)
    performing = Performing(driver, dose())
    assert gate.reached.wait(10)
    performing.off.set()
    performing.end()
    assert performing.error is not None
    assert "told to stop, its run is still stop-requested" in performing.error.words
    assert "still busy with the dose of order order-1" in str(driver.refusal(dose("order-2")))
    gate.open()
    until(lambda: driver.refusal(dose("order-2")) is None)
    with pytest.raises(InstrumentError, match="1 of 2 transfers"):
        driver.recall(dose())


def test_a_run_into_whose_queue_somebody_else_puts_a_command_is_not_played(
    driver: OpentronsDispenser, server: ContractServer
) -> None:
    enqueue = server.robot.enqueue

    def twice(run_id: str, create: AnyCommand) -> dict[str, Any]:
        if create.commandType == "dispense":
            enqueue(run_id, create)
        return enqueue(run_id, create)

    server.robot.enqueue = twice
    with pytest.raises(InstrumentError, match=r"the queue of its run holds \d+ commands.*it never began"):
        driver.perform(dose(), never)
    assert server.robot.fell == []
    assert driver.recall(dose()) is None


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
    server.network.faults = [Fault("POST", "/actions", late_s=0.2)]
    driver = restarted({**given_settings, "request_limit_s": 0.05})
    with pytest.raises(InstrumentError, match="nothing was drawn"):
        driver.perform(dose(), never)
    threading.Event().wait(0.3)
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
    driver = restarted({**given_settings, "silence_limit_s": 0.2})
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

"""After a restart of the station process it can be found out what became of a dose, or that nobody can tell."""

import threading
from pathlib import Path
from typing import Any

import pytest

from devices.drivers.opentrons import OpentronsDispenser
from devices.errors import InstrumentError
from tests.devices.opentrons.bench import (
    Gate,
    MASS_mg,
    dose,
    fallen_mg,
    killed,
    never,
    restarted,
)
from tests.devices.opentrons.contract import ContractServer, until


def test_an_order_that_was_never_received_is_never_begun(driver: OpentronsDispenser) -> None:
    assert driver.recall(dose("unheard")) is None


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
    with pytest.raises(InstrumentError, match="knows nothing"):
        restarted(given_settings).perform(dose(), never)
    assert fallen_mg(server) == pytest.approx(MASS_mg)

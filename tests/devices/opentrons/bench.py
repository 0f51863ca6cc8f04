"""A liquid handler on a bench, for the tests of its driver: settings, orders, a gate in the robot, a dying process."""

import threading
from pathlib import Path
from typing import Any

import pytest

from devices.drivers.opentrons import OpentronsDispenser
from devices.drivers.opentrons_settings import OpentronsSettings
from devices.drivers.protocols import Task
from devices.errors import InstrumentError
from tests.devices.opentrons.contract import ContractServer

MASS_mg = 100.0
"""500 µL of the salt's solution: two transfers of 250 µL."""


def fast_settings(address: str, place: Path) -> dict[str, Any]:
    """As they would stand in a lab file, with short limits."""
    salt = {"slot": "3", "well": "A1", "filling": "first", "concentration_mg_uL": 0.2, "concentration_sd_mg_uL": 0.002}
    return {
        "address": address,
        "memory": str(place / "notes" / "robot.json"),
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
        "silence_limit_s": 10.0,
        "stop_limit_s": 10.0,
    }


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


def killed(content: dict[str, Any], at: str) -> None:
    """A process that dies in the middle of an order: at one call of the robot, before or after it."""
    driver = restarted(content)
    robot = driver._robot

    def die(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    setattr(robot, at, die)
    with pytest.raises(KeyboardInterrupt):
        driver.perform(dose(), never)

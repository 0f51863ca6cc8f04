"""A driver whose every move a test decides, and the instrument around it without process variables."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from devices.clock import RealClock
from devices.drivers.protocols import Task
from devices.errors import InstrumentError
from devices.instrument import Instrument
from devices.served.driven import DrivenInstrument
from devices.served.order_memory import OrderMemory
from devices.thermal_stage import ThermalStage
from tests.served import until


class ScriptedDriver:
    """Heats until it may end; `said` is everything that the instrument was told."""

    minds_its_owner: ClassVar[bool] = True

    def __init__(self) -> None:
        self.said: list[str] = []
        self.silent = ""
        """What it says instead of answering."""
        self.against = ""
        self.may_end = threading.Event()
        self.result: Mapping[str, Any] = {"temperature_C": 60.0}

    def connect(self) -> str:
        self._answer()
        self.said.append("connect")
        return "a scripted stage"

    def refusal(self, task: Task) -> str | None:
        self._answer()
        return self.against or None

    def perform(self, task: Task, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        self.said.append(f"begin {task.command} {task.order_id}")
        while not self.may_end.wait(0.005):
            self._answer()
            if called_off():
                raise InstrumentError("stage", task.command, "stopped")
        return self.result

    def safe(self) -> None:
        self._answer()
        self.said.append("safe")

    def close(self) -> None:
        self.said.append("close")

    def _answer(self) -> None:
        if self.silent:
            raise InstrumentError("stage", "answer", self.silent)

    def begun(self) -> list[str]:
        return [words.split()[-1] for words in self.said if words.startswith("begin")]


class RecallingDriver(ScriptedDriver):
    """One whose instrument remembers its orders by itself."""

    remembered: Mapping[str, Any] | Exception | None = None

    def recall(self, task: Task) -> Mapping[str, Any] | None:
        self.said.append(f"recall {task.order_id}")
        if isinstance(self.remembered, Exception):
            raise self.remembered
        return self.remembered


class GivingWayDriver(ScriptedDriver):
    cut_short_by: ClassVar[frozenset[str]] = frozenset({"HeaterOff"})


class Bench:
    """A driven instrument of one station, which can be killed and begun again with the same memory."""

    def __init__(self, folder: Path, driver: ScriptedDriver, kind: type[Instrument] = ThermalStage) -> None:
        self.driver = driver
        self.shown: dict[str, Any] = {}
        self.log: list[str] = []
        """The names of the signals in the order in which they were written."""
        self.heard: list[str] = []
        self.memory = OrderMemory(folder / "orders.sqlite")
        self.instrument = DrivenInstrument(
            "stage", kind, driver, self.memory, RealClock(), self._show, self.heard.append
        )

    def start(self) -> "Bench":
        self.instrument.start()
        return self

    def order(self, order_id: str, command: str = "SetTemperature", token: int = 5, **written: Any) -> None:
        self.instrument.receive(order_id, token, "film", command, written or {"target_C": 60.0})

    def end(self, order_id: str) -> None:
        """Let the order under way come to its end."""
        self.driver.may_end.set()
        self.wait("echo", order_id)
        self.driver.may_end.clear()

    def wait(self, signal: str, value: Any) -> None:
        until(lambda: self.shown.get(signal) == value, 5)

    def kill(self) -> None:
        """As far as its memory and its lock go, the process is gone; its thread finds that out by itself."""
        self.memory.close()

    def close(self) -> None:
        self.driver.silent, self.driver.may_end = "", _SET
        self.instrument.close()
        self.memory.close()

    def _show(self, values: Mapping[str, Any]) -> None:
        self.shown.update(values)
        self.log += values


Build = Callable[..., Bench]
"""The fixture `build`: makes a bench around a driver (a new one), of a device class (a thermal stage)."""

_SET = threading.Event()
_SET.set()

"""An instrument that writes files, for the tests of its driver: settings, orders, and one that is waited for."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from devices.drivers.file_potentiostat import FilePotentiostat
from devices.drivers.file_potentiostat_settings import FilePotentiostatSettings
from devices.drivers.protocols import Task
from devices.drivers.spectrum_folder import Sight
from devices.errors import InstrumentError

SAMPLE = "c1-e012a"


def fast_settings(place: Path) -> dict[str, Any]:
    """As they would stand in a lab file, in hundredths of seconds; the folder is there."""
    folder = place / "share"
    folder.mkdir()
    return {
        "folder": str(folder),
        "memory": str(place / "notes" / "meter.json"),
        "poll_s": 0.005,
        "still_s": 0.03,
        "unfinished_limit_s": 0.1,
        "cycles": 0.001,
        "per_point_s": 0.0,
        "start_limit_s": 10.0,
        "unreadable_limit_s": 0.05,
    }


def restarted(content: dict[str, Any]) -> FilePotentiostat:
    return FilePotentiostat(FilePotentiostatSettings.model_validate(content))


def sweep(order_id: str = "order-1", sample: str = SAMPLE, points: int = 3, high_Hz: float = 1e6) -> Task:
    return Task(order_id, sample, "Sweep", {"high_Hz": high_Hz, "low_Hz": 1.0, "points_per_decade": points})


def never() -> bool:
    return False


class Waiting:
    """An order that is waited for in a thread of its own."""

    def __init__(self, driver: FilePotentiostat, task: Task, how: str = "perform") -> None:
        self.off = threading.Event()
        self.values: Any = None
        self.error: InstrumentError | None = None
        self.looked = threading.Event()
        really_look = driver._folder.look

        def look(names: Iterable[str]) -> list[Sight]:
            self.looked.set()
            return really_look(names)

        driver._folder.look = look
        ask: Callable[[], Any] = lambda: driver.perform(task, self.off.is_set)  # noqa: E731
        if how == "recall":
            ask = lambda: driver.recall(task)  # noqa: E731
        self._thread = threading.Thread(target=self._run, args=(ask,), daemon=True)
        self._thread.start()
        assert self.looked.wait(5)

    def _run(self, ask: Callable[[], Any]) -> None:
        try:
            self.values = ask()
        except InstrumentError as error:
            self.error = error

    def end(self) -> "Waiting":
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self

    def words(self) -> str:
        self.end()
        assert self.error is not None, self.values
        return self.error.words

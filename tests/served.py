"""The simulated lab served over Channel Access by a process of its own, for tests that drive it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from chemistry.value_file import read_yaml_value
from devices.lab_file import LabFile
from sim.lab_record import PhysicalAct, read_record
from tests.channel_access import ACCESS

ROOT = Path(__file__).parents[1]


class ServedLab:
    """`ionloop lab serve` on this process's port."""

    def __init__(
        self,
        folder: Path,
        *,
        dead_man_s: float = 2.0,
        instant: bool = False,
        faults: list[Any] | None = None,
        stock_mg: float | None = None,
    ) -> None:
        """Its PVs begin like no other lab's: names that a process has lost are looked for ever more seldom.

        `stock_mg` is what stands on its shelf of every component, mg; None: what the example has.
        """
        prefix = f"L{uuid4().hex[:6].upper()}:"
        self.folder, self._faults = folder, faults
        self.file = folder / "epics_lab.yaml"
        content = yaml.safe_load((ROOT / "examples" / "epics_lab.yaml").read_text().replace("SIM:", prefix))
        content["channel_access"] = ACCESS.model_dump(mode="json")
        content["dead_man_s"] = dead_man_s
        content["simulated"]["instant"] = instant
        if stock_mg is not None:
            content["stock"] = {"default": stock_mg}
        folder.mkdir(parents=True, exist_ok=True)
        self.file.write_text(yaml.safe_dump(content))
        self._process: subprocess.Popen[str] | None = None

    @property
    def lab_file(self) -> LabFile:
        return read_yaml_value(LabFile, self.file)

    @property
    def record(self) -> Path:
        return self.folder / "bench" / "lab.sqlite"

    def acts(self, *commands: str) -> list[PhysicalAct]:
        """What the lab's own record holds, of all commands or of these."""
        return [act for act in read_record(self.record) if not commands or act.command in commands]

    def start(self) -> None:
        """Serve; returns when it is there."""
        words = self._words()
        if self._faults is not None:
            faults = self.folder / "faults.yaml"
            faults.write_text(yaml.safe_dump({"seed": 1, "faults": self._faults}))
            words += ["--faults", str(faults)]
        with (self.folder / "served.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows.cli.main", *words],
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert "Serving" in said, self.said

    def _words(self) -> list[str]:
        return ["lab", "serve", str(self.file), "--folder", str(self.folder / "bench")]

    @property
    def number(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    def second(self) -> tuple[int, str]:
        """Serve it once more, beside the one that runs: exit status, and what it says."""
        words = [sys.executable, "-m", "flows.cli.main", *self._words()]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        said = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
        return said.returncode, said.stderr

    def kill(self) -> None:
        """End it as a power cut does."""
        self._end(signal.SIGKILL)

    def close_terminal(self) -> None:
        """Send what a process gets whose terminal is closed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it as Ctrl-C does, if it was not ended before; one that ended by itself is a failure."""
        if self._process is not None:
            assert self._process.poll() is None, f"ended by itself, status {self._process.returncode}: {self.said}"
            self._end(signal.SIGINT)

    @property
    def said(self) -> str:
        """What it has written on standard error."""
        return (self.folder / "served.log").read_text()

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:  # a failure, and no reason to leave it behind
            process.kill()
            process.communicate()
            raise


def until(condition: Callable[[], Any], within_s: float) -> float:
    """How long it takes until something holds, wall time."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s
        time.sleep(0.02)
    return time.monotonic() - began

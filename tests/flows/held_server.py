"""Holds the Prefect server as any client does: `python held_server.py`, until its standard input is closed.

It stands in for a long campaign beside which others come and go, and prints the address when the server answers.
"""

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from flows.server.prefect_server import prefect_server
from tests.flows.small_campaign import environment


@dataclass(frozen=True)
class HeldServer:
    """A running server, and the process that holds it."""

    home: Path
    address: str
    holder: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        """The server's process, by its own note."""
        return json.loads((self.home / "server.json").read_text())["pid"]

    def let_go(self) -> None:
        """End the holder as a command ends."""
        self.holder.communicate(timeout=30)

    def kill(self) -> None:
        """End the holder as a power cut does."""
        self.holder.kill()
        self.holder.communicate(timeout=30)

    def furnish(self, home: Path) -> Path:
        """Another home with a copy of this server's database: to lay out a new one takes a server ten seconds."""
        (home / "prefect").mkdir(parents=True)
        with (
            contextlib.closing(sqlite3.connect(self.home / "prefect" / "prefect.db")) as source,
            contextlib.closing(sqlite3.connect(home / "prefect" / "prefect.db")) as copy,
        ):
            source.backup(copy)
        return home


def hold_server(home: Path) -> HeldServer:
    """Find or start the server of a home, and hold it."""
    return await_server(home, begin_to_hold(home))


def begin_to_hold(home: Path) -> subprocess.Popen[str]:
    """A process that finds or starts the server of a home; it prints the address when it has it."""
    home.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.flows.held_server"],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def await_server(home: Path, holder: subprocess.Popen[str]) -> HeldServer:
    """The server that a holder has found or started."""
    assert holder.stdout is not None
    address = holder.stdout.readline().strip()
    assert address, f"no server: {(home / 'server.log').read_text()}"
    return HeldServer(home, address, holder)


@contextlib.contextmanager
def server_held(home: Path) -> Iterator[HeldServer]:
    """A server that is held for as long as the block lasts."""
    server = hold_server(home)
    try:
        yield server
    finally:
        server.let_go()


def processes_of(home: Path) -> list[int]:
    """Every process that was started with this home."""
    return [process.pid for process in psutil.process_iter() if _home_of(process) == str(home)]


def seconds_until(condition: Callable[[], Any], limit_s: float) -> float:
    """How long it takes until something holds; fails where it does not within the limit."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < limit_s, f"not within {limit_s:g} s"
        time.sleep(0.05)
    return time.monotonic() - begun


def _home_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("IONLOOP_HOME")
    except psutil.Error:
        return None


if __name__ == "__main__":
    with prefect_server() as found:
        sys.stdout.write(f"{found}\n")
        sys.stdout.flush()
        sys.stdin.read()

"""From `ionloop serve` to the first scheduled experiment; one JSON line for a new home, one for later starts.

    python benchmarks/serve_start.py [--starts 3] [--lead 25]        (about a minute a start)

A configuration with one campaign (`examples/peo_salts.yaml`) whose schedule falls due at every full minute is served by
a process of its own. It is started so that the next full minute comes `lead` seconds later, as a service is started
some time before the night that it is meant for; where it is not ready by then, the minute after is waited for, and
counted.
The clock stops when the ledger holds the first step of the first experiment as intended, which is written before the
order is sent.

`new` has a new home, whose Prefect database is laid out first; `again` are later starts in the same home, after the
server has left, each with a new folder for the campaign. `ready` is when the service says what it serves, `due` counts
from the first full minute after the start.
"""

import argparse
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks.line import print_line, run_benchmark, spread

EXAMPLE = Path(__file__).parents[1] / "examples" / "peo_salts.yaml"
LOOK_S, PATIENCE_S, MINUTE_S = 0.1, 300.0, 60.0
TARGET_S = 60


class Start(NamedTuple):
    """One start, seconds of wall time."""

    ready: float
    to_first_step: float
    due_to_first_step: float


def one_start(home: Path, folder: Path, lead_s: float, port: int) -> Start:
    """Serve until the first step of the first experiment is intended."""
    folder.mkdir()
    campaign = {"file": str(EXAMPLE), "folder": str(folder / "run"), "schedule": "* * * * *"}
    file = folder / "serve.yaml"
    file.write_text(yaml.safe_dump({"name": "benchmark", "server": {"port": port}, "campaigns": [campaign]}))
    time.sleep((-lead_s - time.time()) % MINUTE_S)
    began = time.time()
    log = folder / "serve.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "flows.cli.main", "serve", str(file)],
            env={**os.environ, "IONLOOP_HOME": str(home)},
            stdout=said,
            stderr=said,
        )
    try:
        ready = _when(lambda: "Ctrl-C" in log.read_text(), process, log) - began
        first = _when(lambda: first_step(folder / "run" / "ledger.sqlite") is not None, process, log)
        step = first_step(folder / "run" / "ledger.sqlite") or first
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
    return Start(ready, step - began, step - began - lead_s)


def first_step(ledger: Path) -> float | None:
    """When the first physical step was intended, seconds since 1970; None where none was yet."""
    if not ledger.exists():
        return None
    query = "SELECT wall_time FROM event WHERE kind = 'step intended' ORDER BY number LIMIT 1"
    with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute(query).fetchone()
        except sqlite3.OperationalError:  # the ledger is being made just now
            return None
    return None if row is None else datetime.fromisoformat(f"{row[0]}+00:00").timestamp()


def _when(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> float:
    """The moment at which something holds."""
    until = time.time() + PATIENCE_S
    while not condition():
        if process.poll() is not None or time.time() > until:
            raise SystemExit(f"ionloop serve did not get so far: {log.read_text()}")
        time.sleep(LOOK_S)
    return time.time()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--starts", type=int, default=3, help="later starts, beside the first")
    options.add_argument("--lead", type=float, default=25.0, help="seconds between a start and the next full minute")
    options.add_argument("--port", type=int, default=4299)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home, starts = Path(name) / "home", []
        for number in range(1 + asked.starts):
            starts.append(one_start(home, Path(name) / f"start {number}", asked.lead, asked.port))
            while (home / "server.json").exists():  # the server leaves a few seconds after its last client
                time.sleep(LOOK_S)
    for which, some in (("new", starts[:1]), ("again", starts[1:])):
        if some:
            print_line(
                "serve_start",
                home=which,
                n=len(some),
                target_seconds=TARGET_S,
                lead_seconds=asked.lead,
                seconds_to_first_step=spread([start.to_first_step for start in some], 1),
                seconds_to_ready=spread([start.ready for start in some], 1),
                seconds_from_due=spread([start.due_to_first_step for start in some], 1),
            )


if __name__ == "__main__":
    run_benchmark(main)

"""What `make campaign` costs a machine: time, memory, processor; three JSON lines.

    python benchmarks/campaign_cost.py [--campaigns 1] [--helps 10]        (about two minutes a campaign)

Each campaign is `ionloop run examples/peo_salts.yaml` in a process of its own with a new folder and a new home, so that
it also makes the Prefect server's database. The second line is a second start in the same folder and home, after the
first server has left: from the command to the first suggestion in the ledger, then it is interrupted. The third is
`ionloop --help`.

Peak resident memory: of the run's process as the kernel counted it, of the server's as it stood in `/proc`, and the
largest sum over all processes of the command at one moment (sampled every 0.2 s, shared pages counted in each).
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
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.line import print_line, run_benchmark, spread

EXAMPLE = Path(__file__).parents[1] / "examples" / "peo_salts.yaml"
IONLOOP = Path(sys.executable).with_name("ionloop")
SAMPLE_S = 0.2
MEGABYTE = 1e6


class Cost(NamedTuple):
    """What one campaign cost: seconds and MB (1e6 bytes)."""

    wall: float
    to_first_suggestion: float
    run_processor: float
    server_processor: float
    run_peak: float
    server_peak: float
    together_peak: float


@contextlib.contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command, as a person would give it, in a folder and home of its own; ended with the block at the latest."""
    process = subprocess.Popen(
        [IONLOOP, "run", EXAMPLE, "--folder", folder / "run"],
        env={**environment(), "IONLOOP_HOME": str(folder / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            process.wait()


def environment() -> dict[str, str]:
    """This environment; where it forbids Python to keep compiled modules, that is taken back, as on most machines."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def whole_campaign(folder: Path) -> Cost:
    """Run a campaign to its end."""
    began, moment = time.perf_counter(), datetime.now(UTC)
    together = server_peak = server_processor = 0.0
    with started(folder) as process:
        watched = psutil.Process(process.pid)
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                process.returncode = os.waitstatus_to_exitcode(status)
                break
            with contextlib.suppress(psutil.NoSuchProcess):
                servers = watched.children(recursive=True)
                together = max(together, sum(p.memory_info().rss for p in (watched, *servers)))
                for server in servers:
                    server_peak = max(server_peak, server.memory_info().rss)
                    server_processor = max(server_processor, sum(server.cpu_times()[:2]))
            time.sleep(SAMPLE_S)
    if process.returncode:
        raise SystemExit(f"ionloop run ended with status {process.returncode}")
    return Cost(
        time.perf_counter() - began,
        (first_suggestion(folder, after=moment) or began) - moment.timestamp(),
        used.ru_utime + used.ru_stime,
        server_processor,
        1024 * used.ru_maxrss / MEGABYTE,
        server_peak / MEGABYTE,
        together / MEGABYTE,
    )


def first_suggestion(folder: Path, after: datetime) -> float | None:
    """When the first experiment after a moment was suggested, seconds since 1970; None where none was yet."""
    file = folder / "run" / "ledger.sqlite"
    if not file.exists():
        return None
    query = "SELECT wall_time FROM event WHERE kind = 'suggested' ORDER BY number"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute(query).fetchall()
        except sqlite3.OperationalError:  # the ledger is being made just now
            return None
    times = [datetime.fromisoformat(when).replace(tzinfo=UTC) for (when,) in rows]
    return next((when.timestamp() for when in times if when > after), None)


def second_start(folder: Path) -> float:
    """Seconds from a second start to its first suggestion; the run is interrupted then."""
    while (folder / "home" / "server.json").exists():  # the first server leaves a few seconds after its last client
        time.sleep(SAMPLE_S)
    moment = datetime.now(UTC)
    with started(folder) as process:
        while (suggested := first_suggestion(folder, after=moment)) is None:
            if process.poll() is not None:
                raise SystemExit(f"ionloop run ended with status {process.returncode}")
            time.sleep(SAMPLE_S)
    return suggested - moment.timestamp()


def help_seconds() -> float:
    """Wall seconds of one `ionloop --help`."""
    began = time.perf_counter()
    subprocess.run([IONLOOP, "--help"], stdout=subprocess.DEVNULL, env=environment(), check=True)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--campaigns", type=int, default=1)
    options.add_argument("--helps", type=int, default=10)
    asked = options.parse_args()
    costs: list[Cost] = []
    seconds: list[float] = []
    for _ in range(asked.campaigns):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            costs.append(whole_campaign(Path(name)))
            seconds.append(second_start(Path(name)))
    print_line(
        "campaign_cost",
        n=asked.campaigns,
        seeds=[7],
        target_wall_seconds=180,
        target_peak_MB=1500,
        wall_seconds=spread([cost.wall for cost in costs], 1),
        seconds_to_first_suggestion=spread([cost.to_first_suggestion for cost in costs], 1),
        run_processor_seconds=spread([cost.run_processor for cost in costs], 1),
        server_processor_seconds=spread([cost.server_processor for cost in costs], 1),
        run_peak_MB=spread([cost.run_peak for cost in costs], 0),
        server_peak_MB=spread([cost.server_peak for cost in costs], 0),
        together_peak_MB=spread([cost.together_peak for cost in costs], 0),
    )
    print_line("second_start", n=len(seconds), seconds_to_first_suggestion=spread(seconds, 1))
    help_seconds()  # the first reads files from disk
    helps = [help_seconds() for _ in range(asked.helps)]
    print_line("help", n=len(helps), target_seconds=0.4, seconds=spread(helps), best=round(min(helps), 3))


if __name__ == "__main__":
    run_benchmark(main)

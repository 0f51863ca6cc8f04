"""Two controllers fight for the same stations; one JSON line.

    python benchmarks/one_station.py [--experiments 500]        (about five seconds an experiment)

Two campaigns of different names run at the same time in two processes, on one served lab with one synthesis and three
measuring stations, instant, and one ledger in PostgreSQL (`--sqlite`: in one file). Told at the end, by the lab's own
record in the order in which it received them: orders that came under a smaller token than one before at the same
station (*interleaved*), orders that the fence refused, how often a station changed hands, consuming steps beyond the
recipe; and the wall time that an experiment took.
"""

import argparse
import contextlib
import itertools
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.crash import postgres_of_our_own
from benchmarks.line import print_line, run_benchmark
from ledger.kinds import EventKind
from ledger.store import Ledger
from sim.lab_record import PhysicalAct, read_record
from tests.flows.held_server import server_held
from tests.flows.small_campaign import Place, write_campaign
from tests.recipe import beyond_the_recipe
from tests.served import ServedLab

NAMES = ("left", "right")


def interleaved(acts: list[PhysicalAct]) -> int:
    """How many orders came under a smaller token than one before at the same station, and were not refused."""
    highest: Counter[str] = Counter()
    out_of_turn = 0
    for act in acts:
        out_of_turn += act.token < highest[act.station] and act.outcome != "refused"
        highest[act.station] = max(highest[act.station], act.token)
    return out_of_turn


def changes_of_hands(ledger: Ledger) -> dict[str, int]:
    """How often each station went from one controller to the other."""
    owners: dict[str, list[str]] = {}
    for event in ledger.events():
        if event.kind == EventKind.LEASE_TAKEN and not event.subject.startswith("station campaign"):
            owners.setdefault(event.subject.removeprefix("station "), []).append(event.payload["owner"])
    return {station: sum(a != b for a, b in itertools.pairwise(told)) for station, told in owners.items()}


def main() -> None:
    """Let them fight, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--experiments", type=int, default=500, help="of both together")
    options.add_argument("--sqlite", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        url = f"sqlite:///{folder / 'both.sqlite'}"
        if not asked.sqlite:
            url = stack.enter_context(postgres_of_our_own(folder / "pg")).get_uri()
        served = ServedLab(folder / "served", instant=True, dead_man_s=30.0, stock_mg=1e6)
        served.start()
        stack.callback(served.stop)
        places = [Place(folder / each, folder / "home") for each in NAMES]
        for place, each in zip(places, NAMES, strict=True):
            write_campaign(
                place.folder,
                name=each,
                lab=str(served.file),
                experiments=asked.experiments // 2,
                batch=3,
                start=3,
                planner={"name": "sobol"},
                measure={"temperatures": ["30 °C"], "sweep": {"high": "1 MHz", "low": "1 Hz", "points_per_decade": 5}},
            )
        stack.enter_context(server_held(folder / "home"))
        began = time.monotonic()
        with contextlib.ExitStack() as running:
            words = ("--hardware", "--ledger", url)
            told = [_outcome(process) for process in [running.enter_context(p.running(*words)) for p in places]]
        seconds = time.monotonic() - began
        acts = read_record(served.record)
        with contextlib.closing(Ledger.open(url)) as ledger:
            beyond = beyond_the_recipe(served.record, ledger).total()
            experiments = Counter(e.state for row in ledger.campaigns() for e in ledger.experiments(row.id))
            hands = changes_of_hands(ledger)
    print_line(
        "one_station",
        ledger="sqlite" if asked.sqlite else "postgresql",
        experiments=dict(experiments),
        controllers_ended=told,
        orders=len(acts),
        orders_interleaved=interleaved(acts),
        orders_refused_for_a_stale_token=sum("stale" in act.words for act in acts),
        changes_of_hands=hands,
        consuming_steps_beyond_the_recipe=beyond,
        seconds_per_experiment=round(seconds / max(1, experiments.total()), 2),
    )


def _outcome(process: "subprocess.Popen[str]") -> str:
    _, err = process.communicate()
    return "finished" if process.returncode == 0 else f"status {process.returncode}: {' '.join(err.split())[-300:]}"


if __name__ == "__main__":
    run_benchmark(main)

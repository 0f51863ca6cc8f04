"""Campaigns one after the other in one ledger, every process of them killed and begun again; one JSON line.

    python benchmarks/week.py [--experiments 5000] [--each 50] [--lab simulated|epics] [--bare] [--seed 1]

(About an hour and a half for 5,000 experiments.) Each campaign is `ionloop run` of the example's space on the
simulated lab: one spectrum of each film, two experiments in flight, the Sobol planner, for neither analysis nor planner
is the point. They follow one another in one ledger, on one bench and one Prefect server. Once in each campaign the
controller is killed (`kill -9`), at a random experiment and moment, and begun again; every fifth time the Prefect
server dies with it, and with `--lab epics` the served lab each time. `simulated`: the lab lives in the controller's
process and dies with it. `--bare` runs the loop without Prefect, in processes forked from one that has imported what
they need: the same experiments for half the time.

Told at the end: films known after a kill that are not known later; experiments without exactly one outcome; orders and
films that only the ledger or only the bench's own record knows; consuming steps beyond the recipe; resident memory of
the controller and the Prefect server; bytes on disk for each experiment; and whether an experiment takes longer the
more the ledger holds: seconds (wall and processor) between two ends in one life of a controller, in the first and in
the last tenth, and the slopes over what ledger and campaign hold. The first `WARM` of each life are left out.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import contextlib
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from benchmarks.killed_bench import KilledBench
from benchmarks.line import print_line, run_benchmark, slopes
from benchmarks.noted_run import run_loop_noted
from chemistry.errors import BadInput
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from tests.flows.held_server import server_held
from tests.flows.ready_process import ReadyProcess, born, open_nursery
from tests.recipe import consuming_done

if TYPE_CHECKING:
    import subprocess

WARM = 3
"""Experiments at the beginning of a life, which import what they use first."""
SERVER_TOO = 5
"""Every so many kills the Prefect server dies, too."""
MEGABYTE = 1e6
STOCK_MG = 1e9
LEAST: dict[str, Any] = {
    "measure": {"temperatures": ["30 °C"], "sweep": {"high": "1 MHz", "low": "1 Hz", "points_per_decade": 5}},
    "objectives": [{"property": "log10_conductivity", "goal": "maximise", "temperature": "30 °C"}],
}
"""Least of what an experiment measures: what it costs to analyse and to learn from is not the point."""


class Notes:
    """What the controllers noted of each experiment that ended (`benchmarks/noted_run.py`)."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> list[dict[str, float]]:
        """Every note; a last line that a kill cut short is no note."""
        if not self.file.exists():
            return []
        whole = self.file.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def spent(self) -> dict[str, np.ndarray]:
        """Seconds of each experiment, which it was of all and of its campaign; without those that began a life."""
        told: dict[str, list[float]] = {"number": [], "in its campaign": [], "wall": [], "processor": []}
        lives: Counter[float] = Counter()
        campaigns: Counter[float] = Counter()
        last: dict[float, dict[str, float]] = {}
        for number, note in enumerate(self.read()):
            life = note["process"]
            lives[life] += 1
            campaigns[note["campaign"]] += 1
            if lives[life] > WARM:
                told["number"].append(number)
                told["in its campaign"].append(campaigns[note["campaign"]])
                for kind in ("wall", "processor"):
                    told[kind].append(note[kind] - last[life][kind])
            last[life] = note
        return {kind: np.array(values) for kind, values in told.items()}


def growth(spent: dict[str, np.ndarray], kind: str) -> dict[str, Any]:
    """Medians of the first and last tenth, and two slopes from one least-squares fit, each with its standard error.

    Seconds beyond the 99 % quantile are left out of the slopes: a machine that was busy with something else.
    """
    seconds = spent[kind]
    tenth = max(1, len(seconds) // 10)
    kept = seconds <= np.quantile(seconds, 0.99)
    ledger, campaign = slopes(
        1e3 * seconds[kept], spent["number"][kept] / 1000.0, spent["in its campaign"][kept] / 100.0
    )
    return {
        "first_tenth_s": round(statistics.median(seconds[:tenth].tolist()), 3),
        "last_tenth_s": round(statistics.median(seconds[-tenth:].tolist()), 3),
        "ms_for_1000_more_in_the_ledger": [round(one, 1) for one in ledger],
        "ms_for_100_more_in_its_campaign": [round(one, 1) for one in campaign],
    }


def outcomes(ledger: Ledger) -> dict[str, Any]:
    """Every experiment that was promised against what came of it."""
    films = Counter(film.film_id for film in ledger.films())
    states: Counter[str] = Counter()
    odd = 0
    for campaign in ledger.campaigns():
        experiments = ledger.experiments(campaign.id)
        odd += [e.number for e in experiments] != list(range(1, len(experiments) + 1))
        odd += len(ledger.suggestions(campaign.id)) != len(experiments)
        samples = ledger.sample_ids(campaign.id)
        for experiment in experiments:
            state = ExperimentState(experiment.state)
            states[state.value] += 1
            own = sum(films[name] for name in samples.get(experiment.id, ()))
            odd += not state.final or own != (state is ExperimentState.OBSERVED)
    events = ledger.events()
    return {
        "experiments": dict(states),
        "experiments_without_exactly_one_outcome": odd,
        "gaps_between_events": sum(a.number + 1 != b.number for a, b in itertools.pairwise(events)),
        "events": len(events),
    }


def films_on_one_side_only(ledger: Ledger, record: Path) -> int:
    """Samples that only the ledger, or only the bench's own record, knows matter of."""
    bench = {act.sample for act in consuming_done(record)}
    known = {name for c in ledger.campaigns() for names in ledger.sample_ids(c.id).values() for name in names}
    made = {name for name in known if ledger.sample(name).made_event is not None}
    return len(bench - known) + len(made - bench)


class Week:
    """The campaigns, and the kills between them."""

    def __init__(self, folder: Path, asked: argparse.Namespace) -> None:
        self.notes = Notes(asked.notes or folder / "notes.jsonl")
        self._experiments, self._each = asked.experiments, asked.each
        self._latest = time.monotonic() + 60 * asked.minutes
        self._chance = random.Random(asked.seed)
        self._bare_loop = asked.bare
        self.kills: Counter[str] = Counter()
        self.server_MB: list[float] = []
        self.bench = KilledBench(
            folder,
            asked.lab,
            experiments=asked.each,
            batch=asked.batch,
            running=self._bare if asked.bare else self._command,
            stock_mg=STOCK_MG,
            planner={"name": "sobol"},
            **LEAST,
        )

    def _command(self, *words: str) -> "AbstractContextManager[subprocess.Popen[str]]":
        program = (str(Path(__file__).with_name("noted_run.py")), str(self.notes.file))
        return self.bench.place.running(*words, program=program)

    def _bare(self) -> "AbstractContextManager[ReadyProcess]":
        return born(self.bench.place.folder, run_loop_noted, self.notes.file, self.bench.place)

    def run(self) -> None:
        """All of them."""
        self.bench.strike(self._goes_on, self._moment, self._blow)
        self.bench.finish()

    def _goes_on(self) -> bool:
        return self.kills["controller"] * self._each < self._experiments and time.monotonic() < self._latest

    def _moment(self, process: "subprocess.Popen[str]") -> float:
        """Wait for a random experiment of the next campaign, or of this one where it is the first; and a while more."""
        awaited = self.kills["controller"] * self._each + self._chance.randrange(1, self._each)
        while process.poll() is None and len(self.notes.read()) < awaited:
            time.sleep(0.1)
        return self._chance.uniform(0.0, 1.0)

    def _blow(self, process: "subprocess.Popen[str]") -> None:
        process.kill()
        process.wait()
        self.kills["controller"] += 1
        if self.bench.served is not None:
            self.bench.served.kill()
            self.bench.served.start()
            self.kills["lab"] += 1
        if self._bare_loop:
            return
        server = self._server()
        self.server_MB.append(server.memory_info().rss / MEGABYTE)
        if self.kills["controller"] % SERVER_TOO == 0:
            server.kill()
            while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:  # whose parent may not ask for it
                time.sleep(0.1)
            self.kills["server"] += 1

    def _server(self) -> psutil.Process:
        return psutil.Process(json.loads((self.bench.place.home / "server.json").read_text())["pid"])


def main() -> None:
    """Run, kill, compare, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--experiments", type=int, default=5000, help="of all campaigns together")
    options.add_argument("--each", type=int, default=50, help="of one campaign")
    options.add_argument("--batch", type=int, default=2, help="in flight at once")
    options.add_argument("--minutes", type=float, default=1e6, help="begin no other campaign after so long")
    options.add_argument("--lab", choices=("simulated", "epics"), default="simulated")
    options.add_argument("--bare", action="store_true", help="the loop alone, without Prefect, on the simulated lab")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--notes", type=Path, help="keep what was noted of each experiment in this file")
    asked = options.parse_args()
    if not 2 <= asked.each <= asked.experiments:
        raise BadInput(
            f"{asked.each} experiments a campaign and {asked.experiments} in all",
            place="--each",
            remedy="Give each campaign at least two, and no more than there are in all",
        )
    if asked.bare and asked.lab != "simulated":
        problem = "the bare loop has the simulated lab in its own process"
        raise BadInput(problem, place="--bare", remedy="Leave --lab out")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        week = Week(Path(name), asked)
        with contextlib.ExitStack() as running:
            if asked.bare:
                open_nursery(week.bench.place.home, "")
            else:
                running.enter_context(server_held(week.bench.place.home))
            if week.bench.served is not None:
                week.bench.served.start()
                running.callback(week.bench.served.stop)
            week.run()
        told(week, asked, time.monotonic() - began)


def told(week: Week, asked: argparse.Namespace, seconds: float) -> None:
    """Compare, and print the line."""
    bench, spent, notes = week.bench, week.notes.spent(), week.notes.read()
    memory = [note["memory_MB"] for note in notes]
    with Ledger.open(bench.place.ledger, create=False) as ledger:
        promised = outcomes(ledger)
        one_side = films_on_one_side_only(ledger, bench.record)
    count = sum(promised["experiments"].values())
    tenth = max(1, len(memory) // 10)
    print_line(
        "week",
        lab=asked.lab,
        seeds=[asked.seed],
        each=asked.each,
        in_flight=asked.batch,
        prefect=not asked.bare,
        kills=dict(week.kills),
        films_lost=bench.lost,
        **promised,
        films_on_one_side_only=one_side,
        **{key: value for key, value in bench.compare().items() if key not in ("experiments",)},
        runs_that_gave_up=dict(bench.gave_up),
        controller_memory_MB={
            "first_tenth": round(statistics.median(memory[:tenth])),
            "last_tenth": round(statistics.median(memory[-tenth:])),
            "most": round(max(memory)),
        },
        server_memory_MB=[round(one) for one in (week.server_MB[:1] + week.server_MB[-1:])],
        bytes_per_experiment={
            name: round(size(file) / count)
            for name, file in {
                "ledger": bench.place.ledger,
                "bench": bench.record,
                "prefect": bench.place.home / "prefect" / "prefect.db",
            }.items()
            if file.exists()
        },
        timed=len(spent["number"]),
        wall=growth(spent, "wall"),
        processor=growth(spent, "processor"),
        hours=round(seconds / 3600, 2),
    )


def size(database: Path) -> int:
    """Bytes of an SQLite file and its log."""
    log = database.with_name(database.name + "-wal")
    return database.stat().st_size + (log.stat().st_size if log.exists() else 0)


if __name__ == "__main__":
    run_benchmark(main)

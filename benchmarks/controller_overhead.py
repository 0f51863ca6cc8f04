"""What an experiment costs the controller, beside the floor of the libraries under it; two JSON lines.

    python benchmarks/controller_overhead.py [--experiments 30]        (about two minutes)

The real path: the campaign flow on a Prefect server of its own, ledger and lab record on SQLite (WAL, FULL), journal,
leases, RunEngine, six temperatures, a surrogate refitted after each result, pages renewed in the Prefect UI. Only the
instruments are instant (`simulated: {instant: true}`), and `sobol` plans. Experiments run one at a time, so that what
is subtracted from the wall clock was spent on that experiment's own path.

Subtracted: `suggest` of the planner, `fit` of the Gaussian process, its `diagnostics` and `foretold`; and the
simulated instruments (physics, and the commits of their own record), which stand where hardware would: with them is
another figure. Told apart, and subtracted only in the figure that says so: `judge_film` (Kramers-Kronig test, circuit
fits, temperature law). Told apart and never subtracted: the pages in the Prefect UI, which a thread of their own
renews. Not in an experiment: opening the session, the flow run's own start and end, the report; they are
`seconds_per_campaign`.

The floor, half of it before and half after, in a flow on the same server: as many bare Prefect tasks, the same
messages through a bare RunEngine on ophyd's own fake axis with readings of the same size, as many bare SQLite commits
(WAL, FULL) as ledger and lab record made. Processor seconds are those of this process; the server's stand beside them.
A second campaign with three experiments in flight is the second line: there the wall clock is the whole of it.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import contextlib
import functools
import itertools
import json
import sqlite3
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil
import yaml

from benchmarks.line import print_line, spread

EXAMPLES = Path(__file__).parents[1] / "examples"
WARM_UP = 5
"""Experiments of a first campaign, which imports, fills caches, and tells what the floor has to repeat."""
SUBTRACTED = ("planner", "surrogate")
BENCH = "simulated instruments"
TOLD_APART = ("analysis", BENCH, "pages, beside the loop")


Recorded = tuple[str, str, dict[str, Any]]
"""A message to a RunEngine: its command, the name of its device or stream, and what was read."""


class Spent:
    """Wall and processor seconds inside wrapped calls by kind; a call within a wrapped call counts for the outer."""

    def __init__(self) -> None:
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.processor: defaultdict[str, float] = defaultdict(float)
        self._inside = threading.local()

    def on(self, kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed."""

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            if getattr(self._inside, "call", False):
                return function(*arguments, **named)
            self._inside.call = True
            wall, processor = time.perf_counter(), time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                self._inside.call = False
                self.wall[kind] += time.perf_counter() - wall
                self.processor[kind] += time.thread_time() - processor

        return timed

    def arithmetic(self, *, processor: bool = False) -> float:
        """Seconds of planner and surrogate."""
        return sum((self.processor if processor else self.wall)[kind] for kind in SUBTRACTED)


class Watch:
    """What is learnt of one campaign from outside: times by experiment, counts of tasks and commits, messages."""

    def __init__(self) -> None:
        self.spent = Spent()
        self.ends: list[tuple[float, defaultdict[str, float]]] = []
        """Moment, and seconds by kind so far, at the start of the loop and after each experiment."""
        self.tasks = self.commits = 0
        self.steps: defaultdict[str, float] = defaultdict(float)
        """Seconds by kind of step, without what is subtracted."""
        self.runs: list[list[Recorded]] = []
        """The messages of each Bluesky run."""
        self.loop_wall = self.loop_processor = 0.0

    @contextlib.contextmanager
    def attached(self) -> Iterator[None]:
        """Watch whatever campaign runs within the block."""
        import flows.campaign
        import flows.experiment
        import flows.gate
        import flows.loop
        import flows.suggest
        from flows.artifacts import ShopWindow
        from ledger.database import Database
        from models.gaussian_process import FittedGaussianProcess, GaussianProcess
        from planners.sobol import SobolPlanner
        from sim.instruments.instrument import SimulatedInstrument
        from sim.lab_record import LabRecord

        def timed(owner: Any, name: str, kind: str) -> Any:
            return patch.object(owner, name, self.spent.on(kind, getattr(owner, name)))

        with contextlib.ExitStack() as stack:
            for owner, name, kind in (
                (SobolPlanner, "suggest", "planner"),
                (GaussianProcess, "fit", "surrogate"),
                (FittedGaussianProcess, "diagnostics", "surrogate"),
                (FittedGaussianProcess, "foretold", "surrogate"),
                (flows.gate, "judge_film", "analysis"),
                (ShopWindow, "_publish", "pages, beside the loop"),
                (SimulatedInstrument, "receive", BENCH),
                (SimulatedInstrument, "_end", BENCH),
                (SimulatedInstrument, "fence", BENCH),
                (SimulatedInstrument, "safe", BENCH),
            ):
                stack.enter_context(timed(owner, name, kind))
            for module in (flows.loop, flows.experiment, flows.campaign):
                stack.enter_context(patch.object(module, "step", self._step(module.step)))
            stack.enter_context(patch.object(Database, "writing", self._counted(Database.writing)))
            stack.enter_context(patch.object(LabRecord, "_transaction", self._counted(LabRecord._transaction)))
            stack.enter_context(patch.object(flows.campaign, "run_loop", self._loop(flows.campaign.run_loop)))
            stack.enter_context(patch.object(ShopWindow, "renew", self._renew(ShopWindow.renew)))
            yield

    def _step(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def step(kind: str, name: str, work: Callable[[], Any]) -> Any:
            self.tasks += 1
            began, before = time.perf_counter(), self.spent.arithmetic()
            try:
                return original(kind, name, work)
            finally:
                self.steps[kind] += time.perf_counter() - began - (self.spent.arithmetic() - before)

        return step

    def _counted(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def counted(it: Any) -> Any:
            self.commits += 1
            return original(it)

        return counted

    def _loop(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def run_loop(*arguments: Any) -> None:
            self._mark()
            wall, processor = time.perf_counter(), time.process_time()
            tasks, commits = self.tasks, self.commits
            original(*arguments)
            self.loop_wall, self.loop_processor = time.perf_counter() - wall, time.process_time() - processor
            self.tasks, self.commits = self.tasks - tasks, self.commits - commits

        return run_loop

    def _renew(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def renew(window: Any) -> None:
            original(window)
            self._mark()

        return renew

    def _mark(self) -> None:
        self.ends.append((time.perf_counter(), self.spent.wall.copy()))

    def seconds(self, without: Sequence[str] = ()) -> list[float]:
        """Seconds of each experiment without planner, surrogate, and what else is named."""
        kinds = (*SUBTRACTED, *without)
        return [
            (end - begin) - sum(spent[kind] - before[kind] for kind in kinds)
            for (begin, before), (end, spent) in itertools.pairwise(self.ends)
        ]


@contextlib.contextmanager
def recorded_messages(watch: Watch) -> Iterator[None]:
    """Note every message that a station's RunEngine gets, run by run."""
    import devices.station
    from devices.station import _engine

    def engine() -> Any:
        made: Any = _engine()
        made.msg_hook = note
        return made

    mine = threading.local()

    def note(message: Any) -> None:
        if message.command == "open_run":
            mine.run = []
            watch.runs.append(mine.run)
        if hasattr(mine, "run"):
            values: dict[str, Any] = {}
            name = message.kwargs.get("name", "") if message.command == "create" else getattr(message.obj, "name", "")
            if message.command == "read":
                values = {key: reading["value"] for key, reading in message.obj.read().items()}
            mine.run.append((message.command, name, values))

    with patch.object(devices.station, "_engine", engine):
        yield


def campaign(folder: Path, name: str, experiments: int, batch: int) -> float:
    """Run a campaign of the example's space on the instant lab; wall seconds from call to end."""
    from flows.campaign import campaign as flow

    content = yaml.safe_load((EXAMPLES / "peo_salts.yaml").read_text(encoding="utf-8"))
    content["budget"] = {"experiments": experiments, "batch": batch, "failure_limit": 1.0}
    content["planner"] = {"name": "sobol", "start": max(experiments, 1)}
    content["name"] = name
    lab = yaml.safe_load((EXAMPLES / "simulated_lab.yaml").read_text(encoding="utf-8"))
    lab["simulated"]["instant"] = True
    lab["stock"] = {"default": 1e9}
    (folder / "simulated_lab.yaml").write_text(yaml.safe_dump(lab), encoding="utf-8")
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    began = time.perf_counter()
    flow.with_options(flow_run_name=name)(str(file), str(folder / name), show="none")
    return time.perf_counter() - began


def floor(folder: Path, watch: Watch, n: int) -> dict[str, list[float]]:
    """Seconds of the libraries' own work for one experiment, n times, by library; in a flow on the present server."""
    from prefect import Task, flow
    from prefect.cache_policies import NO_CACHE

    tasks, commits = (round(count / WARM_UP) for count in (watch.tasks, watch.commits))
    runs = [watch.runs[i : i + 2] for i in range(0, len(watch.runs), 2)]
    seconds: dict[str, list[float]] = {"prefect": [], "bluesky": [], "sqlite": []}
    replay = bare_runs()
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS acts (content TEXT)")

    def commit() -> None:
        for _ in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO acts VALUES (?)", ("x" * 500,))
            connection.execute("COMMIT")

    def bare_tasks() -> None:
        for _ in range(tasks):
            Task(lambda: None, name="bare", cache_policy=NO_CACHE, persist_result=False, retries=0)()

    @flow(name="floor", persist_result=False)
    def bare() -> None:
        for number in range(n):
            of_one = functools.partial(replay, runs[number % len(runs)])
            for kind, work in (("prefect", bare_tasks), ("bluesky", of_one), ("sqlite", commit)):
                began = time.perf_counter()
                work()
                seconds[kind].append(time.perf_counter() - began)

    bare()
    connection.close()
    return seconds


def bare_runs() -> Callable[[list[list[Recorded]]], None]:
    """A function that sends recorded runs through a RunEngine to an axis that is there at once."""
    from bluesky import RunEngine
    from bluesky.utils import Msg, MsgGenerator
    from ophyd.sim import SynAxis

    from devices.readings import Readings

    engine, axis = RunEngine({}, context_managers=[]), SynAxis(name="axis")

    def again(run: list[Recorded]) -> MsgGenerator[None]:
        last, meters = 0, dict[str, Readings]()
        for number, (command, name, values) in enumerate(run):
            match command:
                case "set":
                    last = number
                    yield Msg("set", axis, number, group=last)
                case "wait":
                    yield Msg("wait", group=last)
                case "create":
                    yield Msg("create", name=name)
                case "read":
                    yield Msg("read", meters.setdefault(name, Readings(name, values)))
                case "stop":
                    yield Msg("stop", axis)
                case "open_run" | "close_run" | "save" | "checkpoint" | "clear_checkpoint":
                    yield Msg(command)
                case _:
                    yield Msg("null")

    def replay(runs: list[list[Recorded]]) -> None:
        for run in runs:
            engine(again(run), lambda *_: None)

    return replay


def server_seconds() -> float:
    """Processor seconds of the Prefect server so far."""
    from flows.home import home

    times = psutil.Process(json.loads((home() / "server.json").read_text())["pid"]).cpu_times()
    return times.user + times.system


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--experiments", type=int, default=30)
    n = options.parse_args().experiments
    from flows.prefect_server import prefect_server

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.environ["IONLOOP_HOME"] = str(folder / "home")
        with prefect_server():
            warm = Watch()
            with warm.attached(), recorded_messages(warm):
                campaign(folder, "warm_up", WARM_UP, 1)
            before = floor(folder, warm, n // 2)
            one, server = Watch(), server_seconds()
            with one.attached():
                whole = campaign(folder, "one_at_a_time", n, 1)
            server = server_seconds() - server
            after = floor(folder, warm, n - n // 2)
            tell_one_at_a_time(one, whole, server, {kind: before[kind] + after[kind] for kind in before}, warm)
            three = Watch()
            with three.attached():
                campaign(folder, "three_in_flight", n, 3)
            tell_three_in_flight(three, n)


def tell_one_at_a_time(watch: Watch, whole: float, server: float, bare: dict[str, list[float]], warm: Watch) -> None:
    """Print the figures that the target is about."""
    seconds = watch.seconds(without=[BENCH])
    n, spent = len(seconds), watch.spent
    floors = {kind: statistics.median(values) for kind, values in bare.items()}
    third = max(1, n // 3)
    print_line(
        "controller_overhead",
        n=n,
        seeds=[7],
        in_flight=1,
        target_seconds=0.5,
        seconds_per_experiment=spread(seconds),
        mean=round(statistics.mean(seconds), 3),
        worst=round(max(seconds), 3),
        with_simulated_instruments=spread(watch.seconds()),
        without_analysis_of_spectra=spread(watch.seconds(without=[BENCH, "analysis"])),
        first_third=round(statistics.median(seconds[:third]), 3),
        last_third=round(statistics.median(seconds[-third:]), 3),
        floor=round(sum(floors.values()), 3),
        floor_of={kind: round(value, 3) for kind, value in floors.items()},
        times_the_floor=round(statistics.median(seconds) / sum(floors.values()), 2),
        subtracted_per_experiment={kind: round(spent.wall[kind] / n, 3) for kind in SUBTRACTED},
        told_apart_per_experiment={kind: round(spent.wall[kind] / n, 3) for kind in TOLD_APART},
        by_step={kind: round(value / n, 3) for kind, value in watch.steps.items()},
        tasks_per_experiment=round(watch.tasks / n, 1),
        messages_per_experiment=round(sum(map(len, warm.runs)) / WARM_UP, 1),
        commits_per_experiment=round(watch.commits / n, 1),
        processor_seconds_per_experiment=round((watch.loop_processor - spent.arithmetic(processor=True)) / n, 3),
        server_processor_seconds_per_experiment=round(server / n, 3),
        seconds_per_campaign=round(whole - watch.loop_wall, 2),
    )


def tell_three_in_flight(watch: Watch, n: int) -> None:
    """Print what an experiment costs where three are in flight, nothing subtracted from the wall clock."""
    print_line(
        "controller_overhead",
        n=n,
        seeds=[7],
        in_flight=3,
        wall_seconds_per_experiment_all_included=round(watch.loop_wall / n, 3),
        arithmetic_seconds_per_experiment=round(watch.spent.arithmetic() / n, 3),
        processor_seconds_per_experiment=round((watch.loop_processor - watch.spent.arithmetic(processor=True)) / n, 3),
    )


if __name__ == "__main__":
    main()

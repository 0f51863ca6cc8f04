"""What is learnt of a campaign from outside: seconds by kind of work and by experiment, tasks, commits, messages."""

import contextlib
import functools
import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest.mock import patch

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

"""The experiments in flight: one thread each, stations taken in turn, and the lab's clock held while anybody works."""

import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from devices.lab import Station
from devices.protocols import Clock, Hold
from flows.leasing import Leasing
from flows.session import Session
from flows.stopping import Stopped
from ledger.tables import ExperimentRow


class AtWork:
    """One thread's hold on the lab's clock: taken while it works, let go while it waits for others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hold: Hold | None = clock.hold()

    def rest(self) -> None:
        """Let lab time go on."""
        if self._hold is not None:
            self._hold.release()
            self._hold = None

    def resume(self) -> None:
        """Work again. Called by whoever wakes this thread, while that one still holds the clock."""
        if self._hold is None:
            self._hold = self._clock.hold()


@dataclass
class _Waiting:
    """A thread that waits for a station with these instruments."""

    roles: tuple[str, ...]
    at_work: AtWork
    woken: threading.Event = field(default_factory=threading.Event)
    station: Station | None = None


class Crew:
    """Runs experiments in threads and hands back whichever ends first.

    Lab time never passes while somebody computes: a hold on the clock goes with every piece of work, from the main
    thread to an experiment's thread, from a freed station to the thread that waited for it, and back with the result.
    So a simulated campaign is the same on every run, however busy the machine is.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._leasing = Leasing(session)
        self._threads = ThreadPoolExecutor(session.spec.budget.batch, thread_name_prefix="experiment")
        self._ended: queue.SimpleQueue[tuple[ExperimentRow | None, BaseException | None, AtWork | None]] = queue.SimpleQueue()
        self._turns = threading.Lock()
        self._busy: dict[str, Station] = {}
        self._waiting: list[_Waiting] = []
        self._stopped: Stopped | None = None
        self._main = AtWork(session.lab.clock)
        self.in_flight = 0

    def begin(self, experiment: ExperimentRow, work: Callable[[AtWork], None]) -> None:
        """Start `work` in a thread of its own, within the present Prefect flow run."""
        at_work = AtWork(self._session.lab.clock)
        self.in_flight += 1
        context = contextvars.copy_context()
        self._threads.submit(context.run, self._work, experiment, work, at_work)

    def _work(self, experiment: ExperimentRow, work: Callable[[AtWork], None], at_work: AtWork) -> None:
        error: BaseException | None = None
        try:
            work(at_work)
        except BaseException as caught:  # noqa: BLE001  handed to the main thread, which raises it
            error = caught
        self._ended.put((experiment, error, at_work))

    def wait_for_one(self) -> ExperimentRow:
        """The experiment that ended first; raises what stopped it or the campaign."""
        self._main.rest()
        experiment, error, at_work = self._ended.get()
        self._main.resume()
        if at_work is not None:
            at_work.rest()
        if error is not None or experiment is None:
            raise error or RuntimeError("an experiment ended without a result")
        self.in_flight -= 1
        return experiment

    @contextlib.contextmanager
    def station(self, roles: tuple[str, ...], at_work: AtWork) -> Iterator[tuple[Station, int]]:
        """A free station that has these instruments, and the fencing token of its lease; waits for its turn."""
        station = self._take(roles, at_work)
        try:
            with self._leasing.lease(station.name) as token:
                yield station, token
        finally:
            self._give_back(station)

    def _take(self, roles: tuple[str, ...], at_work: AtWork) -> Station:
        with self._turns:
            if self._stopped:
                raise self._stopped
            station = self._free_station(roles)
            if station is not None:
                self._busy[station.name] = station
                return station
            waiting = _Waiting(roles, at_work)
            self._waiting.append(waiting)
            at_work.rest()
        waiting.woken.wait()
        if waiting.station is None:
            raise self._stopped or RuntimeError("woken without a station")
        return waiting.station

    def _free_station(self, roles: tuple[str, ...]) -> Station | None:
        return next((s for s in self._session.lab.stations_with(roles) if s.name not in self._busy), None)

    def _give_back(self, station: Station) -> None:
        """Hand the station to whoever has waited longest for one like it, and the clock with it."""
        with self._turns:
            del self._busy[station.name]
            for waiting in self._waiting:
                if set(waiting.roles) <= set(station.instruments):
                    self._waiting.remove(waiting)
                    self._busy[station.name] = waiting.station = station
                    waiting.at_work.resume()
                    waiting.woken.set()
                    return

    def stop(self, why: Stopped) -> None:
        """Stop the campaign from any thread: the main thread raises `why` and brings the stations into safe state."""
        self._ended.put((None, why, None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self._abort(error if isinstance(error, Stopped) else Stopped(f"{type(error).__name__}: {error}", "paused"))
        self._main.rest()
        self._threads.shutdown(wait=True)
        self._leasing.close()

    def _abort(self, why: Stopped) -> None:
        """Abort every plan that runs (its clean-up brings the instruments into safe state) and wake who waits."""
        with self._turns:
            self._stopped = why
            for waiting in self._waiting:
                waiting.woken.set()
            self._waiting.clear()
            busy = list(self._busy.values())
        self._main.rest()  # clean-up takes lab time
        for station in busy:
            station.abort(str(why))

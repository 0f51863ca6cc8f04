"""The experiments in flight: a thread each, stations borrowed in turn, and the lab's clock held while anybody works."""

import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import NamedTuple, Self

from devices.clock import sleep
from devices.errors import InstrumentError, PlanAborted
from devices.lab import Station
from devices.plans import tidy
from devices.protocols import MEASURE_ROLES, Hold
from flows.patience import LOOK_S, Patience
from flows.resume import LOOK_AGAIN_S, Waiting, reconcile, settle_unanswered
from flows.session import Session
from flows.stopping import Stopped
from flows.theory.asking import Theory
from flows.theory.workers import Workers
from ledger.errors import LeaseLost
from ledger.kinds import CampaignState
from ledger.tables import CalculationRow, ExperimentRow

LAST_PATIENCE_S = 5.0
"""How long a campaign that ends still waits for a ledger that is away."""


Work = ExperimentRow | CalculationRow
"""What a thread of the crew works on."""


class _Ended(NamedTuple):
    """What a thread hands to the main thread: what ended, what went wrong, and its hold on the clock."""

    work: Work | None
    error: BaseException | None
    hold: Hold | None


class Crew:
    """Runs experiments in threads and hands back whichever ends first.

    Lab time never passes while somebody computes: a hold on the clock goes with every piece of work, from the main
    thread to an experiment's thread and back with the result. So a simulated campaign is the same on every run,
    however busy the machine is.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lab = session.lab
        self._leasing = session.leasing
        self._leasing.on_lost = self._on_lost
        self._experiments = ThreadPoolExecutor(session.spec.budget.batch, thread_name_prefix="experiment")
        self._workers = Workers(session.spec.theory)
        self.theory = Theory(session.ledger, self._workers)
        """Who answers the questions of calculations."""
        self._calculations = ThreadPoolExecutor(max(self.most_calculations, 1), thread_name_prefix="calculation")
        self._ended: queue.SimpleQueue[_Ended] = queue.SimpleQueue()
        self._flying: list[tuple[Future[None], Hold]] = []
        self._hold = session.lab.clock.hold()
        self.in_flight = 0
        """Experiments under way."""
        self.calculating = 0
        self._stations: dict[int, Station] = {}
        """Which experiment is at which station."""
        self._stations_lock = threading.Lock()
        self._stopping = threading.Event()
        self._patience = Patience(session.lab.clock, self._stopping)
        self.why_stopping: BaseException | None = None
        """What the campaign was last stopped for, from whichever side."""
        self._aborted_alone: set[int] = set()
        """Experiments that were aborted while the campaign goes on."""

    @property
    def most_calculations(self) -> int:
        """How many calculations may run beside one another."""
        return self._session.spec.theory.at_once if self._session.spec.calculates else 0

    def begin(self, row: Work, work: Callable[[Hold], None]) -> None:
        """Start `work` in a thread of its own, within the present Prefect flow run."""
        calculated = isinstance(row, CalculationRow)
        if calculated:
            self.calculating += 1
        else:
            self.in_flight += 1
        hold = self._lab.clock.hold()
        threads = self._calculations if calculated else self._experiments
        future = threads.submit(contextvars.copy_context().run, self._work, row, work, hold)
        self._flying.append((future, hold))

    def _work(self, row: Work, work: Callable[[Hold], None], hold: Hold) -> None:
        error: BaseException | None = None
        try:
            work(hold)
        except BaseException as caught:  # noqa: BLE001  whatever it is, the main thread raises it
            error = caught
        self._ended.put(_Ended(row, error, hold))

    def wait_for_one(self, within_s: float | None = None) -> Work | None:
        """The experiment, or calculation, that ended first; raises what stopped it, or the campaign.

        None where none ended within so much wall time.
        """
        self._hold.suspend()
        try:
            ended = self._ended.get(timeout=within_s)
        except queue.Empty:
            return None
        finally:
            self._hold.resume()
        if ended.hold is not None:
            ended.hold.release()
            if isinstance(ended.work, CalculationRow):
                self.calculating -= 1
            else:
                self.in_flight -= 1
            self._flying = [(future, hold) for future, hold in self._flying if hold is not ended.hold]
        if ended.work is None or ended.error is not None:
            error = ended.error or RuntimeError("an experiment ended without saying how")
            self._abort(error)  # before anybody asks why: the lab first
            raise error
        return ended.work

    def rest(self, seconds: float) -> None:
        """Let wall time pass while nothing is in flight; raises what stops the campaign meanwhile."""
        self._hold.suspend()
        with contextlib.suppress(queue.Empty):
            self._ended.put(self._ended.get(timeout=seconds))  # whoever asks next is told
        self._hold.resume()
        if not self._ended.empty():
            self.wait_for_one()

    def _sleep(self, seconds: float) -> None:
        """Let lab time pass for the main thread; raises what stops the campaign meanwhile."""
        self._patience.nap(seconds, self._hold)
        if not self._ended.empty():
            self.wait_for_one()

    def _nap_unless_stopped(self, seconds: float, hold: Hold) -> None:
        """Let lab time pass for an experiment's thread; raises `PlanAborted` where the campaign is being stopped."""
        self._patience.nap(seconds, hold)
        if self._stopping.is_set():
            raise PlanAborted(str(self.why_stopping))

    def abort_experiment(self, number: int, why: str) -> None:
        """Bring the station that works on one experiment into its safe state; nothing where none does."""
        with self._stations_lock:
            station = self._stations.get(number)
            if station is not None:  # within the lock: by the next moment another film may be there
                self._aborted_alone.add(number)
                station.abort(why)

    def reconcile(self) -> list[ExperimentRow]:
        """Ask the instruments what happened before anything moves, then clear the cells if anything is unfinished.

        Raises what stops the campaign, also while an instrument is waited for.
        """
        waiting = Waiting(self._sleep, self._hold, lambda station: self._patience.reached(station, self._hold))
        unfinished = reconcile(self._session, waiting)
        if unfinished:
            self._clear_cells()
        return unfinished

    def _clear_cells(self) -> None:
        """Make every measuring station safe and put the films that a crash left in their cells back into the rack."""
        for station in self._lab.stations_with(MEASURE_ROLES):
            try:
                self._clear_cell(station)
            except InstrumentError:
                # The lab may have gone away in the middle. It is waited for, as before a film, and asked once more.
                self._clear_cell(station)

    def _clear_cell(self, station: Station) -> None:
        with self._leasing.lease(
            station.name, above=self._patience.reached(station, self._hold), hold=self._hold
        ) as token:
            station.run(tidy(station), token=token, hold=self._hold)

    @contextlib.contextmanager
    def station(self, roles: tuple[str, ...], experiment: ExperimentRow, hold: Hold) -> Iterator[tuple[Station, int]]:
        """A free station that has these instruments, and the fencing token of its lease; waits for its turn."""
        with (
            self._lab.borrow(roles, hold, turn=experiment.number) as station,
            _named(station),
            self._leasing.lease(station.name, above=self._patience.reached(station, hold), hold=hold) as token,
        ):
            try:
                with self._noted(station, experiment.number):
                    settle_unanswered(self._session, station, lambda seconds: self._nap_unless_stopped(seconds, hold))
                    yield station, token
            except PlanAborted:
                if experiment.number in self._aborted_alone:
                    self._make_usable(station, token, hold)
                raise

    def _make_usable(self, station: Station, token: int, hold: Hold) -> None:
        """After the abort of one experiment: what cannot be cut short ends first, and the cell is cleared.

        A lab that goes away in the middle is waited for, and asked once more.
        """
        try:
            self._clear_when_idle(station, token, hold)
        except InstrumentError:
            self._patience.reached(station, hold)
            self._clear_when_idle(station, token, hold)

    def _clear_when_idle(self, station: Station, token: int, hold: Hold) -> None:
        while any(instrument.state().busy for instrument in station.instruments.values()):
            sleep(self._lab.clock, LOOK_AGAIN_S, hold)
        if all(role in station.instruments for role in MEASURE_ROLES):
            station.run(tidy(station), token=token, hold=hold)

    @contextlib.contextmanager
    def _noted(self, station: Station, number: int) -> Iterator[None]:
        with self._stations_lock:
            self._stations[number] = station
        try:
            yield
        finally:
            with self._stations_lock:
                del self._stations[number]

    def _on_lost(self, name: str) -> None:
        """Another controller took what is ours: two of them must not run one campaign."""
        self.stop(LeaseLost(f"The lease of {name} was lost: another controller has taken it"))

    def stop(self, why: BaseException) -> None:
        """Stop the campaign from any thread or signal: the main thread raises `why`, and the stations become safe."""
        self.why_stopping = why
        self._stopping.set()
        self._session.ledger.be_patient(LAST_PATIENCE_S)
        self._leasing.wait_no_more()
        self._ended.put(_Ended(None, why, None))

    def _abort(self, error: BaseException) -> None:
        # But for an abort we come back, and a film that dries goes on drying until then.
        self._lab.abort(str(error) or type(error).__name__, leaving=not _for_good(error))
        self._workers.stop()

    def _let_go_of_ended(self) -> None:
        """Release the holds of threads that have ended, which an interrupt may have kept from `wait_for_one`.

        The others need lab time to come to their end. Nothing is counted here: an interrupt can fall anywhere.
        """
        for future, hold in self._flying:
            if future.done():
                hold.release()
        self._flying = [(future, hold) for future, hold in self._flying if not future.done()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hold.release()  # the clean-up of an aborted plan takes lab time
        while self._flying:
            if error is not None:  # again and again: a thread may have been on its way to a station the last time
                self._abort(error)
            self._let_go_of_ended()
            wait((future for future, _ in self._flying), timeout=LOOK_S, return_when=FIRST_COMPLETED)
        if error is not None and _for_good(error):
            # Clean-ups have run. What one that failed has left on is turned off all the same, and what one left on for
            # us to come back to: Prefect ends a cancelled run by a signal, which may come before we see the cancel.
            self._lab.safe()
        self._experiments.shutdown()
        self._calculations.shutdown()
        self._workers.stop()


def _for_good(error: BaseException) -> bool:
    """Whether the campaign is aborted: nobody comes back to what was left on."""
    return isinstance(error, Stopped) and error.campaign_state is CampaignState.ABORTED


@contextlib.contextmanager
def _named(station: Station) -> Iterator[None]:
    """Let what an instrument fails with say at which station it stands."""
    try:
        yield
    except InstrumentError as fault:
        fault.station = station.name
        raise

"""A station: instruments that one plan at a time uses, and the RunEngine that runs it."""

import contextlib
import io
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bluesky.utils import Msg, MsgGenerator, RunEngineInterrupted

from chemistry.errors import BadInput
from devices.errors import PlanAborted
from devices.instrument import Instrument
from devices.journaled import Journal, journaled
from devices.lab_file import GasLimits
from devices.perform import answer_as_made
from devices.protocols import Clock, Hold, Order

if TYPE_CHECKING:
    from bluesky import RunEngine

Documents = Callable[[str, Any], object]
"""Takes Bluesky documents as they come: name (start, descriptor, event, stop) and content."""


class Station:
    """Instruments by role, one RunEngine, one plan at a time, from whichever thread."""

    def __init__(
        self, name: str, instruments: Mapping[str, Instrument], clock: Clock, gas: GasLimits | None = None
    ) -> None:
        """`gas` is what the glovebox that it stands in may hold, where it has one."""
        self.name, self.gas_limits = name, gas or GasLimits()
        self.instruments = dict(instruments)
        self.clock = clock
        self._engine: RunEngine | None = None
        self._lock = threading.Lock()
        self._work: Work | None = None
        self._token = 0
        self._aborted: str | None = None

    def instrument(self, role: str) -> Instrument:
        """The instrument that plays `role`; raises `BadInput` naming it where the lab file gives the station none."""
        if role not in self.instruments:
            raise BadInput(
                f"station {self.name!r} has no {role}, and the plan needs one",
                place=f"stations.{self.name}",
                remedy=f"Add a line `{role}: {{class: ..., prefix: ...}}` to the station in the lab file",
            )
        return self.instruments[role]

    @property
    def activity(self) -> str:
        """What the station does now, for the progress display."""
        work = self._work
        return work.activity if work is not None else "idle"

    def largest_token(self) -> int:
        """The largest token that any of its instruments has seen; raises `NeverSent` where one cannot be reached."""
        return max(instrument.largest_token() for instrument in self.instruments.values())

    @property
    def owner_token(self) -> int | None:
        """Token of whoever runs a plan here now; None while nobody does."""
        with self._lock:
            return self._token if self._work is not None else None

    def run(
        self,
        plan: MsgGenerator[Any],
        *,
        sample: str = "",
        token: int = 0,
        journal: Journal | None = None,
        documents: Documents | None = None,
        hold: Hold | None = None,
    ) -> Any:
        """Run a plan to its end and return what it returns.

        Args:
            plan: Yields bare commands (`devices.perform`).
            sample: The sample that its orders are for.
            token: Fencing token of the station's owner; the instruments refuse smaller ones from now on.
            journal: Where consuming steps are written; None only for plans that have none.
            documents: Takes the Bluesky documents; an error in it fails the plan.
            hold: The caller's hold on the clock, suspended whenever the plan waits, and held again on return. A
                caller that has none is given one for as long as the plan runs.

        Raises:
            InstrumentError: an instrument refused, failed or was silent; finalizers have run.
            PlanAborted: `abort` was called; finalizers have run.
        """
        own = hold if hold is not None else self.clock.hold()
        try:
            work = self._begin(own, token)
            try:
                for instrument in self.instruments.values():
                    instrument.fence(token)
                orders = journaled(plan, journal, self.name, token, sample, work)
                return self._execute(self._unless_aborted(orders), documents)
            finally:
                self._end(work)
        finally:
            if hold is None:
                own.release()

    def abort(self, reason: str, *, leaving: bool = False) -> None:
        """Abort the plan that runs, from another thread; its finalizers run. Returns at once; `run` raises.

        Nothing where no plan runs, or one that was aborted already is being cleaned up. With `leaving`, instruments
        that run a programme of their own go on with it: the controller will come back and ask what became of it. An
        abort without it takes that back: a signal may come before the cancel that it was sent for.
        """
        with self._lock:
            if self._work is None:
                return
            if self._aborted is None or not leaving:
                for instrument in self.instruments.values():
                    instrument.left_alone = leaving
            if self._aborted is not None:
                return
            self._aborted = reason
            engine, work = self._engine, self._work
        if engine is not None and engine.state != "idle":
            try:
                with contextlib.redirect_stdout(io.StringIO()):  # it says so on stdout, where our JSON goes
                    engine.abort(reason)
            except RuntimeError:
                # Else it came to its end on its own meanwhile, and another may run there already.
                if self._work is work and engine.state != "idle":
                    raise

    def safe(self) -> None:
        """Bring every instrument into its safe state now, without waiting; the plan that runs, if any, fails."""
        for instrument in self.instruments.values():
            instrument.safe(self._token)

    def ended(self, order_id: str, failed: bool = False) -> None:
        """A simulated instrument ended an order: whoever waits for it is at work again. Called with the clock held."""
        work = self._work
        if work is not None:
            work.ended(order_id, failed)

    def close(self) -> None:
        """End the thread of its RunEngine, unless a plan runs there; the next plan begins another."""
        with self._lock:
            if self._engine is None or self._work is not None:
                return
            engine, self._engine = self._engine, None
        loop = engine.loop
        loop.call_soon_threadsafe(loop.stop)
        while loop.is_running():  # Bluesky keeps the thread to itself: nothing to join
            time.sleep(0.001)
        loop.close()

    def _begin(self, hold: Hold, token: int) -> "Work":
        with self._lock:
            if self._work is not None:
                raise RuntimeError(f"station {self.name!r} already runs a plan: {self._work.activity}")
            self._work, self._token, self._aborted = Work(hold), token, None
            for instrument in self.instruments.values():
                instrument.left_alone = False
            if self._engine is None:
                self._engine = _engine()
            return self._work

    def _end(self, work: "Work") -> None:
        work.waits_for(())
        with self._lock:
            self._work = None
        for instrument in self.instruments.values():
            instrument.leave()

    def _execute(self, plan: MsgGenerator[Any], documents: Documents | None) -> Any:
        if self._engine is None:
            self._engine = _engine()
        try:
            result: Any = self._engine(plan, [documents] if documents is not None else [])
            return result.plan_result
        except RunEngineInterrupted as interrupted:
            raise PlanAborted(f"aborted at station {self.name}: {self._aborted}") from interrupted
        except Exception as failure:
            if self._aborted is None or isinstance(failure, PlanAborted):
                raise
            raise PlanAborted(f"aborted at station {self.name}: {self._aborted}; then {failure}") from failure

    def _unless_aborted(self, plan: MsgGenerator[Any]) -> MsgGenerator[Any]:
        """Sees an abort that came before the RunEngine was running, when it could not take one."""
        yield Msg("null")
        if self._aborted is not None:
            plan.close()
            raise PlanAborted(f"aborted at station {self.name} before it began: {self._aborted}")
        return (yield from plan)


class Work:
    """The plan that a station runs, as the clock sees it: at work, or waiting for instruments."""

    def __init__(self, hold: Hold) -> None:
        self.activity = "preparing"
        self._hold = hold
        self._lock = threading.Lock()
        self._ended: set[str] = set()
        self._awaited: set[str] = set()

    def begins(self, order: Order) -> None:
        """Note what the station does, for the progress display."""
        self.activity = f"{order.command.step} ({order.sample})" if order.sample else order.command.step

    def waits_for(self, order_ids: Iterable[str]) -> None:
        """Let lab time go on until these orders have ended; at work again with none."""
        with self._lock:
            self._awaited = set(order_ids) - self._ended
            if self._awaited:
                self._hold.suspend()
            else:
                self._hold.resume()

    def ended(self, order_id: str, failed: bool) -> None:
        """An order ended: with the last of those awaited, or the first that failed, the plan is at work again."""
        with self._lock:
            self._ended.add(order_id)
            if order_id in self._awaited:
                self._awaited.discard(order_id)
                if failed or not self._awaited:
                    self._awaited.clear()
                    self._hold.resume()


def _engine() -> "RunEngine":
    """A RunEngine that works in any thread and leaves it to the caller to report failures."""
    from bluesky import RunEngine

    # Failures are raised to whoever runs the plan; the RunEngine's own traceback would only repeat them, and one that
    # cannot be written (a closed pipe) ends the RunEngine's thread.
    words = logging.getLogger("bluesky")
    words.addHandler(logging.NullHandler())
    words.propagate = False
    engine = RunEngine({}, context_managers=[], call_returns_result=True)
    engine.register_command("as_made", answer_as_made)
    return engine

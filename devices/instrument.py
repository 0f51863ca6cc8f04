"""The base of every instrument: orders in, an echo or an error out, over EPICS signals.

The controller writes the order's id, token, sample, command and parameters, then `go`. The instrument answers on
`busy`, `accepted` (the id of the last order that it began; `none yet` before the first, and empty only where it has
forgotten, as without power), its readbacks, then `echo` (the id of the last order that
it finished), or on `error` (its own words) and then `failed` (the id that they belong to). Nothing is remembered here
but the order under way: a device holds no state of the campaign.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from ophyd import Device
from ophyd.status import Status

from devices.errors import InstrumentError, NeverSent
from devices.finding import Evidence
from devices.protocols import Clock, Command, Order
from devices.seal import seal
from devices.signals import SILENT, Integer, Number, Text, Typed, ask, parameter, report

logger = logging.getLogger(__name__)

SAYS_ALL_WITHIN_S = 1.0
"""Lab time within which an instrument that is back has said how its last order ended, if it knows."""
LOOK_AGAIN_S = 60.0
"""Lab time after which one that is back and still busy is looked at again."""


class Instrument(Device):
    """An instrument behind a PV prefix. A new one adds its signals, what it understands and what it reads."""

    order_id = parameter(Text, "ORDER")
    token = parameter(Integer, "TOKEN")
    sample = parameter(Text, "SAMPLE")
    command = parameter(Text, "COMMAND")
    go = parameter(Integer, "GO")
    """Begins the order; its value is the order's seal (`devices.seal`)."""
    safe_now = parameter(Integer, "SAFE")
    """Writing the owner's token here brings the instrument into its safe state at once."""
    alive = parameter(Integer, "ALIVE")
    """The owner writes its token here again and again, minus it when it has done; where it stops, the dead-man acts."""

    busy = report(Integer, "BUSY")
    accepted = report(Text, "ACCEPTED")
    echo = report(Text, "ECHO")
    error = report(Text, "ERROR")
    failed = report(Text, "FAILED")
    count = report(Integer, "COUNT")
    """How many orders the instrument has finished in its life."""
    fenced = report(Integer, "FENCED")
    """The largest token that it has seen; it refuses smaller ones."""
    dead_man_s = report(Number, "DEADMAN")
    """Wall time, s, after which it brings itself into its safe state when its owner gives no sign of life; 0: never."""

    understands: ClassVar[tuple[type[Command], ...]] = ()
    """The commands that it takes."""
    results: ClassVar[tuple[str, ...]] = ()
    """The readbacks that say what the last order produced."""
    runs_programmes: ClassVar[bool] = False
    """Whether what it has begun comes to a safe end by itself, so that a controller may leave in the middle of it."""
    left_on: ClassVar[str] = ""
    """What stays on when its controller dies and nobody turns it off, such as a heater; empty where nothing does."""
    witnesses: ClassVar[tuple[str, ...]] = ()
    """Readbacks that a power cut does not change, and from which `testify` tells what happened."""
    deadline_s: ClassVar[float] = 3600.0
    """Lab time after which an order that has no answer counts as failed."""

    def __init__(self, prefix: str, *, name: str, clock: Clock, **kwargs: Any) -> None:
        super().__init__(prefix, name=name, **kwargs)
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: _UnderWay | None = None
        self._listening = False
        self._unanswered = False
        """Whether the last order had no answer in time: the instrument may be busy with it still."""
        self._last_token = 0
        self.left_alone = False
        """Whether the controller is leaving, and comes back for what is under way."""
        self.on_end: Callable[[str, bool], None] = lambda order_id, failed: None
        """Told of every order that ended, id and whether it failed, before whoever waits for it is."""

    def parameters(self, command: Command) -> dict[str, object]:
        """Values of the parameter signals for a command, by attribute; the others are written empty."""
        return {}

    def time_limit_s(self, command: Command) -> float:
        """Lab time that a command may take at most."""
        return self.deadline_s

    def set(self, order: Order) -> Status:
        """Start an order. The status finishes with the echo of its id, and fails with the instrument's own words.

        Raises:
            NeverSent: it takes no such command, or could not be reached before `go`: it certainly did not begin.
            InstrumentError: the connection broke at `go`, and nobody knows on which side of it.
        """
        with self._lock:
            under_way = self._under_way
        hold = self._clock.hold()  # no lab time passes between the first signal and `go`
        try:
            if under_way is None or under_way.order.id != order.id:
                under_way = self._prepare(order)
            self._go(under_way)
        finally:
            hold.release()
        return under_way.status

    @contextlib.contextmanager
    def prepared(self, order: Order) -> Iterator[None]:
        """Write everything of an order but `go`, by which nothing begins; where the block fails, it is forgotten.

        What is done in the block costs no time of its own: the instrument takes in what was written meanwhile.

        Raises:
            NeverSent: as `set` does.
        """
        self._prepare(order)
        try:
            yield
        except BaseException:
            self.forget()
            raise

    def as_made(self) -> dict[str, Any]:
        """What the last order produced, by the name of the readback, as plain values; with the instrument's count.

        Raises:
            NeverSent: it cannot be reached.
        """
        with self._reached("say what it made"):
            return self._values(*self.results, "count")

    def memory(self, step: str) -> dict[str, Any]:
        """What it says that it began last, and how many orders it has finished: the same until it begins another.

        Raises:
            NeverSent: it cannot be reached, so `step` cannot be asked of it.
        """
        with self._reached(step):
            return self._values("accepted", "count", *self.witnesses)

    def testify(self, asked: Mapping[str, Any], before: Mapping[str, Any]) -> Evidence | None:
        """What its `witnesses` say of an order that it has forgotten; None where they say nothing.

        Args:
            asked: The parameters of the order.
            before: Its memory just before the order was sent.
        """
        return None

    def state(self) -> "InstrumentState":
        """What it says of itself now.

        Raises:
            NeverSent: it cannot be reached.
        """
        with self._reached("say what it did last"):
            # `busy` first, so that an order that ends while this is read was still busy.
            said = self._values("busy", *(field.name for field in fields(InstrumentState) if field.name != "busy"))
            return InstrumentState(**{**said, "busy": bool(said["busy"])})

    def largest_token(self) -> int:
        """The largest token that it has seen; raises `NeverSent` where it cannot be reached."""
        with self._reached("say whose it is"):
            return int(self.fenced.get())

    def fence(self, token: int) -> None:
        """Show the instrument the token of its new owner, so that it refuses the orders of any former one.

        Raises:
            NeverSent: it cannot be reached.
        """
        self._last_token = token
        with self._reached("take the token of its owner"):
            self.token.put(token)

    def leave(self) -> None:
        """Its owner has done: from now on nobody need be alive; never raises."""
        try:
            self.alive.put(-self._last_token)
        except SILENT as silent:
            logger.warning("%s could not be told that its owner has left: %s", self.name, silent)

    def safe(self, token: int) -> None:
        """Bring the instrument into its safe state now, without waiting; never raises."""
        try:
            self.safe_now.put(token)
        except SILENT as silent:
            logger.error("%s could not be told to be safe: %s", self.name, silent)

    def stop(self, *, success: bool = False) -> None:
        """Give up the order under way, if there is one, and be safe; the RunEngine calls it at the end of a plan.

        So is an order that had no answer in time. Where the controller only takes its leave (`left_alone`), a programme
        goes on to its end.
        """
        with self._lock:
            unanswered, self._unanswered = self._unanswered, False
        if (self.forget() or unanswered) and not (self.left_alone and self.runs_programmes):
            self.safe(self._last_token)

    def forget(self) -> bool:
        """Wait no longer for the order under way; says whether there was one."""
        with self._lock:
            under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.cancel_deadline()
        return under_way is not None

    @contextlib.contextmanager
    def _reached(self, step: str) -> Iterator[None]:
        """Something that cannot have begun an order: where nobody answers, that is all there is to say."""
        try:
            yield
        except SILENT as silent:
            raise NeverSent(self._place, step, f"no connection to {self.prefix}* ({silent})") from silent

    def _values(self, *names: str) -> dict[str, Any]:
        """Plain values of signals, all asked at once and answered in this order."""
        signals = {name: getattr(self, name) for name in names}
        ask(signals.values())
        return {name: _plain(signal.get()) for name, signal in signals.items()}

    def _error(self, step: str, words: str) -> InstrumentError:
        return InstrumentError(self._place, step, words)

    @property
    def _place(self) -> str:
        return f"{self.name} ({self.prefix})"

    def _prepare(self, order: Order) -> "_UnderWay":
        step = order.command.step
        if not isinstance(order.command, self.understands):
            known = ", ".join(kind.__name__ for kind in self.understands)
            raise NeverSent(self._place, step, f"it takes no {type(order.command).__name__}, only {known}")
        values: dict[str, object] = {
            "order_id": order.id,
            "token": order.token,
            "sample": order.sample,
            "command": type(order.command).__name__,
            **self._blank,
            **self.parameters(order.command),
        }
        under_way = _UnderWay(order, seal(values, self._sig_attrs))
        with self._lock:
            before, self._under_way, self._unanswered = self._under_way, under_way, False
        if before is not None:
            before.fail(self._error(before.order.command.step, "another order took its place"))
        self._last_token = order.token
        try:
            self._listen()
            for name, value in values.items():
                getattr(self, name).put(value)
        except SILENT as silent:
            self.forget()
            raise NeverSent(self._place, step, f"no connection to {self.prefix}* ({silent})") from silent
        return under_way

    @property
    def _blank(self) -> dict[str, object]:
        """Its own parameter signals, empty: an order is whole, and nothing is left of the one before."""
        own = {name: part for name, part in self._sig_attrs.items() if name not in Instrument._sig_attrs}
        return {name: part.blank for name, part in own.items() if isinstance(part, Typed) and part.written}

    def _go(self, under_way: "_UnderWay") -> None:
        order = under_way.order
        limit_s = self.time_limit_s(order.command)
        late = self._error(order.command.step, f"no answer within {limit_s / 3600:.2g} h of lab time")
        cancel = self._clock.call_at(self._clock.now() + limit_s, lambda: self._miss(order.id, late))
        with self._lock:
            if self._under_way is under_way:
                under_way.cancel_deadline = cancel
        try:
            self.go.put(under_way.seal)
        except SILENT as silent:
            self.forget()
            self._unanswered = True
            raise self._error(order.command.step, f"no connection to {self.prefix}* ({silent})") from silent

    def _listen(self) -> None:
        """Subscribe once, with the first order, so that building a device needs no connection."""
        if not self._listening:
            self._listening = True
            self.echo.subscribe(self._on_echo, run=False)
            self.failed.subscribe(self._on_failed, run=False)
            self.busy.subscribe(self._on_connection, event_type=self.busy.SUB_META, run=False)

    def _on_echo(self, value: object, **_: object) -> None:
        self._end(str(value), None)

    def _on_failed(self, value: object, **_: object) -> None:
        with self._lock:
            under_way = self._under_way
        if under_way is not None and under_way.order.id == value:
            step = under_way.order.command.step
            self._end(under_way.order.id, self._error(step, str(self.error.get())))

    def _on_connection(self, *, connected: bool = False, **_: object) -> None:
        """It is back: it may have been restarted in the middle of the order, and will never say how that ended."""
        with self._lock:
            under_way = self._under_way
        if connected and under_way is not None:
            self._look_after(SAYS_ALL_WITHIN_S, under_way.order)

    def _look_after(self, seconds: float, order: Order) -> None:
        self._clock.call_at(self._clock.now() + seconds, lambda: self._give_up_if_unknown(order))

    def _give_up_if_unknown(self, order: Order) -> None:
        with self._lock:
            if self._under_way is None or self._under_way.order.id != order.id:
                return
        try:
            said = self.state()
        except NeverSent:
            return  # gone again
        if said.accepted != order.id:
            return
        if said.busy:
            self._look_after(LOOK_AGAIN_S, order)
        elif order.id not in (said.echo, said.failed):
            words = "it began the order, was restarted, and nobody can tell how it ended"
            self._end(order.id, self._error(order.command.step, words))

    def _miss(self, order_id: str, late: InstrumentError) -> None:
        """The deadline of an order has come."""
        self._end(order_id, late, unanswered=True)

    def _end(self, order_id: str, error: InstrumentError | None, *, unanswered: bool = False) -> None:
        with self._lock:
            under_way = self._under_way
            if under_way is None or under_way.order.id != order_id:
                return
            self._under_way, self._unanswered = None, unanswered
        under_way.cancel_deadline()
        self.on_end(order_id, error is not None)
        if error is None:
            under_way.finish()
        else:
            under_way.fail(error)


@dataclass(frozen=True)
class InstrumentState:
    """What an instrument says of itself at one moment."""

    busy: bool
    echo: str
    accepted: str
    failed: str
    error: str
    count: int
    fenced: int
    """The largest token that it has seen."""
    dead_man_s: float
    """After how many silent seconds of its owner it makes itself safe; 0: never."""


class _UnderWay:
    """The order that an instrument is busy with."""

    def __init__(self, order: Order, seal: int) -> None:
        self.order, self.seal = order, seal
        self.status = Status()
        self.cancel_deadline = lambda: None

    def finish(self) -> None:
        self.status.set_finished()

    def fail(self, error: InstrumentError) -> None:
        self.cancel_deadline()
        self.status.set_exception(error)


def _plain(value: Any) -> Any:
    """A numpy scalar or array as Python numbers, so that it can be written down."""
    return value.tolist() if hasattr(value, "tolist") else value

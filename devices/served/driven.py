"""A bare instrument as a controller sees it: what a driver does, behind the fence and the memory that it lacks.

An order is taken or refused at once, and carried out by a thread of the instrument's own: connect where that is needed,
ask the driver whether it can be done, write it down, begin. A fence that came meanwhile still stops it.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.drivers.protocols import Driver, GivesWay
from devices.errors import InstrumentError
from devices.instrument import Instrument
from devices.protocols import Clock
from devices.seal import MIXED
from devices.served.connection import DriverConnection
from devices.served.left_open import LeftOpen
from devices.served.order_memory import OrderMemory, RememberedOrder
from devices.served.panel import Show
from devices.served.readbacks import Readbacks
from devices.served.remembered_panel import RememberedPanel

logger = logging.getLogger(__name__)


@dataclass
class _Work:
    """An order that was taken and has not ended."""

    order: RememberedOrder
    begun: bool = False
    called_off: str = ""
    """Why it shall end; empty while it may go on."""


class DrivenInstrument:
    """Fence, order of orders and dead-man around a driver."""

    def __init__(
        self,
        name: str,
        kind: type[Instrument],
        driver: Driver,
        memory: OrderMemory,
        clock: Clock,
        show: Show,
        say: Callable[[str], None] = logger.info,
    ) -> None:
        """`name` is its role in the station; `say` tells a person what it is, or that it does not answer."""
        self.name, self._kind, self._driver = name, kind, driver
        self._memory, self._clock = memory, clock
        self._way = DriverConnection(name, driver, say)
        self._readbacks = Readbacks(kind)
        self._lock = threading.RLock()
        self._line: list[_Work] = []
        """The order under way, and those that take its place when it has been called off."""
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=f"driver of {name}", daemon=True)
        self._not_safe_yet = False
        self._panel = RememberedPanel(name, memory, clock, show)
        self._left_open = LeftOpen(name, driver, memory, self._panel, self._readbacks)
        self._panel.show_all()

    def start(self) -> None:
        """Connect, in its own thread; and ask what became of the order that was under way, where it can tell."""
        self._thread.start()
        self._jobs.put(self._connect)

    def close(self, within_s: float = 10.0) -> None:
        """Let go of the instrument; one that minds its owner is made safe first."""
        with self._lock:
            if self._driver.minds_its_owner and (self._panel.owner.owned or self._line):
                self._go_safe("its station process was stopped")
            self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(within_s)

    @property
    def minds_its_owner(self) -> bool:
        """Whether it has a dead-man."""
        return self._driver.minds_its_owner

    def fence(self, token: int) -> None:
        """Note the token of an owner; the largest ever seen is the one that counts."""
        with self._lock:
            if token > self._panel.panel.highest_token:
                self._panel.note_token(token)
            self.sign_of_life(token)

    def sign_of_life(self, token: int) -> None:
        """The owner is alive, or has left (minus its token); what a former one says does not count."""
        with self._lock:
            owner = self._panel.owner
            before = owner.owned
            owner.heard(token, self._panel.panel.highest_token)
            if owner.owned != before:
                self._panel.note()

    def look_for_owner(self, patience_s: float) -> None:
        """The dead-man: go into the safe state when the owner gave no sign of life for so long; try until it hears."""
        with self._lock:
            owner = self._panel.owner
            if not self._driver.minds_its_owner:
                return
            if owner.missed(patience_s):
                logger.warning("%s has not heard of its owner for %g s", self.name, patience_s)
                self._go_safe("its owner gave no sign of life")
                self._panel.note()
            elif self._not_safe_yet and not owner.owned:
                self._not_safe_yet = False
                self._jobs.put(self._make_safe)

    def safe(self, token: int) -> None:
        """Go into the safe state, unless the caller no longer owns the instrument."""
        with self._lock:
            if token < self._panel.panel.highest_token:
                logger.warning("%s ignores a stale token %s for its safe state", self.name, token)
                return
            self._go_safe("brought into its safe state")

    def receive(
        self, order_id: str, token: int, sample: str, command: str, written: Mapping[str, Any], *, whole: bool = True
    ) -> None:
        """Take an order or refuse it. One that it received before is never done again."""
        with self._lock:
            if any(work.order.order_id == order_id for work in self._line):
                return
            known = self._memory.order(self.name, order_id)
            if known is not None:
                self._panel.answer_again(known)
                return
            order = RememberedOrder(
                instrument=self.name,
                order_id=order_id,
                token=token,
                sample=sample,
                command=command,
                written=dict(written),
                received=self._clock.now(),
            )
            words = self._refusal(order) if whole else MIXED
            if words is not None:
                self._panel.refuse(order, words)
                return
            for work in self._line:
                work.called_off = work.called_off or f"{command} took its place"
            work = _Work(order)
            self._line.append(work)
            self._jobs.put(lambda: self._carry_out(work))

    def _refusal(self, order: RememberedOrder) -> str | None:
        stale = self._stale(order)
        if stale is not None:
            return stale
        understood = [command.__name__ for command in self._kind.understands]
        if order.command not in understood:
            return f"it takes no {order.command}, only {', '.join(understood)}"
        gives_way = isinstance(self._driver, GivesWay) and order.command in self._driver.cut_short_by
        under_way = next((work.order for work in self._line if not work.called_off), None)
        if under_way is not None and not gives_way:
            return f"busy with {under_way.command} for {under_way.sample!r}"
        return None

    def _stale(self, order: RememberedOrder) -> str | None:
        highest = self._panel.panel.highest_token
        if order.token < highest:
            return f"token {order.token} is stale, the instrument belongs to token {highest}"
        return None

    def _carry_out(self, work: _Work) -> None:
        """The whole life of an order, in the instrument's own thread."""
        order, task = work.order, work.order.task
        try:
            self._connect()
            words = self._driver.refusal(task)
        except Exception as fault:  # noqa: BLE001  whatever goes wrong before it began, it is refused and nothing more
            words = self._way.lost(fault)
        if not self._begin(work, words):
            return
        try:
            result = self._driver.perform(task, lambda: bool(work.called_off))
            result = self._readbacks.checked(result)
        except Exception as fault:  # noqa: BLE001  a fault of the driver fails this order; others must go on
            words = self._way.lost(fault)
            if work.called_off:
                words = f"{order.command} was called off: {work.called_off} ({words})"
            self._end(work, lambda: self._panel.fail(order, words))
        else:
            self._end(work, lambda: self._panel.done(order, result))

    def _begin(self, work: _Work, words: str | None) -> bool:
        """Write an order down and show it as begun, unless something stands against it now; says whether it did."""
        with self._lock:
            if words is None and work.called_off:
                words = f"called off before it began: {work.called_off}"
            words = words if words is not None else self._stale(work.order)
            try:
                if words is None:
                    self._panel.begin(work.order)
                    work.begun = True
                    return True
            except sqlite3.Error as fault:
                words = f"it cannot be written down, so it was not begun: {fault}"
            self._line.remove(work)
            self._panel.refuse(work.order, words)
            return False

    def _end(self, work: _Work, write: Callable[[], None]) -> None:
        with self._lock:
            self._line.remove(work)
            try:
                write()
            except sqlite3.Error:
                logger.exception("%s: the end of order %s cannot be written down", self.name, work.order.order_id)
                self._panel.show({"error": "how the order ended could not be written down", "busy": 0})

    def _go_safe(self, why: str) -> None:
        """Call off what is under way, and tell the instrument at once; and again when that has come to its end.

        For it may have set something else between the first time and its end.
        """
        for work in self._line:
            work.called_off = work.called_off or why
        if self._left_open.asking or any(work.begun for work in self._line):
            threading.Thread(target=self._make_safe, name=f"safe {self.name}", daemon=True).start()
        self._jobs.put(self._make_safe)

    def _make_safe(self) -> None:
        try:
            if threading.current_thread() is self._thread:
                self._connect()
            self._driver.safe()
            if threading.current_thread() is self._thread:
                self._not_safe_yet = False
        except Exception as fault:  # noqa: BLE001  said, and tried again by the dead-man
            logger.error("%s could not be made safe: %s", self.name, self._way.lost(fault))
            self._not_safe_yet = True

    def _connect(self) -> None:
        """Connect if that is needed, and settle what was left open; raises whatever the driver does."""
        if self._way.connect():
            self._left_open.settle(self._lock, self._way.words)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except InstrumentError:
                pass  # said already: the instrument does not answer at the start
            except Exception:
                logger.exception("%s: a fault of its station process", self.name)
        self._way.close()

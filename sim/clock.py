"""The simulated lab's clock: it jumps to the next wake-up as soon as nobody is at work.

Lab time is what the instruments take; computing takes none. Whoever computes holds the clock
(`devices.protocols.Hold`): the thread that plans, and each plan between two waits. While a plan waits for an instrument
its hold is suspended, and the wake-up that ends the instrument's work takes it again before the clock may go on. So at
most one wake-up is at work at a time, and any number of station threads give the same lab times on every run.

With no hold and no wake-up left, everybody is idle: the clock rests until somebody comes.
"""

import logging
import threading
from collections.abc import Callable

from devices.clock import Agenda, call
from devices.protocols import Hold

logger = logging.getLogger(__name__)


class VirtualClock:
    """A clock that jumps. One daemon thread, started with the first wake-up, calls the wake-ups one after another."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start
        self._agenda = Agenda()
        self._holds = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def now(self) -> float:
        """Lab time in seconds since the lab was first opened."""
        with self._changed:
            return self._now

    def hold(self) -> Hold:
        """Hold the clock where it is."""
        return VirtualHold(self)

    def call_at(self, when: float, wake: Callable[[], None], key: str = "") -> Callable[[], None]:
        """Call `wake` at lab time `when` (now, if that is past); returns a function that cancels."""
        with self._changed:
            number = self._agenda.add(max(when, self._now), wake, key)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._serve, name="virtual clock", daemon=True)
                self._thread.start()
            self._changed.notify()
        return lambda: self._cancel(number)

    def close(self) -> None:
        """End the clock's thread; later wake-ups are not called."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _cancel(self, number: int) -> None:
        with self._changed:
            self._agenda.cancel(number)

    def _change_holds(self, by: int) -> None:
        with self._changed:
            self._holds += by
            if self._holds == 0:
                self._changed.notify()

    def _serve(self) -> None:
        while True:
            with self._changed:
                when = self._agenda.next_time()
                if self._closed:
                    return
                if self._holds or when is None:
                    self._changed.wait()
                    continue
                self._now = when
                wake = self._agenda.pop()
                self._holds += 1
            call(wake)
            del wake  # and with it what it refers to: a hold, perhaps
            self._change_holds(-1)


class VirtualHold:
    """A hold on a virtual clock; active from the start."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._active = False
        self._released = False
        self.resume()

    def suspend(self) -> None:
        """Let the clock go on; nothing where it already may."""
        with self._lock:
            if self._active:
                self._active = False
                self._clock._change_holds(-1)

    def resume(self) -> None:
        """Hold again; nothing where it is held, or was released."""
        with self._lock:
            if not self._active and not self._released:
                self._active = True
                self._clock._change_holds(+1)

    def release(self) -> None:
        """Let go for good."""
        self.suspend()
        with self._lock:
            self._released = True

    def __del__(self) -> None:
        """Whoever forgot to release it cannot any more, and lab time would stand still for ever."""
        if self._active:
            logger.warning("a hold on the lab's clock was dropped without being released")
            self.release()

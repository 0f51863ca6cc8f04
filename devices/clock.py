"""Time on real hardware, the list of wake-ups that every clock keeps, and sleeping in lab time."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

from devices.protocols import Clock, Hold

logger = logging.getLogger(__name__)


class Agenda:
    """Wake-ups by time, then key, then registration. Not locked: its clock does that."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str, int]] = []
        self._wakes: dict[int, Callable[[], None]] = {}
        self._number = itertools.count()

    def add(self, when: float, wake: Callable[[], None], key: str) -> int:
        """Note a wake-up; returns the number that cancels it."""
        number = next(self._number)
        self._wakes[number] = wake
        heapq.heappush(self._heap, (when, key, number))
        return number

    def cancel(self, number: int) -> None:
        """Forget a wake-up; one that has fired or was cancelled is no error."""
        self._wakes.pop(number, None)

    def next_time(self) -> float | None:
        """Time of the next wake-up, None where there is none."""
        while self._heap and self._heap[0][2] not in self._wakes:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self) -> Callable[[], None]:
        """The next wake-up; `next_time` must have said that there is one."""
        return self._wakes.pop(heapq.heappop(self._heap)[2])


class RealClock:
    """Wall time, for real instruments. Nobody can hold it; one thread, started when needed, calls the wake-ups."""

    def __init__(self) -> None:
        self._agenda = Agenda()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()

    def hold(self) -> Hold:
        """A hold that holds nothing."""
        return FreeHold()

    def call_at(self, when: float, wake: Callable[[], None], key: str = "") -> Callable[[], None]:
        """Call `wake` at wall time `when` in the clock's thread; returns a function that cancels."""
        with self._changed:
            number = self._agenda.add(when, wake, key)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._serve, name="real clock", daemon=True)
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

    def _serve(self) -> None:
        while True:
            with self._changed:
                when = self._agenda.next_time()
                wait = None if when is None else when - time.time()
                if self._closed:
                    return
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                wake = self._agenda.pop()
            call(wake)


class FreeHold:
    """The hold of a clock that nobody can hold."""

    def suspend(self) -> None:
        """Nothing to let go of."""

    def resume(self) -> None:
        """Nothing to hold."""

    def release(self) -> None:
        """Nothing to give back."""


def call(wake: Callable[[], None]) -> None:
    """Call a wake-up; a fault in it must not end the clock's thread, on which everything else depends."""
    try:
        wake()
    except Exception:
        logger.exception("a wake-up failed; the clock goes on")


def sleep(clock: Clock, seconds: float, hold: Hold) -> None:
    """Let `seconds` of lab time pass for this thread, whose hold is `hold`."""
    over = threading.Event()

    def wake() -> None:
        hold.resume()
        over.set()

    clock.call_at(clock.now() + seconds, wake)
    hold.suspend()
    over.wait()

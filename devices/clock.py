"""Clocks: the wake-ups that each one keeps, the thread that calls them, wall time, and sleeping in lab time."""

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


class HeldClock:
    """Calls wake-ups one after another, in a thread of its own that starts with the first, while nobody holds it.

    Where time goes on by itself, or jumps, or is published by somebody else, `_reach` says.
    """

    def __init__(self) -> None:
        self._agenda = Agenda()
        self._holds = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self.before_wake: Callable[[], None] = lambda: None
        self.after_wake: Callable[[], None] = lambda: None
        """Called before and after each wake-up, while the clock stands."""

    def now(self) -> float:
        """Lab time, s."""
        raise NotImplementedError

    def hold(self) -> Hold:
        """Hold the clock where it is."""
        return CountedHold(self)

    def call_at(self, when: float, wake: Callable[[], None], key: str = "") -> Callable[[], None]:
        """Call `wake` at lab time `when` (now, if that is past); returns a function that cancels."""
        with self._changed:
            number = self._agenda.add(max(when, self._earliest()), wake, key)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._serve, name=type(self).__name__, daemon=True)
                self._thread.start()
            self._changed.notify()
        return lambda: self._cancel(number)

    def close(self) -> None:
        """End the clock's thread; later wake-ups are not called."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def change_holds(self, by: int) -> None:
        """One holder more or less; `CountedHold` keeps the account."""
        with self._changed:
            self._holds += by
            if self._holds == 0:
                self._changed.notify()

    def _earliest(self) -> float:
        """What a wake-up of the past is moved to, so that those of one moment keep the order of their keys."""
        return 0.0

    def _reach(self, when: float | None) -> bool:
        """Whether it is `when`, the time of the next wake-up; asked, the clock locked, while nobody holds it."""
        raise NotImplementedError

    def _patience_s(self, when: float | None) -> float | None:
        """How long to wait, in wall time, before `_reach` is asked again; None: until something changes."""
        return None

    def _cancel(self, number: int) -> None:
        with self._changed:
            self._agenda.cancel(number)

    def _serve(self) -> None:
        while True:
            with self._changed:
                when = self._agenda.next_time()
                if self._closed:
                    return
                if self._holds or not self._reach(when):
                    self._changed.wait(self._patience_s(when))
                    continue
                wake = self._agenda.pop()
                self._holds += 1
            self._call(self.before_wake)
            self._call(wake)
            del wake  # and with it what it refers to: a hold, perhaps
            self._call(self.after_wake)
            self.change_holds(-1)

    def _call(self, wake: Callable[[], None]) -> None:
        """Call a wake-up; a fault in it must not end the clock's thread, on which everything else depends."""
        try:
            wake()
        except Exception:
            logger.exception("a wake-up failed; the clock goes on")


class CountedHold:
    """A hold on a clock that somebody can hold; active from the start."""

    def __init__(self, clock: HeldClock) -> None:
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
                self._clock.change_holds(-1)

    def resume(self) -> None:
        """Hold again; nothing where it is held, or was released."""
        with self._lock:
            if not self._active and not self._released:
                self._active = True
                self._clock.change_holds(+1)

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


class RealClock(HeldClock):
    """Wall time, for real instruments. Nobody can hold it."""

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()

    def hold(self) -> Hold:
        """A hold that holds nothing."""
        return FreeHold()

    def _reach(self, when: float | None) -> bool:
        return when is not None and when <= time.time()

    def _patience_s(self, when: float | None) -> float | None:
        return None if when is None else max(when - time.time(), 0.0)


class FreeHold:
    """The hold of a clock that nobody can hold."""

    def suspend(self) -> None:
        """Nothing to let go of."""

    def resume(self) -> None:
        """Nothing to hold."""

    def release(self) -> None:
        """Nothing to give back."""


def sleep(clock: Clock, seconds: float, hold: Hold) -> None:
    """Let `seconds` of lab time pass for this thread, whose hold is `hold`."""
    over = threading.Event()

    def wake() -> None:
        hold.resume()
        over.set()

    clock.call_at(clock.now() + seconds, wake)
    hold.suspend()
    over.wait()

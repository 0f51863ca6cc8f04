"""The simulated lab's clock: it jumps to the next wake-up as soon as nobody is at work.

Lab time is what the instruments take; computing takes none. Whoever computes holds the clock
(`devices.protocols.Hold`): the thread that plans, and each plan between two waits. While a plan waits for an instrument
its hold is suspended, and the wake-up that ends the instrument's work takes it again before the clock may go on. So at
most one wake-up is at work at a time, and any number of station threads give the same lab times on every run.

With no hold and no wake-up left, everybody is idle: the clock rests until somebody comes.
"""

from collections.abc import Callable

from devices.clock import Agenda, HeldClock


class VirtualClock(HeldClock):
    """A clock that jumps."""

    def __init__(self, start: float = 0.0) -> None:
        super().__init__()
        self._now = start
        self._on_the_way = Agenda()

    def now(self) -> float:
        """Lab time in seconds since the lab was first opened."""
        with self._changed:
            return self._now

    def call_on_the_way(self, when: float, wake: Callable[[], None]) -> None:
        """Call `wake` at lab time `when`, if the clock comes so far for another reason: alone it makes nothing move."""
        with self._changed:
            self._on_the_way.add(max(when, self._now), wake, "")
            self._changed.notify()

    def _earliest(self) -> float:
        return self._now

    def _reach(self, when: float | None) -> bool:
        if when is None:
            return False
        passed = self._on_the_way.next_time()
        if passed is not None and passed <= when:
            self._agenda.add(passed, self._on_the_way.pop(), "")
            when = passed
        self._now = when
        return True

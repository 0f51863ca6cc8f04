"""The simulated lab's clock: it jumps to the next wake-up as soon as nobody is at work.

Lab time is what the instruments take; computing takes none. Whoever computes holds the clock
(`devices.protocols.Hold`): the thread that plans, and each plan between two waits. While a plan waits for an instrument
its hold is suspended, and the wake-up that ends the instrument's work takes it again before the clock may go on. So at
most one wake-up is at work at a time, and any number of station threads give the same lab times on every run.

With no hold and no wake-up left, everybody is idle: the clock rests until somebody comes.
"""

from devices.clock import HeldClock


class VirtualClock(HeldClock):
    """A clock that jumps."""

    def __init__(self, start: float = 0.0) -> None:
        super().__init__()
        self._now = start

    def now(self) -> float:
        """Lab time in seconds since the lab was first opened."""
        with self._changed:
            return self._now

    def _earliest(self) -> float:
        return self._now

    def _reach(self, when: float | None) -> bool:
        if when is None:
            return False
        self._now = when
        return True

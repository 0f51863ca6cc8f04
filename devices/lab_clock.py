"""The clock of a laboratory in another process, as that process publishes it.

A simulated lab's time jumps, and may do so only while nobody is at work. So each client tells the lab when it is idle,
with the number of the last *tick* that it has seen: a tick is whatever may have woken somebody, an order that ended or
a time that was reached. An idle message that names an older tick says nothing, for its sender has not seen yet what
woke it. With it goes the time at which the client wants to be woken itself. A client that sets to work unasked says
that it is busy. One that gives no sign of life for a while is taken for dead, and waited for no longer.
"""

import logging
import math
import threading
from typing import Any
from uuid import uuid4

from ophyd import Device

from devices.clock import HeldClock
from devices.errors import NeverSent
from devices.signals import SILENT, Integer, Number, Text, parameter, report

logger = logging.getLogger(__name__)

BEAT_S = 1.0
"""Wall time between two signs of life."""
CONNECT_WITHIN_S = 10.0
"""How long the clock of a lab is looked for, wall time."""


class ClockPanel(Device):
    """The clock's process variables."""

    now_s = report(Number, "NOW")
    tick = report(Integer, "TICK")
    """How often somebody may have been woken."""
    simulated = report(Text, "SIMULATED")
    """Name of the simulated lab whose clock it is. A real lab publishes no clock, and so can never say this."""
    say = parameter(Text, "SAY")
    """`CLIENT idle TICK WHEN`: it has seen this tick, is idle, and wants to be woken at WHEN s (`inf`: never).
    `CLIENT busy`: it is at work. `CLIENT alive`: it lives; a client that was unknown is busy. `CLIENT gone`: it leaves.
    """


class LabClock(HeldClock):
    """Lab time as it is published: it stands wherever anybody in this process, or in another, is at work."""

    def __init__(self, prefix: str) -> None:
        """Make this process known to the lab.

        Raises:
            NeverSent: nobody publishes a clock at `prefix`.
        """
        super().__init__()
        self._client = str(uuid4())
        self._panel = ClockPanel(prefix, name="clock")
        self._said = ""
        try:
            self._panel.wait_for_connection(timeout=CONNECT_WITHIN_S)
            self._panel.say.put(f"{self._client} busy", wait=True, timeout=CONNECT_WITHIN_S)
            self.simulated_lab = str(self._panel.simulated.get())
            self._now, self._tick = float(self._panel.now_s.get()), int(self._panel.tick.get())
        except SILENT as silent:
            words = f"nobody publishes a clock there ({silent}); start the lab first: ionloop lab serve LAB.yaml"
            raise NeverSent(f"clock ({prefix})", "tell the time", words) from silent
        self._panel.now_s.subscribe(self._on_now)
        self._panel.tick.subscribe(self._on_tick)
        self._over = threading.Event()
        self._beats = threading.Thread(target=self._beat, name="lab-clock-beat", daemon=True)
        self._beats.start()
        self.call_at(self._now, lambda: None)  # starts the thread, which says that nobody is at work here yet

    def now(self) -> float:
        """Lab time, s, as of the last tick."""
        with self._changed:
            return self._now

    def close(self) -> None:
        """Leave the lab, which waits for this process no longer."""
        self._over.set()
        self._beats.join()
        super().close()
        self._say("gone")

    def _earliest(self) -> float:
        return self._now

    def _reach(self, when: float | None) -> bool:
        if when is not None and when <= self._now:
            return True
        words = f"idle {self._tick} {math.inf if when is None else when!r}"
        if words != self._said:
            self._said = words if self._say(words) else ""
        return False

    def change_holds(self, by: int) -> None:
        """One holder more or less; the first one, who came unasked, tells the lab."""
        with self._changed:
            if by > 0 and self._holds == 0 and self._said:
                self._said = ""
                self._say("busy")
            super().change_holds(by)

    def _on_now(self, value: Any, **_: Any) -> None:
        with self._changed:
            self._now = max(self._now, float(value))

    def _on_tick(self, value: Any, **_: Any) -> None:
        """Signals come in the order in which the lab wrote them: whom this tick woke is at work by now."""
        with self._changed:
            self._tick = int(value)
            self._changed.notify()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            with self._changed:
                self._say(self._said or "alive")  # said again, should it have been lost while the lab was away

    def _say(self, words: str) -> bool:
        try:
            self._panel.say.put(f"{self._client} {words}")
        except SILENT as silent:
            logger.warning("the lab's clock cannot be told `%s`: %s", words, silent)
            return False
        return True

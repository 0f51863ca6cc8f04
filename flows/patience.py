"""How a campaign lets time pass: for a while, or until a station can be reached, and no longer once it is stopped."""

import math
import threading
import time

from devices.errors import NeverSent
from devices.lab import Station
from devices.protocols import Clock, Hold
from flows.resume import LOOK_AGAIN_S

LOOK_S = 0.5
"""How often whoever waits looks whether the campaign is being stopped, wall time."""
AWAY_S, AWAY_WALL_S = 4 * 3600.0, 120.0
"""Lab time, and wall time, for which a station that cannot be reached is waited for before its film is given up. The
time of a lab in another process does not pass while that process is away."""


class Patience:
    """Waits in lab time, for whoever has a hold on the clock."""

    def __init__(self, clock: Clock, stopping: threading.Event) -> None:
        """`stopping` is set when the campaign is to end: nothing is waited for any more."""
        self._clock, self._stopping = clock, stopping

    def nap(self, seconds: float, hold: Hold, most_wall_s: float = math.inf) -> None:
        """Let lab time pass for whoever has this hold, unless the campaign is being stopped; at most so much wall time.

        The time of a lab in another process stands while that process is away.
        """
        over, latest = threading.Event(), time.monotonic() + most_wall_s

        def wake() -> None:
            hold.resume()
            over.set()

        cancel = self._clock.call_at(self._clock.now() + seconds, wake)
        hold.suspend()
        while not over.wait(LOOK_S) and not self._stopping.is_set() and time.monotonic() < latest:
            pass
        cancel()
        hold.resume()

    def reached(self, station: Station, hold: Hold) -> int:
        """The largest token that a station has seen, waited for while it cannot be reached: lines break and come back.

        Raises:
            NeverSent: it was away for longer than `AWAY_S`.
        """
        since, wall_since = self._clock.now(), time.monotonic()
        while True:
            try:
                return station.largest_token()
            except NeverSent:
                away_s, wall_s = self._clock.now() - since, time.monotonic() - wall_since
                if away_s >= AWAY_S or wall_s >= AWAY_WALL_S or self._stopping.is_set():
                    raise
                self.nap(LOOK_AGAIN_S, hold, most_wall_s=LOOK_AGAIN_S)

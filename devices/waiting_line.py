"""Who may use which station next: first come first served within a lab time, by turn among those who come together."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from devices.errors import PlanAborted
from devices.protocols import Clock, Hold
from devices.station import Station

_LAST = "\uffff"
"""Key of the wake-ups that hand out stations: after everything else that happens at one lab time."""


class WaitingLine:
    """Hands free stations to those who wait, one at a time, in the clock's thread.

    So the order does not depend on which thread happens to run first, and whoever waits does not hold the clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[_Request] = []
        self._taken: set[str] = set()
        self._number = itertools.count()
        self._refusal: str | None = None

    @contextmanager
    def borrow(self, stations: Sequence[Station], hold: Hold, turn: int = 0) -> Iterator[Station]:
        """One of `stations` for as long as the block lasts; the first that is free in the order given.

        Args:
            stations: Those that will do.
            hold: The caller's hold on the clock, suspended while there is none.
            turn: Whose turn it is among those who wait: the smallest.

        Raises:
            PlanAborted: `refuse_all` was called meanwhile.
        """
        request = _Request(stations, hold, turn, next(self._number))
        with self._lock:
            if self._refusal is not None:
                raise PlanAborted(f"no station is lent any more: {self._refusal}")
            self._waiting.append(request)
        self._hand_out_soon()
        hold.suspend()
        request.answered.wait()
        station = request.station
        if station is None:
            raise PlanAborted(f"gave up waiting for a station: {request.refusal}")
        try:
            yield station
        finally:
            with self._lock:
                self._taken.discard(station.name)
            self._hand_out_soon()

    def refuse_all(self, reason: str) -> None:
        """Send everybody who waits away, and whoever comes later."""
        with self._lock:
            self._refusal = reason
            waiting, self._waiting = self._waiting, []
        for request in waiting:
            request.refusal = reason
            request.hold.resume()
            request.answered.set()

    def _hand_out_soon(self) -> None:
        self._clock.call_at(self._clock.now(), self._hand_out, _LAST)

    def _hand_out(self) -> None:
        """Serve one; the next one when nobody is at work again."""
        with self._lock:
            for request in sorted(self._waiting, key=lambda r: (r.turn, r.number)):
                free = [station for station in request.stations if station.name not in self._taken]
                if free:
                    self._waiting.remove(request)
                    self._taken.add(free[0].name)
                    request.station = free[0]
                    break
            else:
                return
            more = bool(self._waiting)
        if more:
            self._hand_out_soon()
        request.hold.resume()
        request.answered.set()


class _Request:
    def __init__(self, stations: Sequence[Station], hold: Hold, turn: int, number: int) -> None:
        self.stations, self.hold, self.turn, self.number = stations, hold, turn, number
        self.answered = threading.Event()
        self.station: Station | None = None
        self.refusal = ""

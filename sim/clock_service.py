"""The simulated lab's clock for clients in other processes (`devices.lab_clock` tells how they speak)."""

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.clock import CountedHold
from devices.served.channels import decoded, integer, number, text
from devices.served.server import ChannelAccessServer
from sim.clock import VirtualClock

logger = logging.getLogger(__name__)


@dataclass
class _Client:
    """A process that may be at work: the clock stands until it says that it is idle."""

    hold: CountedHold
    last_beat: float
    cancel_wake: Callable[[], None] = field(default=lambda: None)


class ClockService:
    """Publishes lab time, and holds the clock for every client that is at work."""

    def __init__(self, clock: VirtualClock, prefix: str, server: ChannelAccessServer, lab: str) -> None:
        self._clock, self._server = clock, server
        self._lock = threading.RLock()
        self._clients: dict[str, _Client] = {}
        self._tick = self._told = secrets.randbelow(2**30)  # not one that a client answered before a restart
        self._now, self._number = number(clock.now()), integer(self._tick)
        server.offer(f"{prefix}NOW", self._now)
        server.offer(f"{prefix}TICK", self._number)
        server.offer(f"{prefix}SIMULATED", text(lab))  # whoever drives it may know: nothing real moves
        server.offer(f"{prefix}SAY", text(put=lambda data: self._hear(*decoded(data).split())))
        clock.before_wake, clock.after_wake = self._tell_time, self.tell

    def news(self) -> None:
        """Something happened that may wake somebody: all are at work until they say otherwise. `tell` says so."""
        with self._lock:
            self._tick += 1
            for client in self._clients.values():
                client.hold.resume()

    def _tell_time(self) -> None:
        """Publish the time, before anything that happens at it is shown."""
        self._server.write([(self._now, self._clock.now())])

    def tell(self) -> None:
        """Publish a tick, after all that happened was shown; a time that somebody waits for is news, too."""
        with self._lock:
            if self._tick == self._told:
                self.news()
            self._told = self._tick
            self._server.write([(self._number, self._tick)])

    def tell_news(self) -> None:
        """Publish, if there is anything new."""
        with self._lock:
            if self._tick != self._told:
                self.tell()

    def drop_silent(self, seconds: float) -> None:
        """Wait no longer for clients that gave no sign of life for so long, in wall time."""
        with self._lock:
            for name, client in list(self._clients.items()):
                if time.monotonic() - client.last_beat > seconds:
                    logger.warning("client %s is silent: lab time goes on without it", name)
                    self._leave(name)

    def _hear(self, name: str, what: str, tick: str = "", when: str = "inf") -> None:
        with self._lock:
            if what == "gone":
                self._leave(name)
                return
            if name not in self._clients:
                self._clients[name] = _Client(CountedHold(self._clock), time.monotonic())
                self.tell()  # so that one that was taken for dead, or that knew us before we were, answers again
            client = self._clients[name]
            client.last_beat = time.monotonic()
            if what == "busy":
                client.hold.resume()
            elif what == "idle" and int(tick) == self._tick:  # else it has not seen yet what happened meanwhile
                client.cancel_wake()
                if float(when) < math.inf:
                    client.cancel_wake = self._clock.call_at(float(when), lambda: None, key="client")
                client.hold.suspend()

    def _leave(self, name: str) -> None:
        with self._lock:
            client = self._clients.pop(name, None)
            if client is not None:
                client.cancel_wake()
                client.hold.release()

"""The controller's sign of life to the instruments that it is using: their dead-man acts where it stops."""

import logging
import threading
from collections.abc import Iterable

from devices.signals import SILENT
from devices.station import Station

logger = logging.getLogger(__name__)

BEAT_S = 1.0
"""Wall time between two signs of life."""


class Heartbeat:
    """Tells the instruments of every station at which a plan runs that its owner is alive."""

    def __init__(self, stations: Iterable[Station]) -> None:
        self._stations = tuple(stations)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Fall silent."""
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            for station in self._stations:
                token = station.owner_token
                if token is not None:
                    self._tell(station, token)

    def _tell(self, station: Station, token: int) -> None:
        for instrument in station.instruments.values():
            if not instrument.alive.connected:
                continue  # to wait for it would keep the others from hearing of us
            try:
                instrument.alive.put(token)
            except SILENT as silent:
                logger.warning("%s at %s cannot be told that we live: %s", instrument.name, station.name, silent)

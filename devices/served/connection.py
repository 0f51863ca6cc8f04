"""The way to a bare instrument: made when it is needed, given up when something went wrong, and made anew."""

import logging
import threading
from collections.abc import Callable

from devices.drivers.protocols import Driver
from devices.errors import InstrumentError

logger = logging.getLogger(__name__)


class DriverConnection:
    """A driver and whether it is connected. But for `words`, for the one thread that uses the driver."""

    def __init__(self, name: str, driver: Driver, say: Callable[[str], None]) -> None:
        """`say` tells a person what the instrument `name` is, or that it does not answer."""
        self.name, self.driver, self._say = name, driver, say
        self._connected = False
        self._thread: threading.Thread | None = None
        """The one that uses the driver; another one may only tell it to be safe."""

    def connect(self) -> bool:
        """Connect if that is needed; says whether it was. Raises whatever the driver does."""
        self._thread = threading.current_thread()
        if self._connected:
            return False
        try:
            identity = self.driver.connect()
        except Exception as fault:
            self._say(f"{self.name} does not answer: {self.words(fault)}")
            raise
        self._connected = True
        self._say(f"{self.name} is {identity}")
        return True

    def lost(self, fault: Exception) -> str:
        """What went wrong, in words; the next order connects anew, for nobody knows what is still to be read."""
        if self._connected and threading.current_thread() is self._thread:
            self._connected = False
            self.close()
        return self.words(fault)

    def words(self, fault: Exception) -> str:
        """The instrument's own words, or what became of its driver."""
        if isinstance(fault, InstrumentError):
            return fault.words
        logger.error("%s: its driver failed", self.name, exc_info=fault)
        return f"its driver failed: {type(fault).__name__}: {fault}"

    def close(self) -> None:
        """Let go of the instrument; never raises."""
        try:
            self.driver.close()
        except Exception:
            logger.exception("%s: its driver cannot let go", self.name)

"""The order that was under way when the station process was killed, until its instrument has said what became of it."""

import logging
import threading
from collections.abc import Callable

from devices.drivers.protocols import Driver, Recalls
from devices.served.order_memory import OrderMemory, RememberedOrder
from devices.served.readbacks import Readbacks
from devices.served.remembered_panel import RememberedPanel

logger = logging.getLogger(__name__)


class LeftOpen:
    """What one instrument was killed in the middle of: asked for where its driver can recall it, else unknown."""

    def __init__(
        self, name: str, driver: Driver, memory: OrderMemory, panel: RememberedPanel, readbacks: Readbacks
    ) -> None:
        """Look into the memory; the panel then shows the instrument as busy, or the order as one nobody can tell of."""
        self._driver, self._panel, self._readbacks = driver, panel, readbacks
        self.asking = False
        """Whether the driver is asked what became of the order, which may take as long as the order."""
        self._order: RememberedOrder | None = None
        order = memory.under_way(name)
        if order is None:
            return
        if isinstance(driver, Recalls):
            panel.panel.busy = 1
            self._order = order
            return
        panel.leave_open(order, f"the station process ended in the middle of order {order.order_id}")
        logger.warning("%s: what became of order %s (%s) is unknown", name, order.order_id, order.command)

    def settle(self, lock: threading.RLock, in_words: Callable[[Exception], str]) -> None:
        """Ask once, now that the instrument answers, and show what it says within the lock."""
        order, self._order = self._order, None
        if order is None or not isinstance(self._driver, Recalls):
            return
        self.asking = True
        try:
            result = self._driver.recall(order.task)
            result = None if result is None else self._readbacks.checked(result)
        except Exception as fault:  # noqa: BLE001  it stays unknown, and the words are shown
            words = in_words(fault)
            with lock:
                self._panel.leave_open(order, words)
            return
        finally:
            self.asking = False
        with lock:
            if result is None:
                self._panel.never_began(order)
            else:
                self._panel.done(order, result)

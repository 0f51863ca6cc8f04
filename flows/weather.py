"""Bad days of the ledger, rehearsed: the faults of a fault file that are the controller's own."""

import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from chemistry.value import Value
from ledger.errors import LedgerUnavailable
from sim.faults.fault import LedgerFault
from sim.faults.fault_file import FaultFile

logger = logging.getLogger(__name__)

RECORD_NAME = "ledger_faults.jsonl"
_HOUR_s = 3600.0


class Outage(Value):
    """One time at which the ledger was away, as the file of them in the campaign's folder tells it."""

    kind: str
    place: int
    """Of the fault in its file."""
    hour: int
    """Of lab time, in which it came."""
    lab_time_s: float
    lasts_s: float = Field(gt=0)
    """Wall time."""


class LedgerWeather:
    """Called before each transaction (`ledger.database.Database.weather`): raises while the ledger is away.

    An outage begins with the first transaction after a lab time that the fault file gives, or that chance gives to an
    hour of lab time, and lasts in wall time. What came is kept in a file, so that a resumed campaign does not meet it
    again: the ledger itself could not be written to.
    """

    def __init__(
        self, faults: FaultFile, folder: Path, lab_now: Callable[[], float], wall_now: Callable[[], float] = time.time
    ) -> None:
        self._faults, self._lab_now, self._wall_now = faults, lab_now, wall_now
        self._record = folder / RECORD_NAME
        self._came = {(outage.place, outage.hour) for outage in read_outages(self._record)}
        self._looked_s = 0.0
        self._until, self._words = 0.0, ""
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Raise `LedgerUnavailable` where it is away."""
        with self._lock:
            self._look(self._lab_now())
            if self._wall_now() < self._until:
                raise LedgerUnavailable(self._words)

    def _look(self, lab_s: float) -> None:
        """Begin the outages that came since the last look; of several that came at once one is noticed."""
        for place, fault in self._faults.of_ledger:
            for hour in range(int(self._looked_s // _HOUR_s), int(lab_s // _HOUR_s) + 1):
                begins = self._begins(place, fault, hour)
                if begins is not None and begins <= lab_s and (place, hour) not in self._came:
                    self._begin(place, fault, hour, lab_s)
        self._looked_s = lab_s

    def _begins(self, place: int, fault: LedgerFault, hour: int) -> float | None:
        """When in an hour of lab time the fault comes, s; None where it does not."""
        if fault.by_time:
            return fault.since if int(fault.since // _HOUR_s) == hour else None
        if self._faults.chance("ledger", place, hour) >= fault.chance:
            return None
        begins = _HOUR_s * (hour + self._faults.chance("moment", place, hour))
        return begins if fault.since <= begins and (fault.until is None or begins < fault.until) else None

    def _begin(self, place: int, fault: LedgerFault, hour: int, lab_s: float) -> None:
        self._came.add((place, hour))
        self._until = max(self._until, self._wall_now() + fault.lasts)
        self._words = f"The ledger's database did not do what it was asked: {fault.words}"
        logger.warning("injected into the ledger for %g s: %s", fault.lasts, fault.name)
        outage = Outage(kind=fault.name, place=place, hour=hour, lab_time_s=lab_s, lasts_s=fault.lasts)
        with self._record.open("a") as record:
            record.write(outage.model_dump_json() + "\n")


def read_outages(record: Path) -> list[Outage]:
    """The outages of a campaign; none where there is no such file."""
    if not record.exists():
        return []
    return [Outage.model_validate(json.loads(line)) for line in record.read_text().splitlines()]

"""Two controllers at one station: who waits for the other does not hold up the lab."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flows.leasing import Leasing
from ledger.leases import Leases
from ledger.store import Ledger
from sim.clock import VirtualClock

ANOTHER = "another machine:1:1"
PATIENCE_S = 20.0


def test_lab_time_passes_while_a_lease_is_waited_for(tmp_path: Path) -> None:
    """Else the other one, whose film dries in lab time, would never be through."""
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, contextlib.closing(VirtualClock()) as clock:
        theirs = Leases(ledger).acquire("synthesis", ANOTHER, 3600.0)
        hold = clock.hold()
        clock.call_at(clock.now() + 3600.0, lambda: Leases(ledger).release(theirs))

        def work() -> int:
            with contextlib.closing(Leasing(ledger)) as leasing, leasing.lease("synthesis", hold=hold) as token:
                began = clock.now()
                clock.call_at(began + 1.0, lambda: None)
                time.sleep(0.05)
                assert clock.now() == began, "whoever has the lease is at work, and lab time stands again"
                return token

        with ThreadPoolExecutor(1) as pool:
            token = pool.submit(work)
            try:
                assert token.result(PATIENCE_S) > theirs.token
            finally:
                hold.release()  # else nothing here would ever end, if lab time stood still

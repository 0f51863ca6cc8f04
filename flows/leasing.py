"""Leases on stations, kept alive by a heartbeat while a campaign uses them."""

import contextlib
import threading
from collections.abc import Iterator

from flows.session import Session, owner_is_dead
from ledger.leases import Lease, LeaseHeld, Leases

LEASE_S = 30.0
"""A station whose owner gives no sign for so long is free again."""


class Leasing:
    """The leases that this process holds."""

    def __init__(self, session: Session) -> None:
        self._leases = Leases(session.ledger)
        self._owner = session.owner
        self._held: dict[str, Lease] = {}
        self._closed = threading.Event()
        self._beat = threading.Thread(target=self._keep_alive, name="lease-heartbeat", daemon=True)
        self._beat.start()

    @contextlib.contextmanager
    def lease(self, station: str) -> Iterator[int]:
        """The fencing token of the station's lease; waits while another campaign has it."""
        lease = self._acquire(station)
        self._held[station] = lease
        try:
            yield lease.token
        finally:
            del self._held[station]
            self._leases.release(lease)

    def _acquire(self, station: str) -> Lease:
        while True:
            try:
                return self._leases.acquire(station, self._owner, LEASE_S, owner_is_dead=owner_is_dead)
            except LeaseHeld:
                if self._closed.wait(1.0):
                    raise

    def _keep_alive(self) -> None:
        while not self._closed.wait(LEASE_S / 3):
            for lease in list(self._held.values()):
                self._leases.renew(lease, LEASE_S)

    def close(self) -> None:
        """Stop the heartbeat."""
        self._closed.set()
        self._beat.join()

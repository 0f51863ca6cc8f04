"""Leases on stations and on the campaign itself, kept alive by a heartbeat while they are used."""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from devices.protocols import Hold
from ledger.errors import LeaseHeld, LeaseLost, LedgerUnavailable
from ledger.leases import Lease, Leases
from ledger.store import Ledger

logger = logging.getLogger(__name__)

LEASE_S = 30.0
"""What an owner leases is free again when it gives no sign for so long."""

LOOK_AGAIN_S = 0.5
"""Wall time between two tries to have a lease that somebody else has."""


class Leasing:
    """The leases that this process holds."""

    def __init__(self, ledger: Ledger) -> None:
        self._leases = Leases(ledger)
        self._renewals = Leases(ledger.impatient())  # there is another beat soon
        self._owner = this_process()
        self._held: dict[str, Lease] = {}
        self._not_given_back: set[str] = set()
        """What is ours in the ledger still though nobody here uses it: the ledger was away when it was given back."""
        self._closed, self._hurry = threading.Event(), threading.Event()
        self.on_lost: Callable[[str], None] = lambda name: None
        """Told of a lease that somebody else has taken."""
        self._beat = threading.Thread(target=self._keep_alive, name="lease-heartbeat", daemon=True)
        self._beat.start()

    @contextlib.contextmanager
    def lease(self, name: str, *, above: int = 0, wait: bool = True, hold: Hold | None = None) -> Iterator[int]:
        """The fencing token of a lease, larger than `above`, for as long as the block lasts.

        Waits while another process has it, or raises `LeaseHeld` where `wait` is false. `hold` is the caller's on the
        clock, suspended meanwhile: whoever has the lease may need lab time to come to an end.
        """
        lease = self._acquire(name, above, wait, hold)
        self._held[name] = lease
        try:
            yield lease.token
        finally:
            del self._held[name]
            self._give_back(lease)

    def _acquire(self, name: str, above: int, wait: bool, hold: Hold | None) -> Lease:
        def is_over(owner: str) -> bool:
            return owner_is_dead(owner) or (owner == self._owner and name in self._not_given_back)

        try:
            while True:
                try:
                    lease = self._leases.acquire(name, self._owner, LEASE_S, above=above, owner_is_dead=is_over)
                except LeaseHeld:
                    if hold is not None:
                        hold.suspend()
                    if not wait or self._hurry.wait(LOOK_AGAIN_S):
                        raise
                else:
                    self._not_given_back.discard(name)
                    return lease
        finally:
            if hold is not None:
                hold.resume()

    def wait_no_more(self) -> None:
        """From now on nobody waits here for a lease that somebody else has; whoever does is told `LeaseHeld`."""
        self._hurry.set()

    def _give_back(self, lease: Lease) -> None:
        """Give a lease back; where the ledger is away it runs out, and nothing that is being raised is hidden by it."""
        try:
            self._leases.release(lease)
        except LedgerUnavailable as away:
            self._not_given_back.add(lease.station)
            logger.warning("the lease of %s could not be given back and has to run out: %s", lease.station, away)
        except LeaseLost:
            logger.error("the lease of %s was lost before it was given back", lease.station)

    def _keep_alive(self) -> None:
        while not self._closed.wait(LEASE_S / 3):
            for name, lease in list(self._held.items()):
                try:
                    self._renewals.renew(lease, LEASE_S)
                except LeaseLost:
                    # Given back a moment ago, or taken by somebody else: then instruments and journal refuse our token.
                    if self._held.get(name) is lease:
                        logger.error("the lease of %s is lost; its instruments will refuse what comes from here", name)
                        self.on_lost(name)
                except LedgerUnavailable as away:
                    logger.warning("the lease of %s could not be renewed, trying again: %s", name, away)

    def close(self) -> None:
        """Stop the heartbeat."""
        self.wait_no_more()
        self._closed.set()
        self._beat.join()


def campaign_lease(name: str) -> str:
    """What the process that runs a campaign leases, beside the stations that it uses."""
    return f"campaign {name}"


def runner_of(ledger: Ledger, campaign: str) -> str | None:
    """Which living process runs a campaign, in words; None where none does."""
    owner = Leases(ledger).holder(campaign_lease(campaign))
    if owner is None or owner_is_dead(owner):
        return None
    host, pid, _ = owner.rsplit(":", 2)
    return f"process {pid} on {host}"


def refuse_second_run(ledger: Ledger, campaign: str) -> None:
    """Raise `LeaseHeld` where another process runs the campaign: who, and what to do."""
    runner = runner_of(ledger, campaign)
    if runner is not None:
        raise LeaseHeld(
            f"`{campaign}` is being run by {runner}. `ionloop status` with the same file says how it stands, `ionloop "
            f"stop` ends it in good order; or wait until it has ended ({LEASE_S:.0f} s, should that machine be down)."
        )


def this_process() -> str:
    """Who holds a lease: host, process, and the moment at which the process started."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started('self')}"


def owner_is_dead(owner: str) -> bool:
    """Whether the owner of a lease was a process of this machine that is no more."""
    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False  # nobody can tell from here: its lease has to run out
    try:
        return _started(pid) != started
    except FileNotFoundError:
        return True


def _started(pid: str) -> str:
    """Start time of a process in clock ticks: a process number is used again, the two together are not."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]

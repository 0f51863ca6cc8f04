"""Leases: a station belongs to one owner at a time, who holds a fencing token."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import col, select

from chemistry.value import Value
from ledger.errors import LeaseHeld, LeaseLost
from ledger.kinds import EventKind
from ledger.records import Records
from ledger.tables import LeaseRow


class Lease(Value):
    """The right to use a station until it expires or is renewed."""

    station: str
    owner: str
    token: int
    """Larger than that of every earlier owner; instruments and journal refuse a smaller one than they have seen."""
    expires_at: datetime


class Leases:
    """Hands out stations. Times are the wall clock of the hosts, which must agree to well within the time to live."""

    def __init__(self, ledger: Records) -> None:
        self._database = ledger.database

    def acquire(
        self,
        station: str,
        owner: str,
        ttl_s: float,
        *,
        above: int = 0,
        owner_is_dead: Callable[[str], bool] | None = None,
    ) -> Lease:
        """Take a station that is free, whose lease has run out, or whose owner is known to be dead.

        Args:
            station: Name of the station.
            owner: Who asks: host, process, thread.
            ttl_s: Seconds after which the lease runs out unless it is renewed.
            above: The largest token that the station's instruments have seen; they may serve another ledger, too.
            owner_is_dead: Asked about the present owner while the lease runs; True frees the station at once.

        Raises:
            LeaseHeld: with who holds it, and how long still.
        """
        dead_token = self._token_of_dead_owner(station, owner_is_dead)
        with self._database.writing() as transaction:
            now = transaction.now
            row = transaction.session.get(LeaseRow, station)
            former = row.owner if row is not None else None
            if row is not None and former is not None and row.expires_at > now and row.token != dead_token:
                left = (row.expires_at - now).total_seconds()
                raise LeaseHeld(f"The {station} belongs to {former} for another {left:.0f} s (token {row.token})")
            expires_at = now + timedelta(seconds=ttl_s)
            if row is None:
                row = LeaseRow(station=station, token=0, acquired_at=now, expires_at=expires_at)
            row.token = max(row.token, above) + 1
            row.owner, row.acquired_at, row.expires_at = owner, now, expires_at
            transaction.session.add(row)
            told = {"owner": owner, "token": row.token, "taken_from": former}
            transaction.event(EventKind.LEASE_TAKEN, f"station {station}", payload=told)
        return Lease(station=station, owner=owner, token=row.token, expires_at=expires_at)

    def renew(self, lease: Lease, ttl_s: float) -> Lease:
        """Hold the station for another while. No event: a heartbeat is no news.

        Raises:
            LeaseLost: if somebody else has taken it.
        """
        with self._database.writing() as transaction:
            row = transaction.session.get(LeaseRow, lease.station)
            if row is None or row.token != lease.token or row.owner is None:
                raise LeaseLost(f"{lease.owner} lost {lease.station}: token {lease.token} is no longer the station's")
            row.expires_at = transaction.now + timedelta(seconds=ttl_s)
            transaction.session.add(row)
        return lease.model_copy(update={"expires_at": row.expires_at})

    def release(self, lease: Lease) -> None:
        """Give the station back. Nothing happens if it was taken over meanwhile."""
        with self._database.writing() as transaction:
            row = transaction.session.get(LeaseRow, lease.station)
            if row is None or row.token != lease.token or row.owner is None:
                return
            row.owner = None
            transaction.session.add(row)
            told = {"owner": lease.owner, "token": lease.token}
            transaction.event(EventKind.LEASE_RELEASED, f"station {lease.station}", payload=told)

    def all(self) -> list[LeaseRow]:
        """Every station that anybody had at any time, by name."""
        with self._database.reading() as session:
            return list(session.exec(select(LeaseRow).order_by(col(LeaseRow.station))))

    def holder(self, station: str) -> str | None:
        """Who owns the station now; None if nobody does."""
        with self._database.reading() as session:
            row = session.get(LeaseRow, station)
            if row is None or row.owner is None or row.expires_at <= self._database.wall_now():
                return None
            return row.owner

    def _token_of_dead_owner(self, station: str, owner_is_dead: Callable[[str], bool] | None) -> int | None:
        """Ask outside the transaction: finding out whether a process lives may take a while."""
        if owner_is_dead is None:
            return None
        with self._database.reading() as session:
            row = session.get(LeaseRow, station)
        return row.token if row is not None and row.owner is not None and owner_is_dead(row.owner) else None

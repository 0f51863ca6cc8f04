"""Tables that keep order: events, their counter, leases of stations."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from ledger.tables.base import Payload, Row, UtcTime


class EventCounterRow(Row, table=True):
    """One row: the number of the last event. Its lock is what puts commits in the order of their numbers."""

    id: int = Field(default=1, primary_key=True)
    last: int = 0


class EventRow(Row, table=True):
    """One thing that happened. Numbers have no gap, and a smaller number was committed earlier."""

    __table_args__ = (Index(None, "campaign_id", "number"),)

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    wall_time: datetime = Field(sa_type=UtcTime)
    lab_time_s: float | None = None
    """Seconds of the lab's clock; None where no lab was running."""
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id")
    kind: str
    """One of `ledger.kinds.EventKind`."""
    subject: str = ""
    """What it is about: `experiment 12`, `sample c1-e012a`."""
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Payload)


class LeaseRow(Row, table=True):
    """Who owns a station. The row outlives the lease, so that tokens only ever grow."""

    station: str = Field(primary_key=True)
    owner: str | None = None
    """None while nobody owns it."""
    token: int
    acquired_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)

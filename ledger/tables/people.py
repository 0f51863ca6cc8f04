"""Tables of who may use the ledger over the network: people, their tokens and sessions, and what they changed."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from ledger.tables.base import Payload, Row, UtcTime


class PersonRow(Row, table=True):
    """Somebody who may sign in. The row outlives the account: names in the ledger stay those of one person."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: str
    """One of `ledger.author.Role`."""
    password: str
    """Its hash, with the parameters of the hash."""
    event: int = Field(foreign_key="event.number")
    closed_event: int | None = Field(default=None, foreign_key="event.number")
    """Event by which the account was closed; None while it is open."""


class TokenRow(Row, table=True):
    """The right of a program to act for a person. The token itself is nowhere."""

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str
    """What it is for; one of its person's open tokens bears it."""
    role: str
    """It may do no more than this, and no more than its person may now."""
    secret_hash: str = Field(unique=True)
    """sha256; the token is random and long, so that no slower hash is needed."""
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime, nullable=True)
    event: int = Field(foreign_key="event.number")
    closed_event: int | None = Field(default=None, foreign_key="event.number")
    """Event by which it was revoked."""


class SessionRow(Row, table=True):
    """A browser that somebody signed in with. It is deleted when they sign out, or when its time is over."""

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    secret_hash: str = Field(unique=True)
    """sha256 of what the cookie holds."""
    address: str
    begun_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)


class FailedSignInRow(Row, table=True):
    """A sign-in that failed a moment ago. Kept as long as it slows the next one down."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    """What was given for a name, shortened."""
    address: str = Field(index=True)
    at: datetime = Field(sa_type=UtcTime)


class AuditRow(Row, table=True):
    """One change of the ledger that somebody made over the network, or with `ionloop people`.

    Never changed, never deleted: the events that it names say what was before and what is now.
    """

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(index=True)
    role: str
    """As which they acted; empty on the command line."""
    via: str
    address: str
    action: str
    first_event: int | None = Field(default=None, foreign_key="event.number")
    last_event: int | None = Field(default=None, foreign_key="event.number", index=True)
    """The events of the change, from the first to the last; None where nothing but a sign-in happened."""
    told: dict[str, Any] = Field(default_factory=dict, sa_type=Payload)
    """What no event says."""

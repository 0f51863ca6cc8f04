"""The audit: who changed what, when, from where, and what was there before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from chemistry.value import Value
from ledger.records import Records
from ledger.tables import AuditRow, EventRow

MOST_CHANGES = 200
"""Events of one change that are shown; an import of many thousand films is one event."""
_BEFORE, _AFTER = ("from", "from_um"), ("to", "thickness_um")
"""What events call what was there before, and what is there now."""


class Changed(Value):
    """One event of a change."""

    event: int
    kind: str
    subject: str
    campaign_id: int | None
    before: Any
    """None where there was nothing, or the event does not say."""
    after: Any
    told: dict[str, Any]
    """Everything that the event says."""


class Audited(Value):
    """One change, or one sign-in."""

    id: int
    at: datetime
    by: str
    role: str
    via: str
    address: str
    action: str
    changes: tuple[Changed, ...]


class AuditPage(Value):
    """Some of the audit, the latest first."""

    total: int
    offset: int
    items: tuple[Audited, ...]


class Audit:
    """Reads what was written down of changes."""

    def __init__(self, ledger: Records) -> None:
        self._database = ledger.database

    def page(self, by: str | None = None, *, offset: int = 0, limit: int = 50) -> AuditPage:
        """The latest changes: of one person or of all."""
        conditions = [] if by is None else [col(AuditRow.by) == by]
        query = select(AuditRow).where(*conditions).order_by(col(AuditRow.id).desc()).offset(offset).limit(limit)
        with self._database.reading() as session:
            total = session.exec(select(func.count()).select_from(AuditRow).where(*conditions)).one()
            rows = session.exec(query).all()
            items = tuple(
                Audited(
                    **row.model_dump(exclude={"first_event", "last_event", "told"}),
                    changes=tuple(_changes(session, row)),
                )
                for row in rows
            )
        return AuditPage(total=total, offset=offset, items=items)


def _changes(session: Session, row: AuditRow) -> Iterable[Changed]:
    if row.first_event is None or row.last_event is None:
        return
    between = (col(EventRow.number) >= row.first_event, col(EventRow.number) <= row.last_event)
    for event in session.exec(select(EventRow).where(*between).order_by(col(EventRow.number)).limit(MOST_CHANGES)):
        yield Changed(
            event=event.number,
            kind=event.kind,
            subject=event.subject,
            campaign_id=event.campaign_id,
            before=_first(event.payload, _BEFORE),
            after=_first(event.payload, _AFTER),
            told=event.payload,
        )


def _first(payload: dict[str, Any], names: Iterable[str]) -> Any:
    return next((payload[name] for name in names if name in payload), None)

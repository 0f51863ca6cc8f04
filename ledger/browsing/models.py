"""What became of a campaign's model versions: promotions, refusals, fits that came to nothing."""

from datetime import datetime

from sqlmodel import Session, col, select

from chemistry.value import Value
from ledger.kinds import EventKind
from ledger.tables import EventRow

_KINDS = (EventKind.MODEL_PROMOTED, EventKind.MODEL_REFUSED, EventKind.MODEL_FIT_FAILED)


class ModelDecisionTold(Value):
    """One decision on a version."""

    version: int | None
    """None for a fit that came to nothing."""
    name: str
    kind: str
    why: str
    by: str
    """Who went back to it, or promoted it; empty where the promotion rule did."""
    holds: bool
    """Whether it stays until a person promotes another."""
    at: datetime
    event: int


def model_decisions(session: Session, campaign_id: int) -> tuple[ModelDecisionTold, ...]:
    """The decisions on a campaign's versions, the latest first."""
    query = select(EventRow).where(
        EventRow.campaign_id == campaign_id, col(EventRow.kind).in_([kind.value for kind in _KINDS])
    )
    return tuple(
        ModelDecisionTold(
            version=event.payload.get("version"),
            name=str(event.payload.get("name", "")),
            kind=event.kind,
            why=str(event.payload.get("why", "")),
            by=str(event.payload.get("by", "")),
            holds=bool(event.payload.get("holds", False)),
            at=event.wall_time,
            event=event.number,
        )
        for event in session.exec(query.order_by(col(EventRow.number).desc()))
    )

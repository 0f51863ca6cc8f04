"""What model versions foretold of films before they were made, and the drift that results show against it."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field
from sqlmodel import col, select

from chemistry.value import Value
from ledger.database import Writing
from ledger.film import PROPERTY_UNITS
from ledger.kinds import EventKind
from ledger.records import Records
from ledger.tables import EventRow, PredictionRow


class Prediction(Value):
    """What a model version foretells of one formulation, in the unit of the property."""

    property: str
    temperature_C: float | None = None
    mean: float
    sd: float = Field(ge=0)
    """Of the formulation's true value."""
    film_sd: float = Field(ge=0)
    """Of a new film about it."""


class PredictionRecords(Records):
    """What the ledger knows of predictions and of drift."""

    def predictions(self, campaign_id: int, up_to_event: int | None = None) -> list[PredictionRow]:
        """What was foretold of a campaign's films, in the order in which it was, all or up to an event."""
        query = select(PredictionRow).where(PredictionRow.campaign_id == campaign_id)
        if up_to_event is not None:
            query = query.where(PredictionRow.event <= up_to_event)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(PredictionRow.id))))

    def note_drift(self, campaign_id: int, subject: str, *, begun: bool, payload: dict[str, Any]) -> int:
        """Say that results of a kind (an objective's label) no longer come as foretold, or that they do again."""
        kind = EventKind.DRIFT_BEGUN if begun else EventKind.DRIFT_ENDED
        with self.database.writing() as transaction:
            return transaction.event(kind, subject, campaign_id=campaign_id, payload=payload)

    def drifting(self, campaign_id: int, up_to_event: int | None = None) -> dict[str, EventRow]:
        """The drifts that a campaign was in at an event: the event that said so, by its subject."""
        query = select(EventRow).where(
            EventRow.campaign_id == campaign_id,
            col(EventRow.kind).in_([EventKind.DRIFT_BEGUN.value, EventKind.DRIFT_ENDED.value]),
        )
        if up_to_event is not None:
            query = query.where(EventRow.number <= up_to_event)
        with self.database.reading() as session:
            last = {event.subject: event for event in session.exec(query.order_by(col(EventRow.number)))}
        return {subject: event for subject, event in last.items() if event.kind == EventKind.DRIFT_BEGUN}

    def drifts_begun(self, campaign_id: int, up_to_event: int | None = None) -> list[EventRow]:
        """The events that said that a drift of a campaign began, in their order, over by now or not."""
        query = select(EventRow).where(
            EventRow.campaign_id == campaign_id, EventRow.kind == EventKind.DRIFT_BEGUN.value
        )
        if up_to_event is not None:
            query = query.where(EventRow.number <= up_to_event)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(EventRow.number))))


def write_predictions(
    transaction: Writing, campaign_id: int, experiment_id: int, version: int, foretold: Sequence[Prediction], event: int
) -> None:
    """Write what a version foretold of an experiment, in the transaction of its suggestion."""
    named = {"campaign_id": campaign_id, "experiment_id": experiment_id, "model_version": version, "event": event}
    rows = [{**one.model_dump(), **named, "unit": PROPERTY_UNITS[one.property]} for one in foretold]
    transaction.insert(PredictionRow, rows)

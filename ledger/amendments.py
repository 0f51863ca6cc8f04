"""Amendments: a number that was observed is replaced or taken back; history stays, and what rested on it is marked."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, func, or_, select

from chemistry.value import Value
from ledger.database import Writing
from ledger.errors import LedgerError
from ledger.film import Source
from ledger.kinds import EventKind
from ledger.records import Records, require, sample_and_experiment
from ledger.tables import DecisionMarkRow, EventRow, FilmRow, ModelVersionRow, ObservationRow, SuggestionRow


class Change(Value):
    """What becomes of one observation."""

    observation_id: int
    value: float | None
    """The better number; None takes it back."""
    sd: float | None = None
    """Its standard deviation; None keeps the old one."""
    follows: bool = False
    """Whether it only follows from other changes; what somebody set by hand is kept when those change again."""


class Marked(Value):
    """Decisions that rested on what was amended, by their numbers in their campaigns."""

    suggestions: tuple[int, ...] = ()
    model_versions: tuple[int, ...] = ()


class AmendmentRecords(Records):
    """What the ledger knows of corrections."""

    def amend(
        self,
        changes: Sequence[Change],
        *,
        by: str,
        note: str,
        used_by: Collection[int] = (),
        thickness_um: Mapping[str, float] | None = None,
    ) -> list[int | None]:
        """Replace or take back observations, all or none of them, and mark every later decision that used one.

        A model version used it if it was trained on the ledger after the observation came, and a suggestion if a model
        was asked then.

        Args:
            changes: What becomes of which.
            by: Who says so.
            note: Why.
            thickness_um: Samples whose thickness is another than was recorded, by their ids.
            used_by: Campaigns that learn from the film beside its own, such as those that start from the literature.

        Returns:
            For each change the id of the new observation; None where one was taken back.

        Raises:
            LedgerError: an observation no longer holds.
        """
        with self.database.writing() as transaction:
            for sample, thickness in (thickness_um or {}).items():
                _correct_thickness(transaction, sample, thickness, by, note)
            return [amend_one(transaction, change, by, note, used_by) for change in changes]

    def set_by_hand(self, film_id: str) -> dict[int, str]:
        """Observations of a film that hold as somebody set them, by their ids, and who did.

        One that was amended before the ledger kept what follows from what counts as set by hand.
        """
        query = (
            select(col(ObservationRow.id), EventRow)
            .join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
            .join(EventRow, col(EventRow.number) == col(ObservationRow.event))
            .where(
                FilmRow.film_id == film_id,
                col(ObservationRow.closed_event).is_(None),
                EventRow.kind == EventKind.AMENDED.value,
            )
        )
        with self.database.reading() as session:
            found = session.exec(query).all()
        return {number: event.payload.get("by", "") for number, event in found if not event.payload.get("follows")}

    def marked(self, campaign_id: int) -> Marked:
        """Decisions of a campaign that rested on what was amended since."""
        indices = (
            select(col(SuggestionRow.index))
            .join(DecisionMarkRow, col(DecisionMarkRow.suggestion_id) == col(SuggestionRow.id))
            .where(SuggestionRow.campaign_id == campaign_id)
            .distinct()
        )
        numbers = (
            select(col(ModelVersionRow.number))
            .join(DecisionMarkRow, col(DecisionMarkRow.model_version_id) == col(ModelVersionRow.id))
            .where(ModelVersionRow.campaign_id == campaign_id)
            .distinct()
        )
        with self.database.reading() as session:
            return Marked(
                suggestions=tuple(sorted(session.exec(indices))), model_versions=tuple(sorted(session.exec(numbers)))
            )

    def last_amendment(self, campaign_id: int, sources: Sequence[Source | str] = ()) -> int:
        """Event of the last amendment of the campaign's own films, or of published ones from these sources; 0: none."""
        published = col(ObservationRow.source).in_([Source(source).value for source in sources])
        query = (
            select(func.max(ObservationRow.closed_event))
            .join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
            .where(
                col(ObservationRow.closed_event).is_not(None),  # as the index of the few that were amended says
                or_(FilmRow.campaign_id == campaign_id, col(FilmRow.campaign_id).is_(None) & published),
            )
        )
        with self.database.reading() as session:
            return session.exec(query).one() or 0


def _correct_thickness(transaction: Writing, sample_id: str, thickness_um: float, by: str, note: str) -> None:
    row, experiment = sample_and_experiment(transaction.session, sample_id)
    told = {"from_um": row.thickness_um, "thickness_um": thickness_um, "by": by, "note": note}
    row.made_event = transaction.event(
        EventKind.SAMPLE_MADE, f"sample {sample_id}", campaign_id=experiment.campaign_id, payload=told
    )
    row.thickness_um = thickness_um


def amend_one(transaction: Writing, change: Change, by: str, note: str, used_by: Collection[int]) -> int | None:
    """One change inside a transaction; see `AmendmentRecords.amend`."""
    row, film = _holding(transaction.session, change.observation_id)
    told: dict[str, Any] = {"by": by, "note": note, "film": film.film_id, "property": row.property}
    if used_by:
        told["used_by"] = sorted(used_by)  # whoever decides on it at this moment finds it here
    if change.value is None:
        number = _close(transaction, EventKind.RETRACTED, row, film, {**told, "value": row.value})
        _mark(transaction, row, film, used_by, number)
        return None
    told |= {"from": row.value, "to": change.value, "sd": change.sd, "follows": change.follows}
    number = _close(transaction, EventKind.AMENDED, row, film, told)
    better = ObservationRow(
        **row.model_dump(exclude={"id", "value", "sd", "event", "origin_id", "closed_event", "superseded_by"}),
        value=change.value,
        sd=row.sd if change.sd is None else change.sd,
        event=number,
        origin_id=row.origin_id or row.id,
    )
    transaction.session.add(better)
    transaction.session.flush()
    row.superseded_by = better.id
    _mark(transaction, row, film, used_by, number)
    return better.id


def _holding(session: Session, observation_id: int) -> tuple[ObservationRow, FilmRow]:
    row = require(session, ObservationRow, observation_id)
    if row.closed_event is not None:
        raise LedgerError(f"Observation {observation_id} no longer holds since event {row.closed_event}")
    return row, require(session, FilmRow, row.film)


def _close(transaction: Writing, kind: EventKind, row: ObservationRow, film: FilmRow, told: dict[str, Any]) -> int:
    number = transaction.event(kind, f"observation {row.id}", campaign_id=film.campaign_id, payload=told)
    row.closed_event = number
    return number


def _mark(transaction: Writing, row: ObservationRow, film: FilmRow, used_by: Collection[int], number: int) -> None:
    """Mark what was decided between the day that the observation came and the day that it no longer held."""
    session = transaction.session
    campaigns = {*used_by, *((film.campaign_id,) if film.campaign_id is not None else ())}
    suggestions = select(col(SuggestionRow.id)).where(
        col(SuggestionRow.campaign_id).in_(campaigns),
        col(SuggestionRow.model_version).is_not(None),
        SuggestionRow.knowledge_event >= row.event,
    )
    versions = select(col(ModelVersionRow.id)).where(
        col(ModelVersionRow.campaign_id).in_(campaigns), ModelVersionRow.training_event >= row.event
    )
    marks = [{"suggestion_id": known, "model_version_id": None} for known in session.exec(suggestions)]
    marks += [{"suggestion_id": None, "model_version_id": known} for known in session.exec(versions)]
    transaction.insert(DecisionMarkRow, [{**mark, "observation_id": row.id, "event": number} for mark in marks])


def mark_late(transaction: Writing, campaign_id: int, known_event: int, **decision: int) -> None:
    """Mark a decision that was being made while what it rests on was amended.

    Args:
        transaction: The one that writes the decision.
        campaign_id: Its campaign.
        known_event: What was known when it was begun.
        decision: `suggestion_id` or `model_version_id`.
    """
    closed = (
        select(col(ObservationRow.id), FilmRow.campaign_id, EventRow)
        .join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
        .join(EventRow, col(EventRow.number) == col(ObservationRow.closed_event))
        .where(ObservationRow.event <= known_event, col(ObservationRow.closed_event) > known_event)
    )
    blank = {"suggestion_id": None, "model_version_id": None}
    marks = [
        {**blank, **decision, "observation_id": observation, "event": event.number}
        for observation, owner, event in transaction.session.exec(closed)
        if campaign_id == owner or campaign_id in event.payload.get("used_by", ())
    ]
    transaction.insert(DecisionMarkRow, marks)

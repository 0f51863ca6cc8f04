"""Model versions: every fit is recorded; weights are kept for those that may still be asked."""

from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from ledger.amendments import mark_late
from ledger.database import Writing
from ledger.errors import LedgerError
from ledger.kinds import EventKind, ModelState
from ledger.records import Records, require
from ledger.tables import CampaignRow, EventRow, ExperimentRow, ModelVersionRow, ModelWeightsRow, SuggestionRow


class ModelRecords(Records):
    """What the ledger knows of surrogates."""

    def add_model_version(
        self,
        campaign_id: int,
        *,
        name: str,
        configuration: dict[str, Any],
        training_hash: str,
        training_event: int,
        n: int,
        metrics: dict[str, Any] | None = None,
        weights: bytes | None = None,
        environment: dict[str, Any] | None = None,
        keep_weights: bool = False,
    ) -> ModelVersionRow:
        """Record a fit as the next version of the campaign, a candidate until it is promoted.

        Weights of older versions that nobody can ask any more are dropped, but for those that `keep_weights` holds.
        """
        with self.database.writing() as transaction:
            session = transaction.session
            require(session, CampaignRow, campaign_id)
            of_campaign = select(func.max(ModelVersionRow.number)).where(ModelVersionRow.campaign_id == campaign_id)
            version = (session.exec(of_campaign).one() or 0) + 1
            number = transaction.event(
                EventKind.MODEL_FITTED,
                f"model {version}",
                campaign_id=campaign_id,
                payload={"name": name, "n": n, "training_hash": training_hash, "metrics": metrics or {}},
            )
            row = ModelVersionRow(
                campaign_id=campaign_id,
                number=version,
                name=name,
                configuration=configuration,
                training_hash=training_hash,
                training_event=training_event,
                n=n,
                metrics=metrics or {},
                environment=environment,
                keep_weights=keep_weights,
                event=number,
            )
            session.add(row)
            session.flush()
            mark_late(transaction, campaign_id, training_event, model_version_id=row.id)
            if weights is not None:
                session.add(ModelWeightsRow(model_version_id=row.id, content=weights))
                session.flush()
            _drop_needless_weights(session, campaign_id, newest=version)
        return row

    def promote(
        self, campaign_id: int, number: int, why: str = "", *, by: str = "", holds: bool = False, **told: Any
    ) -> ModelVersionRow:
        """Make a version the champion; going back to an older one is a promotion too.

        Args:
            campaign_id: Its campaign.
            number: Of the version.
            why: Why it is promoted.
            by: Who says so; empty where the promotion rule does.
            holds: Whether it stays until a person promotes another.
            told: Figures behind it, kept with the event.

        Raises:
            LedgerError: if the campaign has no such version.
        """
        with self.database.writing() as transaction:
            row = _promoted(transaction, campaign_id, number, {"why": why, "by": by, "holds": holds, **told})
            newest = select(func.max(ModelVersionRow.number)).where(ModelVersionRow.campaign_id == campaign_id)
            _drop_needless_weights(transaction.session, campaign_id, newest=transaction.session.exec(newest).one())
        return row

    def refuse_model(self, campaign_id: int, number: int, told: dict[str, Any]) -> None:
        """Say that a version was not promoted; `told` says why. It stays a candidate."""
        with self.database.writing() as transaction:
            row = _version(transaction.session, campaign_id, number)
            payload = {"version": number, "name": row.name, **told}
            transaction.event(EventKind.MODEL_REFUSED, f"model {number}", campaign_id=campaign_id, payload=payload)

    def model_fit_failed(self, campaign_id: int, name: str, why: str) -> None:
        """Say that a fit beside the instruments came to nothing."""
        with self.database.writing() as transaction:
            payload = {"name": name, "why": why}
            transaction.event(EventKind.MODEL_FIT_FAILED, f"model {name}", campaign_id=campaign_id, payload=payload)

    def model_version(self, campaign_id: int, number: int) -> ModelVersionRow:
        """One version of a campaign.

        Raises:
            LedgerError: if the campaign has no such version.
        """
        with self.database.reading() as session:
            return _version(session, campaign_id, number)

    def model_versions(self, campaign_id: int) -> list[ModelVersionRow]:
        """Every version of a campaign, oldest first."""
        query = select(ModelVersionRow).where(ModelVersionRow.campaign_id == campaign_id)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(ModelVersionRow.number))))

    def champion(self, campaign_id: int, up_to_event: int | None = None) -> ModelVersionRow | None:
        """The version that was the champion at an event; None before the first promotion."""
        last = self.last_promotion(campaign_id, up_to_event)
        return None if last is None else self.model_version(campaign_id, last.payload["version"])

    def last_promotion(self, campaign_id: int, up_to_event: int | None = None) -> EventRow | None:
        """The event that made the champion what it was at an event: who promoted it, why, and whether it holds."""
        promotions = select(EventRow).where(
            EventRow.campaign_id == campaign_id, EventRow.kind == EventKind.MODEL_PROMOTED.value
        )
        if up_to_event is not None:
            promotions = promotions.where(EventRow.number <= up_to_event)
        with self.database.reading() as session:
            return session.exec(promotions.order_by(col(EventRow.number).desc()).limit(1)).first()

    def weights(self, campaign_id: int, number: int) -> bytes | None:
        """Weights of a version; None where they were dropped or never given."""
        with self.database.reading() as session:
            kept = session.get(ModelWeightsRow, _version(session, campaign_id, number).id)
            return None if kept is None else kept.content


def _version(session: Session, campaign_id: int, number: int) -> ModelVersionRow:
    query = select(ModelVersionRow).where(ModelVersionRow.campaign_id == campaign_id, ModelVersionRow.number == number)
    row = session.exec(query).first()
    if row is None:
        raise LedgerError(f"Campaign {campaign_id} has no model version {number}")
    return row


def _promoted(transaction: Writing, campaign_id: int, number: int, told: dict[str, Any]) -> ModelVersionRow:
    session = transaction.session
    row = _version(session, campaign_id, number)
    champions = select(ModelVersionRow).where(
        ModelVersionRow.campaign_id == campaign_id, ModelVersionRow.state == ModelState.CHAMPION.value
    )
    for former in session.exec(champions):
        former.state = ModelState.RETIRED.value
    row.state = ModelState.CHAMPION.value
    payload = {"version": number, "name": row.name, **told}
    transaction.event(EventKind.MODEL_PROMOTED, f"model {number}", campaign_id=campaign_id, payload=payload)
    return row


def _drop_needless_weights(session: Session, campaign_id: int, *, newest: int) -> None:
    """Keep the weights of the champion, the newest, those behind experiments under way, those to be kept for ever."""
    behind = (
        select(SuggestionRow.model_version)
        .join(ExperimentRow, col(ExperimentRow.suggestion_id) == col(SuggestionRow.id))
        .where(
            SuggestionRow.campaign_id == campaign_id,
            col(ExperimentRow.closed_event).is_(None),
            col(SuggestionRow.model_version).is_not(None),
        )
    )
    needed = {newest, *session.exec(behind)}
    needless = (
        select(ModelVersionRow.id)
        .where(ModelVersionRow.campaign_id == campaign_id, ModelVersionRow.state != ModelState.CHAMPION.value)
        .where(col(ModelVersionRow.number).not_in(needed), col(ModelVersionRow.keep_weights).is_(False))
    )
    session.execute(delete(ModelWeightsRow).where(col(ModelWeightsRow.model_version_id).in_(needless)))

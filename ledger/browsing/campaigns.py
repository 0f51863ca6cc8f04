"""Campaigns, and how much there is of each and of everything."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from ledger.browsing.told import CampaignTold, Counts
from ledger.kinds import ApprovalState, CampaignState
from ledger.tables import (
    ApprovalRow,
    CalculationRow,
    CampaignRow,
    EventCounterRow,
    EventRow,
    ExperimentRow,
    FilmRow,
    ObservationRow,
)


def campaigns(session: Session) -> tuple[CampaignTold, ...]:
    """Every run of every campaign, the latest first."""
    rows = session.exec(select(CampaignRow).order_by(col(CampaignRow.id).desc())).all()
    experiments: dict[int, dict[str, int]] = {}
    states = select(col(ExperimentRow.campaign_id), col(ExperimentRow.state), func.count())
    for campaign, state, number in session.exec(
        states.group_by(col(ExperimentRow.campaign_id), col(ExperimentRow.state))
    ):
        experiments.setdefault(campaign, {})[state] = number
    holding = (
        select(col(FilmRow.campaign_id), func.count())
        .join(ObservationRow, col(ObservationRow.film) == col(FilmRow.id))
        .where(col(ObservationRow.closed_event).is_(None), col(FilmRow.campaign_id).is_not(None))
    )
    waiting = select(col(ApprovalRow.campaign_id), func.count()).where(ApprovalRow.state == ApprovalState.WAITING)
    observations = _by_campaign(session, holding.group_by(col(FilmRow.campaign_id)))
    films = _counted(session, FilmRow)
    calculations = _counted(session, CalculationRow)
    asked = _by_campaign(session, waiting.group_by(col(ApprovalRow.campaign_id)))
    last = _last_moments(session)
    return tuple(
        CampaignTold(
            id=row.id,
            name=row.name,
            run=row.run,
            state=CampaignState(row.state),
            why=row.why,
            lab=str((row.lab or {}).get("name") or ""),
            begun_at=row.begun_at,
            last_event_at=last.get(row.id, row.begun_at),
            budget=_budget(row.spec),
            experiments=experiments.get(row.id, {}),
            calculations=calculations.get(row.id, 0),
            films=films.get(row.id, 0),
            observations=observations.get(row.id, 0),
            waiting=asked.get(row.id, 0),
        )
        for row in rows
    )


def counts(session: Session) -> Counts:
    """How much there is in the ledger."""
    films = select(func.count()).select_from(FilmRow)
    holding = select(func.count()).select_from(ObservationRow).where(col(ObservationRow.closed_event).is_(None))
    return Counts(
        campaigns=session.exec(select(func.count()).select_from(CampaignRow)).one(),
        films=session.exec(films).one(),
        published_films=session.exec(films.where(col(FilmRow.campaign_id).is_(None))).one(),
        observations=session.exec(holding).one(),
        last_event=session.exec(select(EventCounterRow.last)).one(),
    )


def _counted(session: Session, table: type[FilmRow | CalculationRow]) -> dict[int, int]:
    own = col(table.campaign_id)
    return _by_campaign(session, select(own, func.count()).where(own.is_not(None)).group_by(own))


def _by_campaign(session: Session, query: Any) -> dict[int, int]:
    return {int(campaign): int(number) for campaign, number in session.execute(query)}


def _last_moments(session: Session) -> dict[int, datetime]:
    """When the last thing happened in each campaign; its events are numbered in order, so the index tells."""
    own = col(EventRow.campaign_id)
    last = select(func.max(EventRow.number)).where(own == CampaignRow.id).correlate(CampaignRow).scalar_subquery()
    query = select(col(CampaignRow.id), col(EventRow.wall_time)).join(EventRow, col(EventRow.number) == last)
    return dict(iter(session.exec(query)))


def _budget(spec: dict[str, Any]) -> int | None:
    allowed = (spec.get("budget") or {}).get("experiments")
    return allowed if isinstance(allowed, int) else None

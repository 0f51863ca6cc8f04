"""What is going on at this moment: films under way with their step, containers, requests for approval."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from chemistry.value import Value
from ledger.kinds import ApprovalState, ExperimentState
from ledger.reservations import reserved_mg
from ledger.tables import (
    ApprovalRow,
    CampaignRow,
    ContainerRow,
    EventRow,
    ExperimentRow,
    PhysicalStepRow,
    StockChangeRow,
)

_UNDER_WAY = [state.value for state in ExperimentState if not state.final]


class UnderWayTold(Value):
    """An experiment that has not ended, and the last that was asked of an instrument for it."""

    number: int
    label: str
    state: str
    sample_id: str
    """Empty before it has one."""
    step: str
    """The step that was sent last; empty before the first."""
    step_state: str
    device: str
    station: str
    since: datetime
    """When that step was intended; of one without a step, when it was suggested."""


class ContainerTold(Value):
    """What is left of a component on the shelf of a lab."""

    lab: str
    component: str
    label: str
    lot: str
    filled_mg: float
    left_mg: float
    kept_mg: float
    """Of it for films that are being made."""
    by: str
    found_empty: str
    """Which instrument said that it ran empty, in which words; empty while none has."""


class RequestTold(Value):
    """A film that a person is asked about, or was."""

    campaign_id: int
    campaign: str
    run: int
    experiment: int
    label: str
    reasons: tuple[str, ...]
    state: str
    by: str
    note: str
    via: str
    asked_at: datetime
    expires_at: datetime


def under_way(session: Session, campaign_id: int) -> tuple[UnderWayTold, ...]:
    """The experiments of a campaign that have not ended, in their order."""
    rows = session.exec(
        select(ExperimentRow, EventRow.wall_time)
        .join(EventRow, col(EventRow.number) == col(ExperimentRow.event))
        .where(ExperimentRow.campaign_id == campaign_id, col(ExperimentRow.state).in_(_UNDER_WAY))
        .order_by(col(ExperimentRow.number))
    ).all()
    return tuple(_with_step(session, row, at) for row, at in rows)


def _with_step(session: Session, row: ExperimentRow, at: datetime) -> UnderWayTold:
    of_it = select(PhysicalStepRow).where(PhysicalStepRow.experiment_id == row.id)
    step = session.exec(of_it.order_by(col(PhysicalStepRow.event).desc()).limit(1)).first()
    return UnderWayTold(
        number=row.number,
        label=row.formulation.label,
        state=row.state,
        sample_id=step.sample_id if step else "",
        step=step.step if step else "",
        step_state=step.state if step else "",
        device=step.device if step else "",
        station=step.station if step else "",
        since=step.intended_at if step else at,
    )


def containers(session: Session) -> tuple[ContainerTold, ...]:
    """The containers that stand on the shelves now, by lab, what is nearest to its end first."""
    left = func.sum(StockChangeRow.change_mg)
    rows = session.exec(
        select(ContainerRow, left)
        .join(StockChangeRow, col(StockChangeRow.container_id) == col(ContainerRow.id))
        .where(col(ContainerRow.closed_event).is_(None))
        .group_by(col(ContainerRow.id))
    ).all()
    told = [
        ContainerTold(
            **row.model_dump(include={"lab", "component", "label", "lot", "filled_mg", "by"}),
            left_mg=round(mass, 6),
            kept_mg=reserved_mg(session, row.lab, row.component),
            found_empty=row.found_empty or "",
        )
        for row, mass in rows
    ]
    return tuple(sorted(told, key=lambda one: (one.lab, one.left_mg / max(one.filled_mg, 1e-9))))


def requests(session: Session, campaign_id: int | None, *, waiting: bool, most: int) -> tuple[RequestTold, ...]:
    """Requests for approval, the latest first: of one campaign or of all, those that wait or those answered."""
    query = (
        select(ApprovalRow, ExperimentRow, CampaignRow, EventRow.wall_time)
        .join(ExperimentRow, col(ExperimentRow.id) == col(ApprovalRow.experiment_id))
        .join(CampaignRow, col(CampaignRow.id) == col(ApprovalRow.campaign_id))
        .join(EventRow, col(EventRow.number) == col(ApprovalRow.event))
    )
    is_waiting = col(ApprovalRow.state) == ApprovalState.WAITING.value
    query = query.where(is_waiting if waiting else ~is_waiting)
    if campaign_id is not None:
        query = query.where(ApprovalRow.campaign_id == campaign_id)
    return tuple(
        RequestTold(
            campaign_id=campaign.id,
            campaign=campaign.name,
            run=campaign.run,
            experiment=experiment.number,
            label=experiment.formulation.label,
            reasons=tuple(row.reasons),
            asked_at=at,
            **row.model_dump(include={"state", "by", "note", "via", "expires_at"}),
        )
        for row, experiment, campaign, at in session.exec(query.order_by(col(ApprovalRow.id).desc()).limit(most))
    )

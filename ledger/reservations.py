"""What films that are being made still need of the stock: nobody else may take it from under them."""

from collections.abc import Mapping

from sqlmodel import Session, col, func, select

from ledger.database import Writing
from ledger.kinds import CampaignState, ExperimentState
from ledger.tables import CampaignRow, ContainerRow, ExperimentRow, PhysicalStepRow, SampleRow, StockReservationRow

BEING_MADE = (ExperimentState.SUGGESTED.value, ExperimentState.MAKING.value)
"""While an experiment is in one of these its reservations count; a film that was given up needs nothing."""
GOING_ON = (CampaignState.RUNNING.value, CampaignState.PAUSED.value)
"""A campaign that was left, or killed, goes on with its films; one that is over does not."""


def reserved_mg(session: Session, lab: str, component: str, but_for: str = "") -> float:
    """What the films that are being made in a lab still need of a component, mg; all but the sample `but_for`."""
    total = (
        select(func.sum(StockReservationRow.mass_mg))
        .join(SampleRow, col(SampleRow.id) == col(StockReservationRow.sample_id))
        .join(ExperimentRow, col(ExperimentRow.id) == col(SampleRow.experiment_id))
        .join(CampaignRow, col(CampaignRow.id) == col(ExperimentRow.campaign_id))
        .where(
            StockReservationRow.lab == lab,
            StockReservationRow.component == component,
            StockReservationRow.sample_id != but_for,
            col(StockReservationRow.closed_event).is_(None),
            col(ExperimentRow.state).in_(BEING_MADE),
            col(CampaignRow.state).in_(GOING_ON),
        )
    )
    return float(session.exec(total).one() or 0.0)


def has_reserved(session: Session, sample_id: str) -> bool:
    """Whether a sample has reserved anything before."""
    query = select(StockReservationRow.id).where(StockReservationRow.sample_id == sample_id)
    return session.exec(query).first() is not None


def reserve(transaction: Writing, lab: str, sample_id: str, masses_mg: Mapping[str, float], number: int) -> None:
    """Reserve these components for a sample; whether there is enough of them was looked at in this transaction."""
    transaction.session.add_all(
        StockReservationRow(lab=lab, component=component, sample_id=sample_id, mass_mg=mass_mg, event=number)
        for component, mass_mg in masses_mg.items()
    )


def take_reserved(session: Session, sample_id: str, component: str, number: int) -> None:
    """The dose that was reserved for is being intended: it takes the place of the reservation."""
    row = _of(session, sample_id, component)
    if row is not None:
        row.closed_event = number


def give_back(session: Session, order_id: str, container_id: int) -> None:
    """The dose of an order never fell: what was reserved for it is needed still."""
    step, container = session.get(PhysicalStepRow, order_id), session.get(ContainerRow, container_id)
    row = _of(session, step.sample_id, container.component) if step is not None and container is not None else None
    if row is not None:
        row.closed_event = None


def _of(session: Session, sample_id: str, component: str) -> StockReservationRow | None:
    query = select(StockReservationRow).where(
        StockReservationRow.sample_id == sample_id, StockReservationRow.component == component
    )
    return session.exec(query).first()

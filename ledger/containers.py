"""What orders do to the containers of a lab, within the transaction that tells of the order."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from ledger.database import Writing
from ledger.errors import OutOfStock
from ledger.kinds import EventKind
from ledger.reservations import give_back, reserved_mg, take_reserved
from ledger.tables import ContainerRow, StockChangeRow, metadata

# Asked with every dose, mostly in vain: built once, and past the object mapper.
_CONTAINERS = metadata.tables["container"]
_CHANGES = metadata.tables["stock_change"]
_KEPT = select(_CONTAINERS.c.id).where(
    _CONTAINERS.c.lab == bindparam("lab"),
    _CONTAINERS.c.component == bindparam("component"),
    _CONTAINERS.c.closed_event.is_(None),
)
_TAKEN_BY = select(_CHANGES.c.id).where(_CHANGES.c.order_id == bindparam("order"))

SPARE = 1.05
"""How much more than a dose must be there: a feeder may overshoot."""
TAKEN = "dispensed_mg"
"""The as-made value by which an instrument says what it took."""


def shortages(session: Session, lab: str, masses_mg: Mapping[str, float], for_sample: str) -> list[str]:
    """For each component of which less is left for a sample than it needs, that in words."""
    short: list[str] = []
    for component, needed in masses_mg.items():
        container = open_container(session, lab, component)
        if container is not None:
            left, kept = left_mg(session, container.id), reserved_mg(session, lab, component, for_sample)
            if left - kept < SPARE * needed:
                short.append(_too_little(container.label, left, needed, kept))
    return short


def take(
    transaction: Writing, lab: str, component: str, mass_mg: float, order_id: str, sample_id: str, number: int
) -> None:
    """Take what an order that is being intended asks for; of the reservation of its sample, where it has one.

    Raises:
        OutOfStock: there is a container of it, and less in it, or the rest is reserved for other films.
    """
    session = transaction.session
    kept = transaction.connection.execute(_KEPT, {"lab": lab, "component": component}).first()
    container = open_container(session, lab, component) if kept else None
    if container is None:
        return
    short = shortages(session, lab, {component: mass_mg}, sample_id)
    if short:
        raise OutOfStock("; ".join(short))
    session.flush()  # the step itself first: the change refers to it
    take_reserved(session, sample_id, component, number)
    change(transaction, container, -mass_mg, "dosed", number, order_id)


def correct(transaction: Writing, order_id: str, taken_mg: float, number: int) -> None:
    """Say what the step of an order really took.

    Nothing where it took from no container that is kept account of, or where somebody has weighed that since: a balance
    knows better than any order.
    """
    if transaction.connection.execute(_TAKEN_BY, {"order": order_id}).first() is None:
        return
    rows = transaction.session.exec(select(StockChangeRow).where(StockChangeRow.order_id == order_id)).all()
    if not taken_mg:
        give_back(transaction.session, order_id, rows[0].container_id)
    if _weighed_since(transaction.session, rows[0]):
        return
    so_far = sum(row.change_mg for row in rows)
    if so_far + taken_mg:
        row = StockChangeRow(
            container_id=rows[0].container_id,
            change_mg=-taken_mg - so_far,
            order_id=order_id,
            why="as dosed" if taken_mg else "given back: it was not dosed",
            event=number,
        )
        transaction.session.add(row)


def emptied(transaction: Writing, order_id: str, instrument: str, words: str) -> None:
    """The instrument says that the container which an order took from is empty, whatever was thought to be left.

    Nothing where no account is kept of it, or where somebody has weighed or replaced it since.
    """
    session = transaction.session
    taken = session.exec(select(StockChangeRow).where(StockChangeRow.order_id == order_id)).first()
    container = None if taken is None else session.get(ContainerRow, taken.container_id)
    if taken is None or container is None or container.closed_event is not None or _weighed_since(session, taken):
        return
    session.flush()
    left = left_mg(session, container.id)
    told = {"label": container.label, "from": left, "by": instrument, "words": words}
    event = transaction.event(EventKind.STOCK_EMPTY, f"container {container.component}", payload=told)
    container.found_empty = f"{instrument}: {words}"
    # No order's: what an earlier order says later does not fill it again, as after a weighing.
    change(transaction, container, -left, f"{instrument} says that it ran empty", event)


def _weighed_since(session: Session, taken: StockChangeRow) -> bool:
    by_people = select(StockChangeRow.id).where(
        StockChangeRow.container_id == taken.container_id,
        col(StockChangeRow.order_id).is_(None),
        StockChangeRow.event > taken.event,
    )
    return session.exec(by_people).first() is not None


def taken_by(as_made: Mapping[str, Any]) -> float | None:
    """What a step says that it took, mg; None where it says nothing of it."""
    return float(as_made[TAKEN]) if TAKEN in as_made else None


def open_container(session: Session, lab: str, component: str) -> ContainerRow | None:
    """The container of a component that stands on the shelf of a lab now; None where no account is kept of it."""
    query = select(ContainerRow).where(
        ContainerRow.lab == lab, ContainerRow.component == component, col(ContainerRow.closed_event).is_(None)
    )
    return session.exec(query).first()


def left_mg(session: Session, container_id: int) -> float:
    """What is left in a container, mg: all that was put in less all that was taken."""
    total = select(func.sum(StockChangeRow.change_mg)).where(StockChangeRow.container_id == container_id)
    return float(session.exec(total).one() or 0.0)


def change(
    transaction: Writing, container: ContainerRow, mass_mg: float, why: str, number: int, order_id: str | None = None
) -> None:
    """What is put into a container (positive) or taken out of it."""
    row = StockChangeRow(container_id=container.id, change_mg=mass_mg, order_id=order_id, why=why, event=number)
    transaction.session.add(row)


def _too_little(label: str, left_mg: float, needed_mg: float, kept_mg: float) -> str:
    kept = f" ({kept_mg:.1f} mg of them for films that are being made)" if kept_mg else ""
    return f"{max(left_mg, 0.0):.1f} mg of {label} are left{kept}, {needed_mg:.1f} mg are needed"

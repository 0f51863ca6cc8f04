"""Stock: what is left in the containers of a lab, by what was put in and what was taken out.

What an order asks for is taken when it is intended, and corrected by what the instrument says that it took once the
step is settled. So what is left is never told too high, and a step that would run dry is refused before it is sent.
What a failed dose, or one that nobody can tell, asked for counts as taken until somebody weighs the container. Before
the first dose of a film all that it needs is reserved for it, so that of two films which are made side by side neither
runs dry in the middle.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, func, or_, select

from chemistry.value import Value
from ledger.database import Writing
from ledger.errors import LedgerError, OutOfStock
from ledger.kinds import EventKind
from ledger.records import Records, sample_and_experiment
from ledger.reservations import give_back, has_reserved, reserve, reserved_mg, take_reserved
from ledger.tables import ContainerRow, StockChangeRow

SPARE = 1.05
"""How much more than a dose must be there: a feeder may overshoot."""
TAKEN = "dispensed_mg"
"""The as-made value by which an instrument says what it took."""


class Level(Value):
    """What is left of a component."""

    component: str
    label: str
    left_mg: float
    filled_mg: float
    lot: str = ""
    by: str = ""
    """Who put the container there."""


class Stock:
    """The containers of one lab, as the ledger knows them. What has no container here is not kept account of."""

    def __init__(self, ledger: Records, lab: str) -> None:
        self._database, self._lab = ledger.database, lab

    def fill(self, component: str, label: str, mass_mg: float, *, by: str, lot: str = "", note: str = "") -> None:
        """A full container takes the place of the one that stood there, whatever was left in that."""
        with self._database.writing() as transaction:
            before = _open_container(transaction.session, self._lab, component)
            told = {"label": label, "filled_mg": mass_mg, "lot": lot, "by": by, "note": note}
            number = transaction.event(EventKind.STOCK_FILLED, f"container {component}", payload=told)
            if before is not None:
                before.closed_event = number
            container = ContainerRow(
                lab=self._lab,
                component=component,
                label=label,
                lot=lot,
                filled_mg=mass_mg,
                by=by,
                note=note,
                event=number,
            )
            transaction.session.add(container)
            transaction.session.flush()
            _change(transaction, container, mass_mg, "filled", number)

    def last_filled_by(self, by: str) -> dict[str, float]:
        """What somebody put into the last container of each component that they filled, mg, by its key."""
        query = select(ContainerRow).where(ContainerRow.lab == self._lab, ContainerRow.by == by)
        with self._database.reading() as session:
            return {row.component: row.filled_mg for row in session.exec(query.order_by(col(ContainerRow.id)))}

    def weighed(self, component: str, mass_mg: float, *, by: str, note: str = "") -> None:
        """Somebody weighed what is left.

        Raises:
            LedgerError: there is no container of it.
        """
        with self._database.writing() as transaction:
            container = _open_container(transaction.session, self._lab, component)
            if container is None:
                raise LedgerError(f"The ledger has no container of {component!r} in {self._lab}")
            left = _left_mg(transaction.session, container.id)
            told = {"label": container.label, "from": left, "to": mass_mg, "by": by, "note": note}
            number = transaction.event(EventKind.STOCK_WEIGHED, f"container {component}", payload=told)
            _change(transaction, container, mass_mg - left, f"weighed by {by}" + (f": {note}" if note else ""), number)

    def levels(self, up_to_event: int | None = None) -> dict[str, Level]:
        """What is left of each component, by its key, now or as it was at an event; negative where more was taken."""
        closed = col(ContainerRow.closed_event)
        known = [closed.is_(None)]
        if up_to_event is not None:
            known = [
                or_(closed.is_(None), closed > up_to_event),
                col(ContainerRow.event) <= up_to_event,
                col(StockChangeRow.event) <= up_to_event,
            ]
        query = (
            select(ContainerRow, func.sum(StockChangeRow.change_mg))
            .join(StockChangeRow, col(StockChangeRow.container_id) == col(ContainerRow.id))
            .where(ContainerRow.lab == self._lab, *known)
            .group_by(col(ContainerRow.id))
            .order_by(col(ContainerRow.id))
        )
        with self._database.reading() as session:
            return {
                row.component: Level(
                    component=row.component,
                    label=row.label,
                    left_mg=round(left, 6),
                    filled_mg=row.filled_mg,
                    lot=row.lot,
                    by=row.by,
                )
                for row, left in session.exec(query)
            }

    def short_of(self, masses_mg: Mapping[str, float]) -> Sequence[str]:
        """For each component of which less is left than is needed, that in words."""
        with self._database.reading() as session:
            return _shortages(session, self._lab, masses_mg, "")

    def reserve(self, sample_id: str, masses_mg: Mapping[str, float]) -> None:
        """Reserve all that a film needs, once, before any of it is dosed; no other film is given it.

        Looking and reserving are one transaction: of two films that ask at the same time the second sees the first.

        Raises:
            OutOfStock: less of a component is left, or the rest is reserved for other films. Nothing is reserved then.
        """
        with self._database.writing() as transaction:
            session = transaction.session
            short = _shortages(session, self._lab, masses_mg, sample_id)
            if short:
                raise OutOfStock("; ".join(short))
            kept = {key: SPARE * mass for key, mass in masses_mg.items() if _open_container(session, self._lab, key)}
            if kept and not has_reserved(session, sample_id):
                told = {"lab": self._lab, "masses_mg": kept}
                _, experiment = sample_and_experiment(session, sample_id)
                number = transaction.event(
                    EventKind.STOCK_RESERVED, f"sample {sample_id}", campaign_id=experiment.campaign_id, payload=told
                )
                reserve(transaction, self._lab, sample_id, kept, number)


def _shortages(session: Session, lab: str, masses_mg: Mapping[str, float], for_sample: str) -> list[str]:
    """For each component of which less is left for a sample than it needs, that in words."""
    short: list[str] = []
    for component, needed in masses_mg.items():
        container = _open_container(session, lab, component)
        if container is not None:
            left, kept = _left_mg(session, container.id), reserved_mg(session, lab, component, for_sample)
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
    container = _open_container(session, lab, component)
    if container is None:
        return
    short = _shortages(session, lab, {component: mass_mg}, sample_id)
    if short:
        raise OutOfStock("; ".join(short))
    session.flush()  # the step itself first: the change refers to it
    take_reserved(session, sample_id, component, number)
    _change(transaction, container, -mass_mg, "dosed", number, order_id)


def correct(transaction: Writing, order_id: str, taken_mg: float, number: int) -> None:
    """Say what the step of an order really took.

    Nothing where it took from no container that is kept account of, or where somebody has weighed that since: a balance
    knows better than any order.
    """
    rows = transaction.session.exec(select(StockChangeRow).where(StockChangeRow.order_id == order_id)).all()
    if not rows:
        return
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


def _open_container(session: Session, lab: str, component: str) -> ContainerRow | None:
    query = select(ContainerRow).where(
        ContainerRow.lab == lab, ContainerRow.component == component, col(ContainerRow.closed_event).is_(None)
    )
    return session.exec(query).first()


def _left_mg(session: Session, container_id: int) -> float:
    total = select(func.sum(StockChangeRow.change_mg)).where(StockChangeRow.container_id == container_id)
    return float(session.exec(total).one() or 0.0)


def _change(
    transaction: Writing, container: ContainerRow, mass_mg: float, why: str, number: int, order_id: str | None = None
) -> None:
    row = StockChangeRow(container_id=container.id, change_mg=mass_mg, order_id=order_id, why=why, event=number)
    transaction.session.add(row)


def _too_little(label: str, left_mg: float, needed_mg: float, kept_mg: float) -> str:
    kept = f" ({kept_mg:.1f} mg of them for films that are being made)" if kept_mg else ""
    return f"{max(left_mg, 0.0):.1f} mg of {label} are left{kept}, {needed_mg:.1f} mg are needed"

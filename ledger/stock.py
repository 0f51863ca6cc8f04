"""Stock: what is left in the containers of a lab, by what was put in and what was taken out.

What an order asks for is taken when it is intended, and corrected by what the instrument says that it took once the
step is settled. So what is left is never told too high, and a step that would run dry is refused before it is sent.
What a failed dose, or one that nobody can tell, asked for counts as taken until somebody weighs the container. Before
the first dose of a film all that it needs is reserved for it, so that of two films which are made side by side neither
runs dry in the middle.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import col, func, or_, select

from chemistry.value import Value
from ledger.containers import SPARE, change, left_mg, open_container, shortages
from ledger.errors import LedgerError, OutOfStock
from ledger.kinds import EventKind
from ledger.records import Records, sample_and_experiment
from ledger.reservations import has_reserved, reserve, reserved_mg
from ledger.tables import ContainerRow, StockChangeRow


class Level(Value):
    """What is left of a component."""

    component: str
    label: str
    left_mg: float
    filled_mg: float
    lot: str = ""
    by: str = ""
    """Who put the container there."""
    found_empty: str = ""
    """Which instrument said that it ran empty, and how; empty while none has."""


class Stock:
    """The containers of one lab, as the ledger knows them. What has no container here is not kept account of."""

    def __init__(self, ledger: Records, lab: str) -> None:
        self._database, self._lab = ledger.database, lab

    def fill(
        self,
        component: str,
        label: str,
        mass_mg: float,
        *,
        by: str,
        lot: str = "",
        note: str = "",
        where_none: bool = False,
    ) -> None:
        """A full container takes the place of the one that stood there, whatever was left in that.

        `where_none`: not where one stands, as it may by now: somebody else can have put it there a moment ago.
        """
        with self._database.writing() as transaction:
            before = open_container(transaction.session, self._lab, component)
            if where_none and before is not None:
                return
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
            change(transaction, container, mass_mg, "filled", number)

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
            container = open_container(transaction.session, self._lab, component)
            if container is None:
                raise LedgerError(f"The ledger has no container of {component!r} in {self._lab}")
            left = left_mg(transaction.session, container.id)
            told = {"label": container.label, "from": left, "to": mass_mg, "by": by, "note": note}
            container.found_empty = None  # whoever weighs it sees what is in it
            number = transaction.event(EventKind.STOCK_WEIGHED, f"container {component}", payload=told)
            change(transaction, container, mass_mg - left, f"weighed by {by}" + (f": {note}" if note else ""), number)

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
                    found_empty=row.found_empty or "",
                )
                for row, left in session.exec(query)
            }

    def reserved_mg(self) -> dict[str, float]:
        """What is kept of each component, by its key, for films that are being made."""
        with self._database.reading() as session:
            open_now = select(ContainerRow.component).where(
                ContainerRow.lab == self._lab, col(ContainerRow.closed_event).is_(None)
            )
            return {component: reserved_mg(session, self._lab, component) for component in session.exec(open_now)}

    def short_of(self, masses_mg: Mapping[str, float]) -> Sequence[str]:
        """For each component of which less is left than is needed, that in words."""
        with self._database.reading() as session:
            return shortages(session, self._lab, masses_mg, "")

    def reserve(self, sample_id: str, masses_mg: Mapping[str, float]) -> None:
        """Reserve all that a film needs, once, before any of it is dosed; no other film is given it.

        Looking and reserving are one transaction: of two films that ask at the same time the second sees the first.

        Raises:
            OutOfStock: less of a component is left, or the rest is reserved for other films. Nothing is reserved then.
        """
        with self._database.writing() as transaction:
            session = transaction.session
            short = shortages(session, self._lab, masses_mg, sample_id)
            if short:
                raise OutOfStock("; ".join(short))
            kept = {key: SPARE * mass for key, mass in masses_mg.items() if open_container(session, self._lab, key)}
            if kept and not has_reserved(session, sample_id):
                told = {"lab": self._lab, "masses_mg": kept}
                _, experiment = sample_and_experiment(session, sample_id)
                number = transaction.event(
                    EventKind.STOCK_RESERVED, f"sample {sample_id}", campaign_id=experiment.campaign_id, payload=told
                )
                reserve(transaction, self._lab, sample_id, kept, number)

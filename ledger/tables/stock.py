"""Tables of what there is to make samples of: containers, and everything that was put in or taken out."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from ledger.tables.base import Row


class ContainerRow(Row, table=True):
    """A container that somebody put on the shelf of a lab. One of each component is open at a time."""

    id: int = Field(default=None, primary_key=True)
    lab: str = Field(index=True)
    """Name of the lab, as its file says."""
    component: str
    """Key of `chemistry.recipe.component_key`: what an order to dose from it says."""
    label: str
    """What people call the component."""
    lot: str = ""
    filled_mg: float
    """What was in it when it was put there."""
    by: str
    note: str = ""
    event: int = Field(foreign_key="event.number")
    closed_event: int | None = Field(default=None, foreign_key="event.number")
    """Event by which another one took its place; None while it is open."""
    found_empty: str | None = None
    """Which instrument said that it ran empty, in which words; None while none has."""


class StockChangeRow(Row, table=True):
    """What was put into a container (positive) or taken out of it; they add up to what is left."""

    # What is left, and whether anybody weighed since, is asked with every dose: both are read off this index alone.
    __table_args__ = (Index(None, "container_id", "order_id", "event", "change_mg"),)

    id: int = Field(default=None, primary_key=True)
    container_id: int = Field(foreign_key="container.id")
    change_mg: float
    order_id: str | None = Field(default=None, foreign_key="physical_step.order_id", index=True)
    """The step that took it; None for what people did."""
    why: str
    event: int = Field(foreign_key="event.number")


class StockReservationRow(Row, table=True):
    """What a film that was begun still needs of a component. It counts while the film is being made."""

    __table_args__ = (
        UniqueConstraint("sample_id", "component"),
        # Those that count are few, and asked for with every dose; the others are as many as there were doses.
        Index(
            None,
            "lab",
            "component",
            sqlite_where=text("closed_event IS NULL"),
            postgresql_where=text("closed_event IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    lab: str
    component: str
    sample_id: str = Field(foreign_key="sample.id")
    mass_mg: float
    event: int = Field(foreign_key="event.number")
    closed_event: int | None = Field(default=None, foreign_key="event.number")
    """Event by which the dose itself took its place; None while that is still to come."""

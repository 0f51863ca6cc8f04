"""Tables of what was made: samples, and the journal of physical steps."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from chemistry.formulation import Formulation
from ledger.kinds import StepState
from ledger.tables.base import FormulationColumn, Payload, Row, UtcTime


class SampleRow(Row, table=True):
    """A piece of matter with a name: a vial that becomes a film."""

    id: str = Field(primary_key=True)
    """Unique in the ledger and short enough for an EPICS string: `c1-e012a`; where others share the bench, with the
    ledger's mark after it (`Ledger.mark_samples`)."""
    experiment_id: int = Field(foreign_key="experiment.id", index=True)
    parent_id: str | None = Field(default=None, foreign_key="sample.id")
    """The sample that this one was cut from or pressed again from."""
    position: str
    """Where it lies: rack and place."""
    formulation: Formulation | None = Field(default=None, sa_type=FormulationColumn, nullable=True)
    """As made, from the masses that were really dosed; None before that is known."""
    thickness_um: float | None = None
    area_cm2: float | None = None
    event: int = Field(foreign_key="event.number")
    made_event: int | None = Field(default=None, foreign_key="event.number")


class PhysicalStepRow(Row, table=True):
    """One command to an instrument: intended before it is sent, settled after."""

    __table_args__ = (
        # The last word on "never twice", whatever the code above it does.
        Index(
            "uq_physical_step_consuming",
            "sample_id",
            "step",
            unique=True,
            sqlite_where=text("consuming AND state <> 'never_started'"),
            postgresql_where=text("consuming AND state <> 'never_started'"),
        ),
    )

    order_id: str = Field(primary_key=True, max_length=36)
    """uuid4, the id that the instrument echoes."""
    device: str
    station: str
    step: str
    """Name of the step, unique within its sample: `dose LiTFSI`."""
    consuming: bool
    parameters: dict[str, Any] = Field(sa_type=Payload)
    sample_id: str = Field(foreign_key="sample.id", index=True)
    experiment_id: int = Field(foreign_key="experiment.id", index=True)
    token: int
    """Fencing token under which it was sent."""
    state: str = StepState.INTENDED
    as_made: dict[str, Any] | None = Field(default=None, sa_type=Payload, nullable=True)
    """What the instrument reported: masses really dosed, temperatures reached."""
    words: str = ""
    """The instrument's own words, where it failed."""
    evidence: dict[str, Any] | None = Field(default=None, sa_type=Payload, nullable=True)
    """What the verdict after a crash rests on."""
    intended_at: datetime = Field(sa_type=UtcTime)
    event: int = Field(foreign_key="event.number")
    settled_event: int | None = Field(default=None, foreign_key="event.number")

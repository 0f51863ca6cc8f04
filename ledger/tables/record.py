"""Tables of what was seen: raw documents, typed measurements, films and the observations made on them."""

from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, false, text
from sqlmodel import Field

from chemistry.formulation import Formulation
from ledger.measurement import Measurement
from ledger.tables.base import FormulationColumn, MeasurementColumn, Payload, Row


class BlueskyDocumentRow(Row, table=True):
    """One document of a Bluesky run, as it was emitted."""

    __table_args__ = (UniqueConstraint("run_uid", "place"),)

    id: int = Field(default=None, primary_key=True)
    run_uid: str
    place: int
    """Ordinal in its run, from 0."""
    experiment_id: int | None = Field(default=None, foreign_key="experiment.id", index=True)
    name: str
    """start, descriptor, event, stop …"""
    content: str = Field(sa_type=Text)
    """JSON text, NaN allowed: raw data are kept as the instrument gave them."""
    event: int = Field(foreign_key="event.number")


class MeasurementRow(Row, table=True):
    """One typed measurement of a sample, and the Bluesky run that its raw data lie in."""

    id: int = Field(default=None, primary_key=True)
    sample_id: str = Field(foreign_key="sample.id", index=True)
    kind: str
    measurement: Measurement = Field(sa_type=MeasurementColumn)
    run_uid: str | None = None
    event: int = Field(foreign_key="event.number")


class FilmRow(Row, table=True):
    """What a group of observations is about: a film that was made here, or one sample of a published table."""

    id: int = Field(default=None, primary_key=True)
    film_id: str = Field(unique=True)
    """The sample's id for a film made here; table and row for a published one."""
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", index=True)
    """None for literature, which belongs to no campaign."""
    experiment_id: int | None = Field(default=None, foreign_key="experiment.id", index=True)
    sample_id: str | None = Field(default=None, foreign_key="sample.id")
    formulation: Formulation = Field(sa_type=FormulationColumn)
    """As made."""
    formulation_key: str = Field(index=True)
    reference: str = Field(default="", index=True)
    """DOI or name of where it was published; empty for what was made here."""
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=Payload)
    """The way back: file, rows, method."""
    content_hash: str
    """Of everything observed on it when it was written: tells a second import from another film."""
    event: int = Field(foreign_key="event.number")


class ObservationRow(Row, table=True):
    """One observed number. It is never overwritten: an amendment closes it and adds another."""

    # Those that were amended are few, and asked for with every suggestion.
    __table_args__ = (
        Index(
            None,
            "closed_event",
            sqlite_where=text("closed_event IS NOT NULL"),
            postgresql_where=text("closed_event IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    film: int = Field(foreign_key="film.id", index=True)
    property: str
    value: float
    sd: float
    unit: str
    temperature_C: float | None = None
    source: str
    trust: float
    derived: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it rests on other observations of its film."""
    measurement_id: int | None = Field(default=None, foreign_key="measurement.id")
    model_version: int | None = None
    """Number of the model version that predicted it, where it is a prediction."""
    event: int = Field(foreign_key="event.number")
    origin_id: int | None = Field(default=None, foreign_key="observation.id")
    """The first observation of a chain of amendments; None for a first one."""
    closed_event: int | None = Field(default=None, foreign_key="event.number")
    """Event from which it no longer holds; None while it does."""
    superseded_by: int | None = Field(default=None, foreign_key="observation.id")
    """What replaced it; None where it still holds, or was retracted."""

"""Tables of what was learnt: model versions, weights of those that may still be asked, and what they foretold."""

from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint, false
from sqlmodel import Field

from ledger.kinds import ModelState
from ledger.tables.base import Payload, Row


class ModelVersionRow(Row, table=True):
    """One fit of a surrogate. Kept for ever; its weights are not."""

    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    number: int
    """Counts the versions of a campaign, from 1."""
    name: str
    configuration: dict[str, Any] = Field(sa_type=Payload)
    training_hash: str
    """Hash of exactly what it was trained on."""
    training_event: int
    """The ledger up to this event is what it was trained on."""
    n: int
    """Readings it was trained on."""
    metrics: dict[str, Any] = Field(default_factory=dict, sa_type=Payload)
    environment: dict[str, Any] | None = Field(default=None, sa_type=Payload, nullable=True)
    """Packages, threads and machine that it was fitted with; None where an older ionloop did not write them down."""
    keep_weights: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether its weights are kept for ever: a fit that the ledger alone cannot repeat to the last digit."""
    state: str = ModelState.CANDIDATE
    event: int = Field(foreign_key="event.number")


class ModelWeightsRow(Row, table=True):
    """Weights of one model version, as its `save` wrote them, packed."""

    model_version_id: int = Field(primary_key=True, foreign_key="model_version.id")
    content: bytes = Field(sa_type=LargeBinary)


class PredictionRow(Row, table=True):
    """What a model version foretold of an experiment's film before it was made. Never changed afterwards."""

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    experiment_id: int = Field(foreign_key="experiment.id", index=True)
    model_version: int
    """Number of the version that was asked, in this campaign."""
    property: str
    temperature_C: float | None = None
    unit: str
    mean: float
    sd: float
    """Of the formulation's true value."""
    film_sd: float
    """Of a new film about it."""
    event: int = Field(foreign_key="event.number")
    """The suggestion."""

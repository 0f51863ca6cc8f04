"""Tables of what was learnt: model versions, and the weights of those that may still be asked."""

from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint
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
    state: str = ModelState.CANDIDATE
    event: int = Field(foreign_key="event.number")


class ModelWeightsRow(Row, table=True):
    """Weights of one model version, as its `save` wrote them, packed."""

    model_version_id: int = Field(primary_key=True, foreign_key="model_version.id")
    content: bytes = Field(sa_type=LargeBinary)

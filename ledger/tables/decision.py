"""Tables of what was decided: approvals, films at the quality gate, and decisions that an amendment touches."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from ledger.kinds import ApprovalState
from ledger.tables.base import Payload, Row, UtcTime


class ApprovalRow(Row, table=True):
    """An experiment that a person must approve before it is begun."""

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    experiment_id: int = Field(foreign_key="experiment.id", unique=True)
    reasons: list[str] = Field(sa_type=Payload)
    """Why policy asks, one sentence each."""
    code: str
    """One-time code for whoever answers where nobody signs in."""
    expires_at: datetime = Field(sa_type=UtcTime)
    state: str = ApprovalState.WAITING
    by: str = ""
    note: str = ""
    via: str = ""
    """Where the answer came from: command line, Prefect UI, nobody."""
    flow_run_id: str | None = None
    """The Prefect run that waits for the answer."""
    event: int = Field(foreign_key="event.number")
    decided_event: int | None = Field(default=None, foreign_key="event.number")


class FilmDecisionRow(Row, table=True):
    """What the quality gate decided of a film, each time that it was asked."""

    id: int = Field(default=None, primary_key=True)
    experiment_id: int = Field(foreign_key="experiment.id", index=True)
    sample_id: str = Field(foreign_key="sample.id")
    decision: str
    """One of `ledger.kinds.GateDecision`."""
    reason: str
    evidence: dict[str, Any] = Field(sa_type=Payload)
    event: int = Field(foreign_key="event.number")


class DecisionMarkRow(Row, table=True):
    """A suggestion or a model version that rests on an observation which was amended or retracted since."""

    id: int = Field(default=None, primary_key=True)
    observation_id: int = Field(foreign_key="observation.id", index=True)
    suggestion_id: int | None = Field(default=None, foreign_key="suggestion.id", index=True)
    model_version_id: int | None = Field(default=None, foreign_key="model_version.id", index=True)
    event: int = Field(foreign_key="event.number")
    """The amendment."""

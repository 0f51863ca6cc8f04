"""Tables of what is wanted: campaigns, commands to them, suggestions, experiments."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field

from chemistry.formulation import Formulation
from ledger.kinds import CalculationState, CampaignState, ExperimentState
from ledger.tables.base import FormulationColumn, Payload, Row, UtcTime


class CampaignRow(Row, table=True):
    """One run of a campaign file."""

    __table_args__ = (UniqueConstraint("name", "run"),)

    id: int = Field(default=None, primary_key=True)
    name: str
    run: int
    """Counts the runs of one name, from 1."""
    spec: dict[str, Any] = Field(sa_type=Payload)
    """The campaign file as it was when the run began."""
    lab: dict[str, Any] | None = Field(default=None, sa_type=Payload, nullable=True)
    """The lab file as it was when the run began; None where an ionloop that did not write it down began it."""
    seed: int = Field(sa_type=BigInteger)
    state: str = CampaignState.RUNNING
    why: str = ""
    """Why it is in this state, where there is something to say."""
    begun_at: datetime = Field(sa_type=UtcTime)


class PoolRow(Row, table=True):
    """Polymers that campaigns choose from, as one file and one of its columns held them. Never changed afterwards."""

    __table_args__ = (UniqueConstraint("sha256", "smiles_column"),)

    id: int = Field(default=None, primary_key=True)
    sha256: str
    """Of the file."""
    smiles_column: str
    size: int
    content: bytes = Field(sa_type=LargeBinary)
    """Canonical repeat units in their order, one a line, packed by zlib."""
    event: int = Field(foreign_key="event.number")


class TheoryRow(Row, table=True):
    """What theory answered to one question, whoever asked it. Never changed afterwards."""

    id: int = Field(default=None, primary_key=True)
    question: str = Field(unique=True)
    """Recipe with its version, method, medium and canonical molecule, in one line."""
    answer: str
    """JSON, as the recipe wrote it."""
    core_hours: float
    """What it took."""
    event: int = Field(foreign_key="event.number")


class CampaignCommandRow(Row, table=True):
    """Pause, resume, stop, abort: written here by anybody, read by the campaign at its checkpoints."""

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    experiment: int | None = None
    """Number of the experiment that is meant; None for the whole campaign."""
    command: str
    """One of `ledger.kinds.CommandKind`."""
    by: str
    note: str = ""
    event: int = Field(foreign_key="event.number")
    done_event: int | None = Field(default=None, foreign_key="event.number")
    """Event by which the campaign obeyed; None while the command is open."""


class SuggestionRow(Row, table=True):
    """What a planner proposed, why, and what it knew. Never changed afterwards."""

    __table_args__ = (UniqueConstraint("campaign_id", "index"),)

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    index: int
    """Ordinal in its campaign, from 0."""
    formulation: Formulation = Field(sa_type=FormulationColumn)
    formulation_key: str = Field(index=True)
    source: str
    """What the action would learn from: experiment, quick_scan, md, dft."""
    cost_h: float
    """Expected cost, hours of lab (or core) time."""
    action: dict[str, Any] = Field(sa_type=Payload)
    reason: dict[str, Any] = Field(sa_type=Payload)
    planner: str
    knowledge_event: int
    """The planner knew the ledger up to this event and nothing else."""
    model_version: int | None = None
    """Number of the model version that was asked, in this campaign."""
    event: int = Field(foreign_key="event.number")


class ExperimentRow(Row, table=True):
    """A suggestion on its way through the lab."""

    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    number: int
    """Counts the experiments of a campaign, from 1."""
    suggestion_id: int = Field(foreign_key="suggestion.id", unique=True)
    formulation: Formulation = Field(sa_type=FormulationColumn)
    """What was suggested; what was made stands with the sample."""
    state: str = ExperimentState.SUGGESTED
    why: str = ""
    """Why it is in this state: the reason of a failure, for the most part."""
    result: dict[str, Any] | None = Field(default=None, sa_type=Payload, nullable=True)
    """What came with the final state: verdicts, figures."""
    event: int = Field(foreign_key="event.number")
    closed_event: int | None = Field(default=None, foreign_key="event.number")
    """Event of its final state; None while it is under way."""


class CalculationRow(Row, table=True):
    """A suggestion that theory answers: no film, no station, no stock."""

    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    number: int
    """Counts the calculations of a campaign, from 1."""
    suggestion_id: int = Field(foreign_key="suggestion.id", unique=True)
    formulation: Formulation = Field(sa_type=FormulationColumn)
    source: str
    """md or dft."""
    film_id: str | None = None
    """What its readings are grouped under; None where there are none."""
    state: str = CalculationState.ASKED
    why: str = ""
    """Why it is in this state: the reason of a failure, for the most part."""
    result: dict[str, Any] | None = Field(default=None, sa_type=Payload, nullable=True)
    """What came with the final state: method, figures."""
    event: int = Field(foreign_key="event.number")
    closed_event: int | None = Field(default=None, foreign_key="event.number")
    """Event of its final state; None while it is under way."""

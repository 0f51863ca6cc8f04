"""What the ledger tells people: frozen values with the names that people use. No row of a table goes out."""

from datetime import datetime
from typing import Any

from chemistry.formulation import Formulation
from chemistry.value import Value
from ledger.browsing.asked import Holds
from ledger.film import Source
from ledger.kinds import CampaignState, GateDecision
from ledger.measurement import Measurement


class CampaignTold(Value):
    """One run of a campaign, and how much there is of it."""

    id: int
    name: str
    run: int
    state: CampaignState
    why: str
    lab: str
    """Name of its lab; empty where an older ionloop did not write it down."""
    begun_at: datetime
    last_event_at: datetime
    budget: int | None
    """Experiments that its file allows; None where the file is of another ionloop."""
    experiments: dict[str, int]
    """How many stand in which state (`ledger.kinds.ExperimentState`)."""
    calculations: int
    films: int
    observations: int
    """That hold now."""
    waiting: int
    """Requests for approval that nobody has answered."""


class Counts(Value):
    """How much there is in a ledger; observations are those that hold now."""

    campaigns: int
    films: int
    published_films: int
    observations: int
    last_event: int


class ObservationTold(Value):
    """One observed number, the film it is of, and whether it holds."""

    id: int
    film_id: str
    campaign_id: int | None
    """None for what was published."""
    campaign: str
    """Name of the campaign; empty for what was published."""
    run: int | None
    experiment: int | None
    """Number of the experiment in its campaign."""
    formulation: Formulation
    label: str
    property: str
    value: float
    sd: float
    unit: str
    temperature_C: float | None
    source: Source
    trust: float
    derived: bool
    """Read from the film's own temperature law."""
    reference: str
    verdict: GateDecision | None
    """What the quality gate last decided of the film."""
    holds: Holds
    amended: bool
    """Somebody corrected it, or corrected what came before it."""
    at: datetime
    event: int
    closed_event: int | None
    origin_id: int | None
    """The first of a chain of corrections."""
    superseded_by: int | None
    measurement_id: int | None


class ObservationsPage(Value):
    """Some observations of all that a question asks for."""

    total: int
    offset: int
    items: tuple[ObservationTold, ...]


class FilmTold(Value):
    """What a group of observations is about: a film that was made here, a calculation, or a published sample."""

    film_id: str
    campaign_id: int | None
    campaign: str
    run: int | None
    experiment: int | None
    formulation: Formulation
    """As made, where it was made here."""
    label: str
    reference: str
    provenance: dict[str, Any]
    event: int


class FilmsPage(Value):
    """Some films of all that were asked for."""

    total: int
    offset: int
    items: tuple[FilmTold, ...]


class SuggestionTold(Value):
    """Who proposed a film, why, and what was known then."""

    number: int
    """Ordinal in its campaign, from 1."""
    planner: str
    source: str
    formulation: Formulation
    label: str
    reason: dict[str, Any]
    action: dict[str, Any]
    cost_h: float
    knowledge_event: int
    model_version: int | None
    rests_on_amended: bool
    at: datetime
    event: int


class SampleTold(Value):
    """A piece of matter with a name, as it was made."""

    id: str
    parent_id: str | None
    position: str
    formulation: Formulation | None
    label: str
    thickness_um: float | None
    area_cm2: float | None
    event: int


class StepTold(Value):
    """One command to an instrument, and what became of it."""

    order_id: str
    sample_id: str
    device: str
    station: str
    step: str
    consuming: bool
    parameters: dict[str, Any]
    state: str
    as_made: dict[str, Any] | None
    words: str
    evidence: dict[str, Any] | None
    intended_at: datetime
    event: int
    settled_event: int | None


class MeasurementTold(Value):
    """One typed measurement, with its curves."""

    id: int
    sample_id: str
    kind: str
    measurement: Measurement
    run_uid: str | None
    at: datetime
    event: int


class DecisionTold(Value):
    """What the quality gate decided of a film."""

    sample_id: str
    decision: GateDecision
    reason: str
    evidence: dict[str, Any]
    at: datetime
    event: int


class PredictionTold(Value):
    """What a model version foretold of the film before it was made."""

    model_version: int
    property: str
    temperature_C: float | None
    unit: str
    mean: float
    sd: float
    film_sd: float
    event: int


class AmendmentTold(Value):
    """A number that somebody replaced or took back."""

    observation_id: int
    property: str
    by: str
    note: str
    before: float
    after: float | None
    """None where it was taken back."""
    follows: bool
    """Whether it only follows from another correction."""
    at: datetime
    event: int


class HappeningTold(Value):
    """One event of the film's experiment."""

    number: int
    at: datetime
    lab_time_s: float | None
    kind: str
    subject: str
    payload: dict[str, Any]


class FilmHistory(Value):
    """Everything that the ledger knows of one film, oldest first in every part."""

    film: FilmTold
    state: str
    """Of its experiment; empty where there is none."""
    why: str
    suggestion: SuggestionTold | None
    samples: tuple[SampleTold, ...]
    """Of its experiment: the film, and those that came before it."""
    steps: tuple[StepTold, ...]
    measurements: tuple[MeasurementTold, ...]
    decisions: tuple[DecisionTold, ...]
    observations: tuple[ObservationTold, ...]
    """What holds and what no longer does."""
    amendments: tuple[AmendmentTold, ...]
    predictions: tuple[PredictionTold, ...]
    theory: tuple[ObservationTold, ...]
    """What theory says now of the same formulation."""
    happenings: tuple[HappeningTold, ...]

"""The words of the ledger: kinds of events, and the states that records go through."""

from enum import StrEnum


class EventKind(StrEnum):
    """What an event tells. Every state change writes one, in its own transaction."""

    POOL_KEPT = "pool kept"
    THEORY_KEPT = "theory kept"
    CAMPAIGN_BEGUN = "campaign begun"
    CAMPAIGN_STATE = "campaign state"
    COMMAND_GIVEN = "command given"
    COMMAND_DONE = "command done"
    SUGGESTED = "suggested"
    CALCULATION_ENDED = "calculation ended"
    EXPERIMENT_MOVED = "experiment moved"
    SAMPLE_ADDED = "sample added"
    SAMPLE_MADE = "sample made"
    STEP_INTENDED = "step intended"
    STEP_CONFIRMED = "step confirmed"
    STEP_FAILED = "step failed"
    STEP_RESOLVED = "step resolved"
    MEASURED = "measured"
    OBSERVED = "observed"
    LITERATURE_ADDED = "literature added"
    AMENDED = "amended"
    RETRACTED = "retracted"
    MODEL_FITTED = "model fitted"
    MODEL_PROMOTED = "model promoted"
    MODEL_REFUSED = "model refused"
    MODEL_FIT_FAILED = "model fit failed"
    DRIFT_BEGUN = "drift begun"
    DRIFT_ENDED = "drift ended"
    DOCUMENTS_STORED = "documents stored"
    APPROVAL_ASKED = "approval asked"
    APPROVAL_ANSWERED = "approval answered"
    FILM_JUDGED = "film judged"
    STOCK_FILLED = "stock filled"
    STOCK_WEIGHED = "stock weighed"
    STOCK_RESERVED = "stock reserved"
    STOCK_EMPTY = "stock empty"
    CAMPAIGN_IMPORTED = "campaign imported"
    STOCK_SET_ASIDE = "stock set aside"
    PERSON_ADDED = "person added"
    PERSON_CHANGED = "person changed"
    PERSON_REMOVED = "person removed"
    TOKEN_MADE = "token made"
    TOKEN_REVOKED = "token revoked"
    LEASE_TAKEN = "lease taken"
    LEASE_RELEASED = "lease released"


class CampaignState(StrEnum):
    """Where a campaign stands. The last four are final."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    ABORTED = "aborted"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether the campaign is over."""
        return self not in (CampaignState.RUNNING, CampaignState.PAUSED)


class CommandKind(StrEnum):
    """What people may command of a campaign, or of one of its experiments."""

    PAUSE = "pause"
    """Hold still at the next checkpoint."""
    RESUME = "resume"
    STOP = "stop"
    """Begin nothing new; what is under way comes to its end."""
    ABORT = "abort"
    """Instruments into their safe state now."""


class ExperimentState(StrEnum):
    """Where an experiment stands. The last four are final."""

    SUGGESTED = "suggested"
    MAKING = "making"
    MADE = "made"
    MEASURING = "measuring"
    MEASURED = "measured"
    OBSERVED = "observed"
    FAILED = "failed"
    """It gave no result: an instrument or the film failed."""
    DISCARDED = "discarded"
    """It gave a result that was judged unfit."""
    CANCELLED = "cancelled"
    """It was called off; says nothing about the formulation."""

    @property
    def final(self) -> bool:
        """Whether the experiment is over."""
        return not NEXT_STATES[self]


_GIVEN_UP = {ExperimentState.FAILED, ExperimentState.DISCARDED, ExperimentState.CANCELLED}
NEXT_STATES: dict[ExperimentState, set[ExperimentState]] = {
    ExperimentState.SUGGESTED: {ExperimentState.MAKING, *_GIVEN_UP},
    ExperimentState.MAKING: {ExperimentState.MADE, *_GIVEN_UP},
    ExperimentState.MADE: {ExperimentState.MEASURING, *_GIVEN_UP},
    ExperimentState.MEASURING: {ExperimentState.MEASURED, *_GIVEN_UP},
    ExperimentState.MEASURED: {
        ExperimentState.OBSERVED,
        ExperimentState.MEASURING,
        ExperimentState.MAKING,
        *_GIVEN_UP,
    },
    ExperimentState.OBSERVED: set(),
    ExperimentState.FAILED: set(),
    ExperimentState.DISCARDED: set(),
    ExperimentState.CANCELLED: set(),
}
"""Which state may follow which. Measured goes back where the quality gate wants it measured, pressed or made again."""


class CalculationState(StrEnum):
    """Where a calculation stands. The last three are final."""

    ASKED = "asked"
    OBSERVED = "observed"
    FAILED = "failed"
    """It gave no result, which says something of the formulation or of the method."""
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the calculation is over."""
        return self is not CalculationState.ASKED


class StepState(StrEnum):
    """What is known of a physical step."""

    INTENDED = "intended"
    """Written before the command was sent: it may or may not have happened."""
    CONFIRMED = "confirmed"
    DONE_BY_EVIDENCE = "done_by_evidence"
    """The controller did not see it finish, but the instruments say that it did."""
    NEVER_STARTED = "never_started"
    UNKNOWN = "unknown"
    """Nobody can tell; a person has to."""
    FAILED = "failed"


DONE = frozenset({StepState.CONFIRMED, StepState.DONE_BY_EVIDENCE})
OPEN = frozenset({StepState.INTENDED, StepState.UNKNOWN})


class ApprovalState(StrEnum):
    """How a request for approval stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    """Nobody answered in time, which means refused."""
    WITHDRAWN = "withdrawn"
    """It was called off before anybody answered."""


class GateDecision(StrEnum):
    """What becomes of a film once it was measured."""

    ACCEPT = "accept"
    MEASURE_AGAIN = "measure again"
    PRESS_AGAIN = "press again"
    MAKE_AGAIN = "make again"
    DISCARD = "discard"


class ModelState(StrEnum):
    """Whether a model version is the one that is asked."""

    CANDIDATE = "candidate"
    CHAMPION = "champion"
    RETIRED = "retired"

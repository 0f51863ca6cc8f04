"""What a planner is: the seam through which the loop asks what to do next."""

from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import Field

from chemistry.formulation import Formulation
from chemistry.value import Value
from ledger.film import Film
from planners.objectives import Limit, Measurand, Objective
from planners.space import DesignSpace

Kind = Literal["experiment", "quick_scan", "md", "dft"]
"""What can be done with a formulation: a film that is measured in full, one that is measured quickly, a calculation."""
CALCULATIONS: frozenset[Kind] = frozenset({"md", "dft"})
"""Behind these stands no film."""


class Offer(Value):
    """A way to learn of a formulation, what it tells and what it costs."""

    source: Kind
    tells: tuple[Measurand, ...] = Field(min_length=1)
    sd: float = Field(default=0.0, ge=0)
    """What a reading is expected to state of its error, in the property's unit."""
    cost_h: float = Field(gt=0)
    """Hours of lab time that one costs, or that its core hours are held to be worth."""


class Action(Value):
    """What to do with a formulation, and what it costs."""

    source: Kind = "experiment"
    plan: str = "make_film, measure_film"
    cost_h: float = Field(default=0.0, ge=0)
    """Expected cost in hours of lab (or core) time."""


class Reason(Value):
    """Why a suggestion was made, for the person who reads it later."""

    summary: str
    """One sentence."""
    expected: dict[str, float] = Field(default_factory=dict)
    """Predicted mean of each objective; empty where no model was asked."""
    sd: dict[str, float] = Field(default_factory=dict)
    margin: dict[str, float] = Field(default_factory=dict)
    """How far inside each limit it is expected, in the property's unit; negative where it would overstep it."""
    margin_sd: dict[str, float] = Field(default_factory=dict)
    success: float | None = None
    """Chance that a film comes of it, learnt from failures; None where nothing failed yet, or nobody asked."""
    acquisition: float | None = None
    nearest_film: str | None = None
    drive: Literal["exploitation", "exploration"] | None = None
    """What made it worth most: that it is expected to be better than what is known, or that it may be."""
    leading: str | None = None
    """The objective that drove it: the one in which it may gain most, in the range of what is known."""


class Suggestion(Value):
    """A formulation to try, the action, and the reason."""

    formulation: Formulation
    action: Action
    reason: Reason
    planner: str
    event: int
    """Number of the last ledger event that the planner knew of."""
    index: int
    """Ordinal of the suggestion in its campaign, from 0."""


class Failed(Value):
    """A formulation that was tried and gave no result, and why."""

    formulation: Formulation
    reason: str


Outcome = Literal["pending", "observed", "failed", "cancelled"]
"""What becomes of a suggestion. Cancelled is what people or the stock stood against: it says nothing about the film."""


class Decided(Value):
    """An earlier suggestion of the campaign, and what has become of it."""

    index: int
    planner: str
    formulation: Formulation
    """As it was asked for; its film's is as made."""
    outcome: Outcome = "pending"
    film_id: str | None = None
    source: Kind = "experiment"


class Knowledge(Value):
    """Everything a planner may know: what the ledger says up to one event, the space, the objectives, the seed.

    A planner's answer is a pure function of this value (and of torch's thread count, which is fixed at one).
    """

    space: DesignSpace
    objectives: tuple[Objective, ...]
    limits: tuple[Limit, ...] = ()
    """What a film must hold to count as an answer."""
    films: tuple[Film, ...] = ()
    """Observed films of this campaign, then of its warm start."""
    calculations: tuple[Film, ...] = ()
    """What theory says of formulations: learnt from, never an answer."""
    offers: tuple[Offer, ...] = ()
    """What may be done with a formulation; empty where that is an experiment and nothing else."""
    pending: tuple[Formulation, ...] = ()
    """Films suggested and not yet observed or failed; calculations under way stand in the history."""
    failures: tuple[Failed, ...] = ()
    history: tuple[Decided, ...] = ()
    """Who suggested what, in its order: what films, pending and failures became of."""
    stock_mg: dict[str, float] = Field(default_factory=dict)
    """What is left of each component, mg, by `chemistry.recipe.component_key`; absent where no account is kept."""
    film_mass_mg: float = Field(default=0.0, ge=0)
    """Mass of one film."""
    event: int = 0
    seed: int = 0
    suggested: int = 0
    """How many suggestions the campaign already has: the index of the next one."""

    @property
    def evidence(self) -> tuple[Film, ...]:
        """All that a surrogate learns from."""
        return (*self.films, *self.calculations)


def refuse_without_history(knowledge: Knowledge, planner: str) -> None:
    """Raise `ValueError` where knowledge does not say who suggested what: a planner that lives on it would only start.

    What `flows` reads of the ledger, and what `with_suggested` adds, always says so.
    """
    if len(knowledge.history) < knowledge.suggested:
        told = f"{len(knowledge.history)} of {knowledge.suggested}"
        raise ValueError(f"the planner {planner} needs to know of every earlier suggestion, and is told of {told}")


def with_suggested(knowledge: Knowledge, suggestions: Sequence[Suggestion]) -> Knowledge:
    """What is known once suggestions are under way, so that the next one of a batch knows of those before it."""
    decided = (
        Decided(index=s.index, planner=s.planner, formulation=s.formulation, source=s.action.source)
        for s in suggestions
    )
    films = (suggestion.formulation for suggestion in suggestions if suggestion.action.source not in CALCULATIONS)
    return knowledge.model_copy(
        update={
            "pending": (*knowledge.pending, *films),
            "history": (*knowledge.history, *decided),
            "suggested": knowledge.suggested + len(suggestions),
        }
    )


class Planner(Protocol):
    """Proposes what to do next, from knowledge alone."""

    @property
    def name(self) -> str:
        """What the campaign file calls it."""
        ...

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions, each feasible; fewer only where the space is exhausted."""
        ...

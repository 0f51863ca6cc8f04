"""What a campaign file may say of the planners that have more to choose than a start."""

from typing import Literal, Self

from pydantic import Field, model_validator

from chemistry.value import Value

Member = Literal["bayesian", "genetic", "swarm", "random"]
"""A planner that a portfolio may hold: one that can go on from what any other has made."""


class BayesianOptions(Value):
    """What the Bayesian planner goes by."""

    acquisition: Literal["noisy_improvement", "confidence_bound", "thompson"] = "noisy_improvement"
    """Expected improvement over a front that is uncertain itself; confidence bounds with local penalties about what is
    under way; or the best of one function drawn from what is believed."""
    boldness: float = Field(default=2.0, ge=0, le=10)
    """Standard deviations above the mean at which the confidence bound lies."""
    per_cost: bool = False
    """Whether a gain is counted per lab hour: worth it where the process of films differs in length."""
    rivals: float = Field(default=0.0, ge=0, lt=1)
    """Share of suggestions that are close rivals of the favourite, unlike it and what is under way."""


class GeneticOptions(Value):
    """How the genetic planner breeds."""

    fitness: Literal["experiment", "surrogate", "both"] = "both"
    """What ranks formulations: results alone, the surrogate's mean alone, or results where there are any and the
    surrogate's mean elsewhere."""
    population: int = Field(default=16, ge=4, le=500)
    """Parents that survive a generation."""
    generations: int = Field(default=8, ge=1, le=200)
    """Generations bred on the surrogate for one suggestion; results alone need none."""
    optimism: float = Field(default=0.5, ge=0, le=4)
    """Standard deviations by which the surrogate's mean is raised for what nobody made: with none of it a population
    settles where the model is sure, and the rest is never tried."""


class SwarmOptions(Value):
    """How the particles move.

    The defaults are the constriction of Clerc & Kennedy (IEEE Trans. Evol. Comput. 2002, 6, 58).
    """

    particles: int = Field(default=6, ge=2, le=500)
    inertia: float = Field(default=0.73, ge=0, lt=1)
    """Share of its last step that a particle goes on."""
    own: float = Field(default=1.5, ge=0, le=4)
    """Attraction of the best that the particle itself has found."""
    shared: float = Field(default=1.5, ge=0, le=4)
    """Attraction of the best that anyone has found."""


class PortfolioOptions(Value):
    """Which planners share the budget."""

    of: tuple[Member, ...] = Field(default=("bayesian", "genetic", "swarm"), min_length=2)
    window: int = Field(default=15, ge=2)
    """Decisions that count as a planner's record: the latest ones, since what pays changes in a campaign."""
    curiosity: float = Field(default=0.5, ge=0, le=4)
    """How much a planner that was seldom asked is preferred."""

    @model_validator(mode="after")
    def _different(self) -> Self:
        if len(set(self.of)) < len(self.of):
            raise ValueError("a planner is named twice; name each once")
        return self


class PoolOptions(Value):
    """How a pool is ranked."""

    chooser: Literal["kinship", "tanimoto", "thompson", "random"] = "kinship"
    """Confidence bounds by likeness in substructures and in composition, or in substructures alone; functions drawn at
    random from what is believed; or nothing (docs/how_to/pools.md)."""


class PlannerOptions(Value):
    """The options of all planners."""

    bayesian: BayesianOptions = BayesianOptions()
    pool: PoolOptions = PoolOptions()
    genetic: GeneticOptions = GeneticOptions()
    swarm: SwarmOptions = SwarmOptions()
    portfolio: PortfolioOptions = PortfolioOptions()

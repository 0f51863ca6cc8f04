"""The campaign file as a frozen value."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from chemistry.errors import WrongKeys
from chemistry.value import Value
from chemistry.value_file import read_yaml_value
from flows.approving.policy import ApprovalPolicy
from flows.computing.spec import Computing
from flows.home import MOST_EXPERIMENTS
from flows.measure_spec import Measure
from flows.outcome_spec import LimitAsked, ObjectiveAsked, refuse_unmeasured
from flows.theory.offer_spec import Offers, refuse_unscanned, refuse_untold
from flows.theory.validation_spec import Validation, refuse_idle
from ledger.film import Source
from models.campaign_models import names, why_not_for_planner
from models.quality_gate import GateLimits
from planners.choice import Name
from planners.objectives import Measurand
from planners.options import (
    BayesianOptions,
    GeneticOptions,
    PlannerOptions,
    PoolOptions,
    PortfolioOptions,
    SwarmOptions,
)
from planners.space import DesignSpace


class Budget(Value):
    """How much a campaign may spend."""

    experiments: int = Field(ge=1, le=MOST_EXPERIMENTS)
    batch: int = Field(default=1, ge=1)
    """Experiments in flight at once."""
    failure_limit: float = Field(default=0.5, gt=0, le=1)
    """The campaign stops when more than this share of at least ten experiments gave nothing."""

    @model_validator(mode="after")
    def _within_budget(self) -> Self:
        if self.batch > self.experiments:
            words = f"a batch of {self.batch} is more than all {self.experiments} experiments"
            raise WrongKeys(("batch", words))
        return self


class ReplayedRun(Value):
    """A run whose decisions are made again; the ledger must hold it."""

    campaign: str | None = None
    """Its name; that of this campaign where left out."""
    run: int = Field(ge=1)
    """Which of its runs."""


class PlannerSpec(Value):
    """Which planner decides."""

    name: Name = "bayesian"
    start: int = Field(default=5, ge=1, le=1000)
    """Experiments that fill the space before the planner learns from results."""
    surrogate: str = "gaussian_process"
    """The model that the planner asks; it must give a joint posterior of several formulations."""
    bayesian: BayesianOptions | None = None
    genetic: GeneticOptions | None = None
    swarm: SwarmOptions | None = None
    portfolio: PortfolioOptions | None = None
    pool: PoolOptions | None = None
    replay: ReplayedRun | None = None

    @model_validator(mode="after")
    def _serves(self) -> Self:
        why_not = why_not_for_planner(self.surrogate)
        if why_not:
            raise WrongKeys(("surrogate", why_not))
        unused = [key for key in OPTIONS if getattr(self, key) is not None and key not in self.planners]
        if unused:
            words = f"options of {', '.join(unused)} are given, but the planner is {self.name}"
            raise WrongKeys((unused[0], words))
        if self.name == "replay" and self.replay is None:
            words = "the planner replay must be told what: `replay: {campaign: peo_salts, run: 1}`"
            raise WrongKeys(("name", words))
        return self

    @property
    def even_start(self) -> int:
        """Experiments that fill the space before results count; none where the planner never looks at them."""
        if self.name == "swarm":
            return self.options.swarm.particles
        return 0 if self.name in ("random", "sobol", "replay") else self.start

    @property
    def planners(self) -> tuple[str, ...]:
        """The planner, and those that it asks where it is a portfolio."""
        return (self.name, *self.options.portfolio.of) if self.name == "portfolio" else (self.name,)

    @property
    def options(self) -> PlannerOptions:
        """The options of every planner: those that are given, and the usual ones."""
        given = {key: value for key in OPTIONS[:-1] if (value := getattr(self, key)) is not None}
        return PlannerOptions(**given)


OPTIONS = ("bayesian", "genetic", "swarm", "portfolio", "pool", "replay")
"""Planners that have options of their own, under their names."""
CHOOSING = ("pool", "replay")
"""Planners that suggest polymers of a pool."""
BREEDING = ("genetic", "replay")
"""Planners that suggest polymers which the space does not name."""


class Learning(Value):
    """What else is learnt from the results, in a process of its own."""

    beside: tuple[str, ...] = ()
    """Models that are fitted beside the instruments (`ionloop models fit` lists them); each becomes a version."""
    every: int = Field(default=10, ge=1)
    """Results between two fits of one of them."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = [name for name in self.beside if name not in names()]
        if unknown:
            words = f"there is no model {', '.join(unknown)}; known are {', '.join(names())}"
            raise WrongKeys((f"beside.{self.beside.index(unknown[0])}", words))
        return self


class WarmStart(Value):
    """What the campaign may know before its first experiment."""

    sources: tuple[Literal[Source.LITERATURE, Source.MD, Source.DFT], ...] = ()
    """Kinds of observation, imported into the ledger before, that the surrogate may learn from. Theory (md, dft) wants
    the surrogate `multi_fidelity`, which learns its bias; others leave it out where there are experiments."""


_NAME = r"^[a-z0-9][a-z0-9_-]{0,60}$"


def _file_name(name: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise ValueError("should be at most 61 small letters, digits, _ and -, such as peo_salts")
    return name


class CampaignSpec(Value):
    """One campaign: the question, the space, the objectives, the budget, the lab."""

    name: Annotated[str, AfterValidator(_file_name)] = Field(json_schema_extra={"pattern": _NAME})
    """Of the campaign, and of its folder in `runs/`."""
    question: str = ""
    lab: str
    """The lab file, relative to the campaign file."""
    seed: int = Field(default=0, ge=0)
    budget: Budget
    space: DesignSpace
    objectives: tuple[ObjectiveAsked, ...] = Field(min_length=1)
    limits: tuple[LimitAsked, ...] = ()
    """What a film must hold to count as an answer, such as an oxidation limit of at least 4.5 V."""
    measure: Measure
    offers: Offers | None = None
    """Quicker measurements and theory that the planner `multi_fidelity` may buy instead."""
    validation: tuple[Validation, ...] = ()
    """Theory that is asked about films that were made."""
    theory: Computing = Computing()
    """Where calculations run, those that are bought and those that check."""
    planner: PlannerSpec = PlannerSpec()
    warm_start: WarmStart = WarmStart()
    learning: Learning = Learning()
    approval: ApprovalPolicy = ApprovalPolicy()
    """Which experiments a person must approve before they are begun."""
    quality: GateLimits = GateLimits()
    """When a film is not taken as it is, and how often it is measured, pressed or made again."""
    unknown_steps: Literal["discard", "ask"] = "discard"
    """What becomes of a film when nobody can tell, after a crash, whether one of its steps was done: given up, or kept
    until a person says so (`ionloop reconcile`). It is never done again on a guess."""
    film_mass_mg: float = Field(default=400.0, ge=1, le=5000)
    """Mass of dry film that is made of each formulation."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        """Objectives and limits must be something that is measured, and near the temperatures at which films are."""
        refuse_unmeasured(self.objectives, self.limits, self.measure)
        refuse_idle(self.validation, self.budget.experiments)
        return self

    @property
    def calculates(self) -> bool:
        """Whether theory may be asked of anything."""
        return bool(self.validation) or (self.offers is not None and bool(self.offers.theory))

    @property
    def outcomes(self) -> tuple[Measurand, ...]:
        """Everything that is asked of a film: its objectives, then what only its limits ask for."""
        parts = [part for objective in self.objectives for part in objective.parts]
        wanted = dict.fromkeys((one.property, one.temperature_C) for one in (*parts, *self.limits))
        return tuple(Measurand(property=name, temperature_C=T) for name, T in wanted)

    @model_validator(mode="after")
    def _chosen_from(self) -> Self:
        """A pool is for the planner that chooses from pools, and the other way round."""
        pool, name = self.space.pool, self.planner.name
        if pool is not None and name not in CHOOSING:
            words = (
                f"the space is a pool, and the planner {name} chooses from none; say `planner: {{name: pool}}`, or "
                "name the polymers"
            )
            raise WrongKeys(("planner.name", words))
        if pool is None and name == "pool":
            words = "the planner is pool, but the space names polymers; say `pool: {file: …}` instead of them"
            raise WrongKeys(("planner.name", words))
        if pool is not None and (span := self.space.salt_loading.span) and pool.loadings == 1:
            words = (
                f"the polymers of a pool are made at stated loadings, and salt_loading is {span:g} wide; say how many "
                "of them, such as `loadings: 3` in the pool, or give low and high the same value"
            )
            raise WrongKeys(("space.salt_loading", words))
        return self

    @model_validator(mode="after")
    def _bought(self) -> Self:
        """What is offered is for the planner that buys, with a model that takes theory for what it is."""
        buys = self.planner.name == "multi_fidelity"
        if buys and (self.offers is None or self.offers == Offers()):
            words = (
                "the planner multi_fidelity has nothing to choose from; say what is offered, such as "
                "`offers: {md: {price: 1 h, temperatures: [30 °C]}}`, or use the planner bayesian"
            )
            raise WrongKeys(("planner.name" if self.offers is None else "offers", words))
        if self.offers is not None and not buys:
            words = f"offers are for the planner multi_fidelity, and the planner is {self.planner.name}"
            raise WrongKeys(("offers", words))
        quick = self.offers.quick_scan if self.offers is not None else None
        if quick is not None:
            refuse_unscanned(quick, self.objectives)
        if self.offers is not None:
            refuse_untold(self.offers, self.outcomes)
        if self.offers is not None and self.offers.theory and self.planner.surrogate != "multi_fidelity":
            words = (
                f"theory is offered, and the surrogate {self.planner.surrogate} would leave it aside; write "
                "`surrogate: multi_fidelity`"
            )
            raise WrongKeys(("planner.surrogate", words))
        return self

    @model_validator(mode="after")
    def _bred(self) -> Self:
        """Open-ended polymers are for a planner that breeds them."""
        if self.space.open_polymers is not None and not set(BREEDING) & set(self.planner.planners):
            words = (
                f"the space says open_polymers, but the planner {self.planner.name} breeds no polymers; use the "
                "planner genetic, or a portfolio with it, or leave open_polymers out"
            )
            raise WrongKeys(("space.open_polymers", words))
        return self


def read_campaign(path: Path) -> CampaignSpec:
    """The campaign file at `path`; raises `BadInput` with every problem, its line and its remedy."""
    return read_yaml_value(CampaignSpec, path)

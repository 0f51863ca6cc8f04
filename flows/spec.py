"""The campaign file as a frozen value."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from chemistry.errors import BadInput
from chemistry.value import Value
from chemistry.value_file import read_yaml_value
from flows.approval_policy import ApprovalPolicy
from ledger.film import PROPERTY_UNITS, Source
from planners.objectives import Objective
from planners.space import DesignSpace


def _read_quantity(given: Any, unit: str) -> float:
    """A number in `unit`, or text with a unit of its own; pydantic adds the place to what is wrong with it."""
    from chemistry.units import quantity

    try:
        return quantity(given, unit)
    except BadInput as error:
        raise ValueError(str(error)) from error


def _in_unit(unit: str) -> BeforeValidator:
    return BeforeValidator(lambda given: _read_quantity(given, unit), json_schema_input_type=float | str)


class ObjectiveInFile(Value):
    """An objective as the file spells it: what editors are told."""

    property: str = Field(json_schema_extra={"enum": list(PROPERTY_UNITS)})
    goal: Literal["maximise", "minimise"] = "maximise"
    temperature: float | str
    reference: float | None = None


def _objective(given: Any) -> Any:
    """In the file an objective says `temperature: 30 °C`; inside, temperatures are °C by name."""
    if isinstance(given, dict) and "temperature" in given:
        rest = {key: value for key, value in given.items() if key != "temperature"}
        return {**rest, "temperature_C": _read_quantity(given["temperature"], "degC")}
    return given


COLDEST_C, HOTTEST_C = -100.0, 300.0
"""Between these a polymer electrolyte is measured at all; a stage's own limits are narrower, and it says so."""


class Budget(Value):
    """How much a campaign may spend."""

    experiments: int = Field(ge=1, le=100_000)
    batch: int = Field(default=1, ge=1)
    """Experiments in flight at once."""
    failure_limit: float = Field(default=0.5, gt=0, le=1)
    """The campaign stops when more than this share of at least ten experiments gave nothing."""

    @model_validator(mode="after")
    def _within_budget(self) -> Self:
        if self.batch > self.experiments:
            raise ValueError(f"a batch of {self.batch} is more than all {self.experiments} experiments")
        return self


class SweepSpec(Value):
    """The frequencies of one impedance spectrum."""

    high: Annotated[float, _in_unit("Hz")] = 1e6
    low: Annotated[float, _in_unit("Hz")] = 1.0
    points_per_decade: int = Field(default=7, ge=3, le=50)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 0 < self.low < self.high:
            raise ValueError(
                f"the sweep goes from high to low frequency, got high {self.high:g} Hz, low {self.low:g} Hz"
            )
        return self


class Measure(Value):
    """What is measured on each film."""

    temperatures: tuple[Annotated[float, _in_unit("degC"), Field(ge=COLDEST_C, le=HOTTEST_C)], ...] = Field(
        min_length=1
    )
    sweep: SweepSpec = SweepSpec()


class PlannerSpec(Value):
    """Which planner decides."""

    name: Literal["bayesian", "sobol"] = "bayesian"
    start: int = Field(default=5, ge=1)
    """Experiments that fill the space before the model is asked."""


class WarmStart(Value):
    """What the campaign may know before its first experiment."""

    sources: tuple[Literal[Source.LITERATURE, Source.MD], ...] = ()
    """Kinds of observation, imported into the ledger before, that the surrogate may learn from."""


class CampaignSpec(Value):
    """One campaign: the question, the space, the objectives, the budget, the lab."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")
    question: str = ""
    lab: str
    """The lab file, relative to the campaign file."""
    seed: int = Field(default=0, ge=0)
    budget: Budget
    space: DesignSpace
    objectives: tuple[
        Annotated[Objective, BeforeValidator(_objective, json_schema_input_type=ObjectiveInFile)], ...
    ] = Field(min_length=1)
    measure: Measure
    planner: PlannerSpec = PlannerSpec()
    warm_start: WarmStart = WarmStart()
    approval: ApprovalPolicy = ApprovalPolicy()
    """Which experiments a person must approve before they are begun."""
    unknown_steps: Literal["discard", "ask"] = "discard"
    """What becomes of a film when nobody can tell, after a crash, whether one of its steps was done: given up, or kept
    until a person says so (`ionloop reconcile`). It is never done again on a guess."""
    film_mass_mg: float = Field(default=400.0, gt=0, le=5000)
    """Mass of dry film that is made of each formulation."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        """An objective read far from every measured temperature would rest on extrapolation alone."""
        for objective in self.objectives:
            asked = objective.temperature_C
            if asked is None:
                raise ValueError(
                    f"the objective {objective.property} needs a temperature, such as `temperature: 30 °C`"
                )
            low, high = min(self.measure.temperatures), max(self.measure.temperatures)
            if not low - 10 <= asked <= high + 10:
                raise ValueError(
                    f"the objective {objective.property} is read at {asked:g} °C, but films are measured from {low:g} "
                    f"to {high:g} °C; measure within 10 K of it"
                )
        if len({(o.property, o.temperature_C) for o in self.objectives}) < len(self.objectives):
            raise ValueError("the same objective is given twice")
        return self


def read_campaign(path: Path) -> CampaignSpec:
    """The campaign file at `path`; raises `BadInput` with every problem, its line and its remedy."""
    return read_yaml_value(CampaignSpec, path)

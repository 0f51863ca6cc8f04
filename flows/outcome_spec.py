"""What a campaign file says of the objectives and limits of its films, as frozen values."""

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from chemistry.errors import WrongKeys
from chemistry.quantity_fields import read_quantity
from chemistry.value import Value
from flows.measure_spec import Measure
from ledger.film import PROPERTY_UNITS, WITHOUT_TEMPERATURE
from planners.objectives import Limit, Measurand, Objective

MEASURED = (
    "log10_conductivity",
    "log10_storage_modulus",
    "transference_number",
    "oxidation_limit",
    "glass_transition",
)
"""The properties that the instruments of a lab measure, and which can be asked for therefore."""


class ObjectiveInFile(Value):
    """An objective as the file spells it: what editors are told."""

    property: str = Field(json_schema_extra={"enum": list(MEASURED)})
    goal: Literal["maximise", "minimise"] = "maximise"
    temperature: float | str | list[float | str] | None = None
    """Left out for a property that belongs to none, such as a glass transition; several for what counts at all."""
    reference: float | list[float] | None = None
    """The worthless value; with several temperatures at each of them, or one for all."""
    over: Literal["worst", "mean"] = "worst"
    """What several temperatures come to."""


class LimitInFile(Value):
    """A limit as the file spells it."""

    property: str = Field(json_schema_extra={"enum": list(MEASURED)})
    at_least: float | str | None = None
    """With its unit, such as `4.5 V`; of what is told as a logarithm the number itself may stand here: `1e-5 S/cm`."""
    at_most: float | str | None = None
    temperature: float | str | None = None
    """Left out for a property that belongs to none, such as a glass transition."""


def _at_temperature(given: Any) -> Any:
    """In the file an outcome says `temperature: 30 °C`; inside, temperatures are °C by name."""
    if isinstance(given, dict) and "temperature" in given:
        rest = {key: value for key, value in given.items() if key != "temperature"}
        return {**rest, "temperature_C": read_quantity(given["temperature"], "degC")}
    return given


def _objective(given: Any) -> Any:
    """An objective may name several temperatures, and the worthless value at each."""
    if not isinstance(given, dict):
        return given
    if not isinstance(given.get("temperature"), list):
        if "over" in given and "temperatures_C" not in given:
            raise ValueError("`over` says what several temperatures come to, and one is given; leave it out")
        return _at_temperature(given)
    rest = {key: value for key, value in given.items() if key not in ("temperature", "reference")}
    temperatures = [read_quantity(one, "degC") for one in given["temperature"]]
    reference = given.get("reference")
    if reference is None:
        raise ValueError(
            "several temperatures need the worthless value at each of them, such as `reference: [-9, -6]`: what is "
            "worst is counted from there"
        )
    references = reference if isinstance(reference, list) else [reference] * len(temperatures)
    return {**rest, "temperatures_C": temperatures, "references": references, "reference": 0.0}


def _limit(given: Any) -> Any:
    """A limit's bounds may be text with a unit of its own."""
    if not isinstance(given, dict) or not isinstance(given.get("property"), str):
        return given
    if given["property"] not in MEASURED:  # it has no unit to read a bound in
        raise ValueError(_unmeasured(f"the limit on {given['property']}"))
    unit = PROPERTY_UNITS[given["property"]]
    bounds = {key: _bound(given[key], unit) for key in ("at_least", "at_most") if isinstance(given.get(key), str)}
    return _at_temperature({**given, **bounds})


def _bound(text: str, unit: str) -> float:
    """A bound in the unit of the ledger; the text may give a number for its logarithm."""
    if not unit.startswith("log10("):
        return read_quantity(text, _PLAIN.get(unit, unit))
    number = read_quantity(text, unit.removeprefix("log10(").removesuffix(")"))
    if number <= 0:
        raise ValueError(f"{text!r} has no logarithm; give a number above zero")
    return float(f"{math.log10(number):.9g}")


_PLAIN = {"V vs Li/Li+": "V", "1": "dimensionless"}

ObjectiveAsked = Annotated[Objective, BeforeValidator(_objective, json_schema_input_type=ObjectiveInFile)]
LimitAsked = Annotated[Limit, BeforeValidator(_limit, json_schema_input_type=LimitInFile)]


def refuse_unmeasured(objectives: Sequence[Objective], limits: Sequence[Limit], measure: Measure) -> None:
    """Raise `WrongKeys` where outcomes are measured by nothing, or not near enough, or are asked for twice.

    A limit must lie where its measurement can tell: within the sweep of potentials, within the scan of temperatures.
    """
    problems = [*_of_objectives(objectives, measure), *_of_limits(limits, measure)]
    if not problems:
        problems = [*_repeated(objectives, limits), *_both_ways(objectives)]
    if problems:
        raise WrongKeys(*problems)


def _of_objectives(objectives: Sequence[Objective], measure: Measure) -> Iterator[tuple[str, str]]:
    for place, objective in enumerate(objectives):
        told = (_unread(part, f"the objective {objective.property}", measure) for part in objective.parts)
        if why := next(filter(None, told), ""):
            yield f"objectives.{place}", why


def _of_limits(limits: Sequence[Limit], measure: Measure) -> Iterator[tuple[str, str]]:
    for place, limit in enumerate(limits):
        if why := _unread(limit, f"the limit on {limit.property}", measure) or _untold(limit, measure):
            yield f"limits.{place}", why


def _repeated(objectives: Sequence[Objective], limits: Sequence[Limit]) -> Iterator[tuple[str, str]]:
    """Objectives over the same temperatures are the same, in whatever order the file names these."""
    asked = [
        (one.property, one.goal, one.over, frozenset(zip(one.parts, one.references or (None,), strict=True)))
        for one in objectives
    ]
    for place, one in enumerate(asked):
        if (first := asked.index(one)) < place:
            yield (
                f"objectives.{place}",
                f"{objectives[place].label} is given twice, as objective {first + 1} and {place + 1}; leave one out",
            )
    labels = [limit.label for limit in limits]
    for place, label in enumerate(labels):
        if labels.index(label) < place:
            yield f"limits.{place}", f"the limit on {label} is given twice; write both bounds in one"


def _both_ways(objectives: Sequence[Objective]) -> Iterator[tuple[str, str]]:
    goals: dict[Measurand, str] = {}
    for place, objective in enumerate(objectives):
        for part in objective.parts:
            if goals.setdefault(part, objective.goal) != objective.goal:
                yield f"objectives.{place}", f"{part.label} is to be maximised and minimised; say which"


def _unread(one: Measurand, name: str, measure: Measure) -> str:
    """Why an outcome cannot be read on a film; empty where it can."""
    asked = one.temperature_C
    if one.property not in MEASURED:
        return _unmeasured(name)
    if one.property in WITHOUT_TEMPERATURE:
        return "" if asked is None else f"{name} has no temperature; leave it out"
    if asked is None:
        return f"{name} needs a temperature, such as `temperature: 30 °C`"
    low, high = min(measure.temperatures), max(measure.temperatures)
    if not low - 10 <= asked <= high + 10:
        return (
            f"{name} is read at {asked:g} °C, but films are measured from {low:g} to {high:g} °C; measure within 10 K "
            "of it"
        )
    return ""


def _unmeasured(name: str) -> str:
    return f"no instrument measures {name}; known are {', '.join(MEASURED)}"


def _untold(limit: Limit, measure: Measure) -> str:
    """Why a measurement cannot tell whether a limit is held; empty where it can."""
    told = {
        "oxidation_limit": ("voltage_sweep", measure.voltage_sweep.low, measure.voltage_sweep.high, "V"),
        "glass_transition": ("calorimetry", measure.calorimetry.low, measure.calorimetry.high, "°C"),
        "transference_number": ("polarisation", 0.0, 1.0, ""),
    }
    if limit.property not in told:
        return ""
    name, low, high, unit = told[limit.property]
    for bound in (limit.at_least, limit.at_most):
        if bound is not None and not low < bound < high:
            return (
                f"the limit on {limit.property} is {bound:g} {unit}".rstrip()
                + f", which measure.{name} cannot tell: it reads from {low:g} to {high:g} {unit}".rstrip()
                + "; move the limit, or widen the measurement"
            )
    return ""

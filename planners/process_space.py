"""How the films of a space are made: steps some of whose settings are for the planner to choose."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from chemistry.errors import BadInput
from chemistry.process import Cast, Cure, Dissolve, Dry, Press, Process, Step, out_of_order
from chemistry.quantity_fields import in_unit
from chemistry.remembered import remembered
from chemistry.solvents import solvent
from chemistry.value import Value

COLDEST_C, HOTTEST_C = -100.0, 200.0
"""Of any step. Up to the higher LiFSI, the least stable of the usual salts that are dried at all, is stable (Han et
al., J. Power Sources 2011, 196, 3623); a station's own limits may be narrower, and it says so."""
LONGEST = {"hours": 1000.0, "minutes": 10_000.0}
"""Of a step."""
WIDEST_GAP_um, HIGHEST_PRESSURE_MPa = 100_000.0, 1000.0
MOST_TIMES = 9
"""How often a step can be meant to be done."""


def _several(given: Any) -> Any:
    """One setting alone is a list of one."""
    return given if isinstance(given, list | tuple) else (given,)


def _counts(given: Any) -> Any:
    """A range of whole numbers is all of them."""
    if not isinstance(given, dict):
        return _several(given)
    if set(given) != {"low", "high"} or not all(isinstance(end, int) for end in given.values()):
        raise ValueError("should be a whole number, a list of them, or `{low: 1, high: 3}`")
    if not 0 <= given["low"] <= given["high"] <= MOST_TIMES:
        raise ValueError(
            f"low is {given['low']}, high is {given['high']}; both lie from 0 to {MOST_TIMES}, the smaller one low"
        )
    return tuple(range(given["low"], given["high"] + 1))


_LISTED = BeforeValidator(_several, json_schema_input_type=float | str | list[float | str])
_NAMED = BeforeValidator(_several, json_schema_input_type=str | list[str])
_COUNTED = BeforeValidator(_counts, json_schema_input_type=int | list[int] | dict[str, int])
_ANY = Field(min_length=1)
Temperatures = Annotated[
    tuple[Annotated[float, in_unit("degC"), Field(ge=COLDEST_C, le=HOTTEST_C)], ...], _ANY, _LISTED
]
Hours = Annotated[tuple[Annotated[float, in_unit("hour"), Field(gt=0, le=LONGEST["hours"])], ...], _ANY, _LISTED]
Minutes = Annotated[tuple[Annotated[float, in_unit("min"), Field(gt=0, le=LONGEST["minutes"])], ...], _ANY, _LISTED]
Gaps = Annotated[tuple[Annotated[float, in_unit("um"), Field(gt=0, le=WIDEST_GAP_um)], ...], _ANY, _LISTED]
Pressures = Annotated[tuple[Annotated[float, in_unit("MPa"), Field(gt=0, le=HIGHEST_PRESSURE_MPa)], ...], _ANY, _LISTED]
Solvents = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], _ANY, _NAMED]
Times = Annotated[tuple[Annotated[int, Field(ge=0, le=MOST_TIMES)], ...], _ANY, _COUNTED]


class _StepSpace(Value):
    """A step; each of its settings is one value, or several of which one is chosen for each film."""

    @model_validator(mode="after")
    def _different(self) -> Self:
        twice = [name for name, values in self if len(set(values)) < len(values)]
        if twice:
            named = ", ".join(str(value) for value in getattr(self, twice[0]))
            raise ValueError(f"the same {twice[0]} is named twice: {named}")
        return self


class DissolveSpace(_StepSpace):
    """`chemistry.process.Dissolve`."""

    solvent: Solvents = (Dissolve().solvent,)
    temperature: Temperatures = (Dissolve().temperature_C,)
    time: Hours = (Dissolve().hours,)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        """Of several solvents each must be known: what tells a model one from the other is how volatile they are."""
        try:
            known = [solvent(name) for name in self.solvent] if len(self.solvent) > 1 else []
        except BadInput as unknown:
            raise ValueError(str(unknown)) from unknown
        if len(set(known)) < len(known):
            raise ValueError(f"two of the solvents {', '.join(self.solvent)} are the same")
        return self


class CastSpace(_StepSpace):
    """`chemistry.process.Cast`."""

    gap: Gaps = (Cast().gap_um,)
    temperature: Temperatures = (Cast().temperature_C,)


class DrySpace(_StepSpace):
    """`chemistry.process.Dry`."""

    temperature: Temperatures = (Dry().temperature_C,)
    time: Hours = (Dry().hours,)


class CureSpace(_StepSpace):
    """`chemistry.process.Cure`, so many times: none means that the film is not cured."""

    temperature: Temperatures = (Cure().temperature_C,)
    time: Hours = (Cure().hours,)
    times: Times = (1,)


class PressSpace(_StepSpace):
    """`chemistry.process.Press`, so many times: none means that the film is not pressed."""

    temperature: Temperatures = (Press().temperature_C,)
    pressure: Pressures = (Press().pressure_MPa,)
    time: Minutes = (Press().minutes,)
    times: Times = (1,)


_FIELDS = {"temperature": "temperature_C", "gap": "gap_um", "pressure": "pressure_MPa", "solvent": "solvent"}
_STEPS: dict[str, type[Step]] = {"dissolve": Dissolve, "cast": Cast, "dry": Dry, "cure": Cure, "press": Press}


@dataclass(frozen=True)
class Setting:
    """A setting of a step that is chosen for each film."""

    step: str
    field: str
    values: tuple[float | str, ...]
    needs: int | None = None
    """Place, among the settings, of how often the step is done, where that may be never."""

    @property
    def nothing(self) -> int | None:
        """The place of `never`."""
        return self.values.index(0) if self.field == "times" and 0 in self.values else None


class ProcessSpace(Value):
    """Solution casting step by step; a step that is not named is done as usual, and a film is not cured."""

    dissolve: DissolveSpace = DissolveSpace()
    cast: CastSpace = CastSpace()
    dry: DrySpace = DrySpace()
    cure: CureSpace = CureSpace(times=(0,))
    press: PressSpace = PressSpace()

    @model_validator(mode="after")
    def _steps_are_there(self) -> Self:
        for step in (self.cure, self.press):
            left_open = [name for name, values in step if name != "times" and len(values) > 1]
            if step.times == (0,) and left_open:
                kind = "cure" if step is self.cure else "press"
                raise ValueError(
                    f"{kind} has several settings of {left_open[0]}, but is done 0 times; let `times` say more than 0, "
                    "or give it one"
                )
        return self

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """What is chosen for each film, step by step; how often a step is done comes before its other settings."""
        found: list[Setting] = []
        for kind in _STEPS:
            optional: int | None = None
            for name, values in sorted(getattr(self, kind), key=lambda field: field[0] != "times"):
                if len(values) > 1:
                    found.append(Setting(kind, name, values, optional))
                    if found[-1].nothing is not None:
                        optional = len(found) - 1
        return tuple(found)

    def process(self, chosen: tuple[int, ...]) -> Process:
        """The process of a film, of the place that was chosen in each setting."""
        return _process(self, chosen)

    def chosen(self, process: Process) -> tuple[int, ...] | None:
        """The places that make a process, or None where one of its settings is none of these.

        What is not for choice may be anything: nobody asks there what a film of elsewhere was made with.
        """
        places: list[int] = []
        for setting in self.settings:
            done = [step for step in process.steps if step.kind == setting.step]
            if setting.needs is not None and places[setting.needs] == self.settings[setting.needs].nothing:
                places.append(0)
                continue
            if setting.field == "times":
                value: Any = len(done)
            else:
                value = getattr(done[0], _name(setting.step, setting.field)) if done else None
            if value not in setting.values:
                return None
            places.append(setting.values.index(value))
        return tuple(places)


@remembered
def _process(space: ProcessSpace, chosen: tuple[int, ...]) -> Process:
    """Remembered, because planners make thousands of formulations with few processes."""
    picked = {(s.step, s.field): s.values[place] for s, place in zip(space.settings, chosen, strict=True)}
    steps: list[Step] = []
    for kind, made in _STEPS.items():
        step = getattr(space, kind)
        told = {name: picked.get((kind, name), values[0]) for name, values in step}
        times: Any = told.pop("times", 1)
        steps += [made.model_validate({_name(kind, name): value for name, value in told.items()})] * times
    return Process(steps=tuple(steps))


def _name(kind: str, field: str) -> str:
    """What `chemistry.process` calls a setting, with its unit."""
    return _FIELDS.get(field) or ("minutes" if kind == "press" else "hours")


_LIMITS = {
    "temperature_C": (COLDEST_C, HOTTEST_C),
    "gap_um": (0.0, WIDEST_GAP_um),
    "pressure_MPa": (0.0, HIGHEST_PRESSURE_MPa),
    **{field: (0.0, longest) for field, longest in LONGEST.items()},
}


def why_not_made(process: Process) -> list[tuple[str, str]]:
    """What nobody can make a film by, each with its key: no step, steps out of order, or a setting no step can have.

    It is asked of a list of steps that a space names. What happened elsewhere may be anything, or stated by nobody.
    """
    if not process.steps:
        return [
            ("steps", "it has no step, so no film comes of it; name steps, or leave `process` out for the usual one")
        ]
    astray = out_of_order(process.steps)
    found = [] if astray is None else [(f"steps.{astray[0]}", astray[1])]
    return found + [
        (f"steps.{place}.{field}", f"{field} is {value:g}, and any step has it from {low:g} to {high:g}")
        for place, step in enumerate(process.steps)
        for field, (low, high) in _LIMITS.items()
        if (value := getattr(step, field, None)) is not None and not low <= value <= high
    ]


def _kind(given: Any) -> str:
    """By its key, so that what is wrong is told of that way of writing it only."""
    listed = isinstance(given, Process) or (isinstance(given, dict) and "steps" in given)
    return "a list of steps" if listed else "step by step"


HowMade = Annotated[
    Annotated[Process, Tag("a list of steps")] | Annotated[ProcessSpace, Tag("step by step")], Discriminator(_kind)
]
"""One process for all films, as a list of steps; or step by step, with settings to choose."""

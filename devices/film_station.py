"""A film station: dissolves, casts, dries, cures and presses, and measures the thickness of what it made."""

from typing import ClassVar

from pydantic import TypeAdapter

from chemistry.process import Cure, Dissolve, Dry, Press, Step
from devices.instrument import Instrument
from devices.protocols import Command, MakeStep
from devices.signals import Number, Text, parameter, readback

_STEP: TypeAdapter[Step] = TypeAdapter(Step)


class FilmStation(Instrument):
    """Takes `MakeStep`; reads thickness and area of the film."""

    process = parameter(Text, "PROCESS")
    """Kind of the step: dissolve, cast, dry, cure or press."""
    temperature_C = parameter(Number, "TEMPERATURE")
    hours = parameter(Number, "HOURS")
    minutes = parameter(Number, "MINUTES")
    gap_um = parameter(Number, "GAP")
    pressure_MPa = parameter(Number, "PRESSURE")
    solvent = parameter(Text, "SOLVENT")

    thickness_um = readback(Number, "THICKNESS")
    """Thickness of the film after the step, µm; zero before there is one."""
    area_cm2 = readback(Number, "AREA")
    """Electrode area of the disc that is punched from it, cm²."""

    understands = (MakeStep,)
    runs_programmes: ClassVar[bool] = True
    results: ClassVar[tuple[str, ...]] = ("thickness_um", "area_cm2")

    def parameters(self, command: Command) -> dict[str, object]:
        """The step's own numbers."""
        if not isinstance(command, MakeStep):
            return {}
        step = _STEP.validate_python(command.process)
        return {"process": step.kind, **step.model_dump(exclude={"kind"})}

    def time_limit_s(self, command: Command) -> float:
        """An hour more than twice what the step itself asks for."""
        if not isinstance(command, MakeStep):
            return self.deadline_s
        step = _STEP.validate_python(command.process)
        hours = step.hours if isinstance(step, Dissolve | Dry | Cure) else 0.0
        minutes = step.minutes if isinstance(step, Press) else 0.0
        return self.deadline_s + 2 * (3600 * hours + 60 * minutes)

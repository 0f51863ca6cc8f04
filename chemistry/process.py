"""How a film is made: a list of typed steps."""

from typing import Annotated, Literal

from pydantic import Field

from chemistry.value import Value


class Dissolve(Value):
    """Stir the components in a casting solvent."""

    kind: Literal["dissolve"] = "dissolve"
    solvent: str = "acetonitrile"
    temperature_C: float = 50.0
    hours: float = Field(default=4.0, gt=0)


class Cast(Value):
    """Spread the solution; the gap decides the wet thickness."""

    kind: Literal["cast"] = "cast"
    gap_um: float = Field(default=800.0, gt=0)
    temperature_C: float = 25.0


class Dry(Value):
    """Drive the solvent out under vacuum."""

    kind: Literal["dry"] = "dry"
    temperature_C: float = 60.0
    hours: float = Field(default=12.0, gt=0)


class Cure(Value):
    """Crosslink by heat."""

    kind: Literal["cure"] = "cure"
    temperature_C: float = 80.0
    hours: float = Field(default=2.0, gt=0)


class Press(Value):
    """Press the film between hot plates to its final thickness."""

    kind: Literal["press"] = "press"
    temperature_C: float = 80.0
    pressure_MPa: float = Field(default=2.0, gt=0)
    minutes: float = Field(default=10.0, gt=0)


Step = Annotated[Dissolve | Cast | Dry | Cure | Press, Field(discriminator="kind")]


class Process(Value):
    """The steps of making a film, in order. The default is solution casting, drying and a short press."""

    steps: tuple[Step, ...] = (Dissolve(), Cast(), Dry(), Press())

    @property
    def label(self) -> str:
        """In what it differs from the usual process: `from THF, dry 80 °C, press ×2`; empty where that is nothing.

        >>> Process(steps=(Dissolve(), Cast(), Dry(temperature_C=80, hours=6), Cure(), Press(), Press())).label
        'dry 80 °C 6 h, cure 80 °C 2 h, press ×2'
        """
        if not self.steps:  # nobody stated it
            return ""
        return ", ".join(
            words for kind in (Dissolve, Cast, Dry, Cure, Press) if (words := _difference(kind, self.steps))
        )


_TAKES = {
    "dissolve": ("powder",),
    "cast": ("solution",),
    "dry": ("wet film", "dry film"),
    "cure": ("dry film",),
    "press": ("powder", "dry film"),
}
_LEAVES = {"dissolve": "solution", "cast": "wet film", "dry": "dry film", "cure": "dry film", "press": "dry film"}


def out_of_order(steps: tuple[Step, ...]) -> tuple[int, str] | None:
    """The place of the first step that finds nothing to work on, and why; None where the steps end in a dry film.

    What was dosed is a powder, which may be pressed as it is, or dissolved, cast and dried.

    >>> out_of_order((Cast(), Dry()))
    (0, 'cast takes a solution, and what it finds is a powder')
    """
    there = "powder"
    for place, step in enumerate(steps):
        if there not in _TAKES[step.kind]:
            return place, f"{step.kind} takes a {' or a '.join(_TAKES[step.kind])}, and what it finds is a {there}"
        there = _LEAVES[step.kind]
    return None if there == "dry film" else (len(steps) - 1, f"the process ends here, and what it leaves is a {there}")


_UNITS = {"temperature_C": "°C", "hours": "h", "minutes": "min", "pressure_MPa": "MPa", "gap_um": "µm"}


def _difference(kind: type[Step], steps: tuple[Step, ...]) -> str:
    """What steps of one kind have that the usual one has not, of each different one once."""
    name, usual = kind.model_fields["kind"].default, kind()
    done = [step for step in steps if step.kind == name]
    if not done:
        return "" if kind is Cure else f"no {name}"
    told = dict.fromkeys(_settings(step, None if kind is Cure else usual) for step in done)
    words = " then ".join(words for words in told if words)
    times = f"×{len(done)}" if len(done) > 1 else ""
    if kind is Dissolve:
        return words
    return " ".join(part for part in (name, words, times) if part) if words or times or kind is Cure else ""


def _settings(step: Step, usual: Step | None) -> str:
    """The settings that are not the usual ones; all of them where there is no usual step."""
    words = [
        f"from {value}" if field == "solvent" else f"{value:g} {_UNITS[field]}"
        for field, value in step
        if field != "kind" and (usual is None or value != getattr(usual, field))
    ]
    return " ".join(words)

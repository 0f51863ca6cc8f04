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

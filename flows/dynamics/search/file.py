"""The file that `ionloop md search` reads: ranges of the model's numbers, what one run is, and how many there are."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from chemistry.errors import BadInput, WrongKeys
from chemistry.quantity_fields import in_unit
from chemistry.value import Value
from flows.computing.spec import Computing
from planners.box.ranges import Range

if TYPE_CHECKING:
    from planners.box.protocols import Box
    from sim.md.recipe import Settings
    from sim.md.reduced import Reduced
    from sim.md.units import Units

Celsius = Annotated[float, in_unit("degC")]
WHOLE = ("chain_beads",)
"""Parameters that are counted."""
KELVIN = 273.15


class Span(Value):
    """A range that is searched."""

    low: float
    high: float
    log: bool = False
    """Whether equal factors, not equal differences, are equal steps."""


def _kind(given: object) -> str:
    return "range" if isinstance(given, Mapping | Span) else "number"


Spanned = Annotated[Span, Tag("range")]
Number = Annotated[Annotated[float, Tag("number")] | Spanned, Discriminator(_kind)]
Count = Annotated[Annotated[int, Tag("number")] | Spanned, Discriminator(_kind)]


class Parameters(Value):
    """What the model is made of: each a number, which is kept, or a range, which is searched.

    Lengths are in diameters of a backbone bead (0.393 nm).
    """

    anion_diameter: Number = 1.94
    """That of TFSI⁻ where left out."""
    loading: Number
    """Lithium ions for each backbone bead, which is one donor."""
    side_diameter: Number = 0.0
    """Of a bead beside every second backbone bead, without a donor; 0 for chains without."""
    dipole: Number = 1.3
    """Moment of a backbone bead in debye, which sets the permittivity of the medium; 1.3 gives that of PEO."""
    chain_beads: Count
    """Beads of the backbone."""
    well_kT: Number = 4.0
    """Depth of the attraction between lithium and a backbone bead."""

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """Those that are searched, in this order."""
        return tuple(
            Range(name, span.low, span.high, span.log, name in WHOLE)
            for name in Parameters.model_fields
            if isinstance(span := getattr(self, name), Span)
        )

    @property
    def fixed(self) -> dict[str, float]:
        """Those that are kept."""
        told = {name: getattr(self, name) for name in Parameters.model_fields}
        return {name: value for name, value in told.items() if not isinstance(value, Span)}

    def corners(self) -> Iterator[dict[str, float]]:
        """Every combination of lowest and highest numbers."""
        for ends in product(*((one.low, one.high) for one in self.ranges)):
            yield {**self.fixed, **dict(zip((one.name for one in self.ranges), ends, strict=True))}


class Running(Value):
    """One run of molecular dynamics."""

    temperature: Celsius = 80.0
    glass_transition: Celsius | None = None
    """Of the polymer: with it times have a unit, and conductivities are S/cm too."""
    pressure: float | None = Field(default=5.0, ge=0, le=10)
    """To which a box is brought, kT per bead diameter cubed; null for the volume that its beads have in a melt."""
    beads: int = Field(default=600, ge=300, le=100_000)
    precision: float = Field(default=0.1, gt=0, le=1)
    """Relative error of lithium's conductivity at which a run ends, where its ions diffuse by then."""
    segment_steps: int = Field(default=8000, ge=200, le=10_000_000)
    """Steps between two looks at it."""
    equilibration: int = Field(default=3, ge=1, le=1000)
    """Segments before production at most, in equilibrium or not."""
    segments: int = Field(default=5, ge=1, le=1000)
    """Of production at most."""
    core_hours: float | None = Field(default=None, gt=0)
    """After which a run ends, precise or not. What it came to then depends on how fast the machine was."""


class Runs(Value):
    """How many."""

    runs: int = Field(ge=1, le=10_000)
    at_once: int = Field(default=1, ge=1, le=64)
    """Runs beside one another; each choice knows the answers of all but that many before it."""
    confirm: int = Field(default=0, ge=0, le=100)
    """The best is run so many times again, from other starts, because the best of many is so by luck too."""


class Choosing(Value):
    """Who chooses."""

    name: Literal["bayesian", "sobol", "random"] = "bayesian"
    start: int = Field(default=8, ge=3, le=1000)
    """Runs of an even spread that come first."""


class SearchFile(Value):
    """A search over numbers of the coarse-grained model for lithium's conductivity."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")
    question: str = Field(default="", max_length=500)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    parameters: Parameters
    run: Running = Running()
    budget: Runs
    planner: Choosing = Choosing()
    theory: Computing | None = None
    """Where runs are sent as tasks of a Prefect run; processes of this machine, and no server, where left out."""

    @model_validator(mode="after")
    def _can_be_run(self) -> Self:
        from sim.md.reduced import content

        try:
            if not self.parameters.ranges:
                raise WrongKeys(("parameters", "nothing is searched; write at least one as `{low: …, high: …}`"))
            _ = self.units
            for corner in self.parameters.corners():
                content(self.reduced(corner), self.run.beads)
        except BadInput as error:
            key = next((name for name in Parameters.model_fields if error.place in (name, f"{name}_D")), "")
            raise WrongKeys((f"parameters.{key}" if key else "run", f"{error.problem}. {error.remedy}")) from error
        return self

    @property
    def box(self) -> "Box":
        """Where points lie."""
        from planners.box.ranges import box_of

        return box_of(self.parameters.ranges)

    @property
    def units(self) -> "Units | None":
        """Of lengths and times; None without a glass transition."""
        from sim.md.reduced import units_above_glass

        glass_C = self.run.glass_transition
        return None if glass_C is None else units_above_glass(self.run.temperature - glass_C)

    def reduced(self, values: Mapping[str, float]) -> "Reduced":
        """The model with these numbers; those that are kept are filled in.

        Raises:
            BadInput: one of them has no such value.
        """
        from sim.md.reduced import Reduced

        told = {**self.parameters.fixed, **values}
        return Reduced(
            temperature_K=self.run.temperature + KELVIN,
            chain_beads=round(told["chain_beads"]),
            loading=told["loading"],
            anion_diameter=told["anion_diameter"],
            dipole_D=told["dipole"],
            side_diameter=told["side_diameter"],
            well_kT=told["well_kT"],
            pressure=self.run.pressure,
        )

    def log10_S_cm(self, log10_reduced: float) -> float | None:
        """A conductivity in S/cm from one in 1/στ, both as logarithms; None without a glass transition."""
        import math

        units = self.units
        return None if units is None else log10_reduced + math.log10(units.S_cm(1.0, self.run.temperature + KELVIN))


def settings_of(run: Running, cores: int = 1) -> "Settings":
    """How a run is simulated."""
    from sim.md.program import Parallel
    from sim.md.recipe import Settings
    from sim.md.script import Segment
    from sim.md.stages import Plan

    frame = max(1, run.segment_steps // 100)
    plan = Plan(
        Segment(run.segment_steps, frame, max(1, frame // 2)),
        most_equilibration=run.equilibration,
        least_production=min(2, run.segments),
        most_production=run.segments,
        core_hours=run.core_hours,
    )
    push = min(1000, run.segment_steps)
    return Settings(run.beads, run.precision, plan, Parallel(ranks=cores), push_steps=push)

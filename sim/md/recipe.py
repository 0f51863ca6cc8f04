"""Ionic transport of a formulation by molecular dynamics of the coarse-grained model: from chemistry to S/cm.

One function for campaigns and for the command line. Its errors are those of chance alone; what the model itself is
wrong by is for calibration against experiments to find.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chemistry.formulation import Formulation
from sim.md.box import ANION, CATION, Box, box_of
from sim.md.mapping import CoarseGrained, Known, coarse_grained
from sim.md.program import Parallel
from sim.md.script import Segment
from sim.md.simulation import PUSH_STEPS, Progress, Simulation
from sim.md.stages import Plan, Produced, produce
from sim.md.trajectory import Trajectory
from sim.md.transport import Transport, transport
from sim.md.units import Units

LEAST_SD = 0.02
"""Decades; no run is surer of its mean."""
SEGMENT = Segment(steps=20_000, frame_every=250, thermo_every=100)


@dataclass(frozen=True)
class Settings:
    """How a formulation is simulated.

    Attributes:
        beads: of the box.
        precision: relative standard error of the Nernst-Einstein conductivity at which a run ends.
        plan: how long it may take.
        parallel: processors.
        known: facts in place of the catalogue's.
        push_steps: over which overlaps are pushed apart.
    """

    beads: int = 5000
    precision: float = 0.2
    plan: Plan = field(default_factory=lambda: Plan(SEGMENT))
    parallel: Parallel = field(default_factory=Parallel)
    known: Known = field(default_factory=Known)
    push_steps: int = PUSH_STEPS


@dataclass(frozen=True)
class Number:
    """A result with its unit and the standard deviation of its error by chance."""

    value: float
    sd: float
    unit: str


@dataclass(frozen=True, eq=False)
class Result:
    """What a run of one temperature came to.

    Attributes:
        temperature_C: of the formulation.
        numbers: by the names that the ledger has for properties, and more.
        diffusive: whether both ions diffuse over the lags from which their diffusivities were read.
        equilibrated: whether the test of equilibrium was passed before production.
        whole: False where a failure cut the run short.
        notes: what had to be assumed, and what speaks against the result.
        grained: the model.
        box: what was simulated.
        produced: the run.
        transport: in the model's units.
    """

    temperature_C: float
    numbers: Mapping[str, Number]
    diffusive: bool
    equilibrated: bool
    whole: bool
    notes: tuple[str, ...]
    grained: CoarseGrained
    box: Box
    produced: Produced
    transport: Transport

    @property
    def complete(self) -> bool:
        """Whether nothing speaks against the result."""
        return self.diffusive and self.equilibrated and self.whole


def simulate(
    formulation: Formulation,
    temperature_C: float,
    folder: Path,
    seed: int,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Result:
    """Ionic transport of a formulation at a temperature; a run that was killed goes on in its folder.

    Args:
        formulation: With a salt.
        temperature_C: Above the glass transition.
        folder: Of the run.
        seed: Of the box and of the motion.
        settings: How long, how large, how many processors.
        progress: Who is told how far it is.

    Raises:
        BadInput: the formulation has no model, or LAMMPS is not installed.
        EngineFailed: LAMMPS stopped before anything was produced.
    """
    settings = settings or Settings()
    grained = coarse_grained(formulation, temperature_C, settings.known)
    box = box_of(formulation, grained, settings.beads, np.random.default_rng([seed, 1]))
    simulation = Simulation(
        box.system, box.model, folder, seed, settings.parallel, progress, push_steps=settings.push_steps
    )

    def precise(seen: Trajectory) -> bool:
        found = transport(seen, box.charges, least_distance=1.0)
        return found.diffusive and found.nernst_einstein.relative_error <= settings.precision

    produced = produce(simulation, settings.plan, precise)
    found = transport(produced.trajectory, box.charges, least_distance=1.0)
    return Result(
        temperature_C=temperature_C,
        numbers=transport_numbers(found, grained.units, grained.temperature_K, CATION, ANION),
        diffusive=found.diffusive,
        equilibrated=produced.equilibrium.reached,
        whole=produced.whole,
        notes=(*grained.notes, *box.notes, *doubts(found, produced, "bead diameters")),
        grained=grained,
        box=box,
        produced=produced,
        transport=found,
    )


def transport_numbers(
    found: Transport, units: Units, temperature_K: float, cation: str, anion: str
) -> dict[str, Number]:
    """In the ledger's units. A number that chance has made negative is left out: it has no logarithm.

    Args:
        found: Of a trajectory.
        units: Of its lengths and times.
        temperature_K: For the conductivity.
        cation: Name that lithium has in it.
        anion: Name that the anion has in it.
    """
    numbers = {}
    for name, one in (
        ("log10_conductivity_nernst_einstein", found.nernst_einstein),
        ("log10_conductivity_collective", found.collective),
    ):
        if one.value > 0:
            value = math.log10(units.S_cm(one.value, temperature_K))
            numbers[name] = Number(value, _decades(one.relative_error), "log10(S/cm)")
    for name, ion in (("log10_lithium_diffusivity", cation), ("log10_anion_diffusivity", anion)):
        one = found.diffusivities[ion]
        if one.value > 0:
            numbers[name] = Number(math.log10(one.value * units.cm2_s), _decades(one.relative_error), "log10(cm2/s)")
    for name, one in (
        ("ionicity", found.ionicity),
        ("transference_number", found.transference_ideal),
        ("transference_number_collective", found.transference_collective),
    ):
        if math.isfinite(one.value) and math.isfinite(one.error):
            numbers[name] = Number(one.value, one.error, "1")
    best = numbers.get("log10_conductivity_nernst_einstein")
    return {**({"log10_conductivity": best} if best else {}), **numbers}


def _decades(relative: float) -> float:
    return max(LEAST_SD, relative / math.log(10)) if math.isfinite(relative) else 1.0


def doubts(found: Transport, produced: Produced, length: str) -> list[str]:
    """What speaks against a result; `length` is the word for the trajectory's unit."""
    said = [f"not in equilibrium: {reason}" for reason in produced.equilibrium.reasons]
    said += [
        f"{name} does not diffuse yet: it went {one.distance:.2f} {length}, its displacement grows as "
        f"t^{one.exponent:.2f}"
        for name, one in found.diffusivities.items()
        if not one.diffusive
    ]
    return said if produced.whole else [*said, f"cut short: {produced.ended}"]

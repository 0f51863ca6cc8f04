"""PEO/LiTFSI atom by atom: from a loading and a temperature to density, what holds lithium, transport and frames."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Architecture
from chemistry.units import li_per_site
from sim.md.all_atom import Conditions
from sim.md.atomic_box import CHARGE_SCALE, AtomicBox, electrolyte
from sim.md.atomic_molecule import LITHIUM as LITHIUM_SMILES
from sim.md.atomic_molecule import TFSI
from sim.md.blocks import mean_and_error
from sim.md.labelled_frames import LabelledFrames, labelled_frames
from sim.md.lithium_shell import ANION, LITHIUM, LithiumShell, lithium_shell
from sim.md.program import Parallel
from sim.md.recipe import Number, doubts, transport_numbers
from sim.md.script import Segment
from sim.md.simulation import PUSH_STEPS, Progress, Simulation
from sim.md.stages import PRODUCE, Plan, Produced, produce
from sim.md.trajectory import Trajectory
from sim.md.transport import Transport, transport
from sim.md.units import LAMMPS

ZERO_CELSIUS_K = 273.15
HOP_A = 3.0
"""That an ion goes before its motion counts as diffusive: about from one neighbour to the next."""
CHARGES = {LITHIUM: 1.0, ANION: -1.0}
"""Of ions in the conductivity: whole ones, as their scaled charges stand for what the medium screens."""
SEGMENT = Segment(steps=20_000, frame_every=500, thermo_every=100, forces=True)


@dataclass(frozen=True)
class AtomicSettings:
    """How a box of atoms is simulated.

    Attributes:
        atoms: of the box, about.
        units: of an oligomer.
        charge_scale: what charges of ions are times.
        pressure_atm: of the barostat.
        cutoff_A: of pairs.
        precision: relative standard error of the Nernst-Einstein conductivity at which a run ends.
        plan: how long it may take.
        parallel: processors.
        push_steps: over which overlaps are pushed apart.
    """

    atoms: int = 1500
    units: int = 8
    charge_scale: float = CHARGE_SCALE
    pressure_atm: float = 1.0
    cutoff_A: float = 9.0
    precision: float = 0.2
    plan: Plan = field(default_factory=lambda: Plan(SEGMENT))
    parallel: Parallel = field(default_factory=Parallel)
    push_steps: int = PUSH_STEPS


@dataclass(frozen=True, eq=False)
class AtomicResult:
    """What a run of one temperature came to.

    Attributes:
        temperature_C: of the thermostat.
        numbers: density, lithium's shell, and transport where both ions diffuse: a slope of anything else is none.
        diffusive: whether both ions diffuse over the lags from which their diffusivities were read.
        equilibrated: whether the test of equilibrium was passed before production.
        whole: False where a failure cut the run short.
        notes: what had to be assumed, and what speaks against the result.
        box: what was simulated.
        produced: the run.
        transport: in Å and fs.
        simulation: whose folder holds the frames.
    """

    temperature_C: float
    numbers: Mapping[str, Number]
    diffusive: bool
    equilibrated: bool
    whole: bool
    notes: tuple[str, ...]
    box: AtomicBox
    produced: Produced
    transport: Transport
    simulation: Simulation

    @property
    def complete(self) -> bool:
        """Whether nothing speaks against the result."""
        return self.diffusive and self.equilibrated and self.whole

    def frames(self) -> LabelledFrames:
        """Frames of the production with energies and forces."""
        return labelled_frames(self.simulation, self.box.elements, PRODUCE, self.produced.segments)


def simulate_atoms(
    formulation: Formulation,
    temperature_C: float,
    folder: Path,
    seed: int,
    settings: AtomicSettings | None = None,
    progress: Progress | None = None,
) -> AtomicResult:
    """Oligomers of PEO with LiTFSI at a temperature; a run that was killed goes on in its folder.

    Args:
        formulation: PEO with LiTFSI and nothing else.
        temperature_C: Of the thermostat.
        folder: Of the run.
        seed: Of shapes, places and first velocities.
        settings: How long, how large, how many processors.
        progress: Who is told how far it is.

    Raises:
        BadInput: another formulation, a box that cannot be built, or LAMMPS is not installed.
        EngineFailed: LAMMPS stopped before anything was produced.
    """
    settings = settings or AtomicSettings()
    refuse_unknown(formulation)
    temperature_K = temperature_C + ZERO_CELSIUS_K
    box = electrolyte(
        settings.atoms,
        settings.units,
        li_per_site(formulation),
        Conditions(temperature_K, settings.pressure_atm, settings.cutoff_A),
        seed,
        charge_scale=settings.charge_scale,
    )
    simulation = Simulation(
        box.system, box.model, folder, seed, settings.parallel, progress, push_steps=settings.push_steps
    )

    def precise(seen: Trajectory) -> bool:
        found = transport_of_atoms(seen)
        return found.diffusive and found.nernst_einstein.relative_error <= settings.precision

    produced = produce(simulation, settings.plan, precise)
    found = transport_of_atoms(produced.trajectory)
    shell, lacks = _shell(produced.trajectory)
    density = mean_and_error(simulation.thermo(PRODUCE, produced.segments)["Density"])
    return AtomicResult(
        temperature_C=temperature_C,
        numbers={
            "density": Number(*density, "g/cm3"),
            **_shell_numbers(shell),
            **(transport_numbers(found, LAMMPS["real"], temperature_K, LITHIUM, ANION) if found.diffusive else {}),
        },
        diffusive=found.diffusive,
        equilibrated=produced.equilibrium.reached,
        whole=produced.whole,
        notes=(*_assumed(box, settings), *lacks, *doubts(found, produced, "Å")),
        box=box,
        produced=produced,
        transport=found,
        simulation=simulation,
    )


def refuse_unknown(formulation: Formulation) -> None:
    """Refuse what the force field has no parameters for.

    Raises:
        BadInput: another polymer or salt, or anything beside them.
    """
    from chemistry.canonical import canonical_salt

    polymer, salt = formulation.polymer, formulation.salt
    peo = [unit.smiles for unit in polymer.units] == ["*CCO*"] and polymer.architecture is Architecture.HOMO
    litfsi = salt is not None and salt.smiles == canonical_salt(f"{TFSI}.{LITHIUM_SMILES}")
    others = [*formulation.additives, *formulation.fillers]
    if not peo or not litfsi or others:
        raise BadInput(
            f"{formulation.label} cannot be simulated atom by atom: the force field has linear PEO with LiTFSI alone",
            remedy="Leave `atoms` out of the file for the coarse-grained model, or take PEO and LiTFSI",
        )


def transport_of_atoms(seen: Trajectory) -> Transport:
    """Transport of lithium and of the anions' nitrogens, in the trajectory's units, lengths in Å.

    The box as a whole stands still, by the model's integrator: no drift is left to be taken out, but that it breathes.
    """
    return transport(seen.in_mean_box(), CHARGES, remove_drift=False, least_distance=HOP_A)


def _shell(seen: Trajectory) -> tuple[LithiumShell | None, list[str]]:
    try:
        return lithium_shell(seen), []
    except BadInput as lack:
        return None, [f"lithium has no shell: {lack}"]


def _shell_numbers(shell: LithiumShell | None) -> dict[str, Number]:
    """A number that has no error, as that of a single lithium, is left out."""
    if shell is None:
        return {}
    told = {
        "lithium_oxygen_distance": (shell.distance, "Å"),
        "ether_oxygens_of_lithium": (shell.ether_oxygens, "1"),
        "anion_oxygens_of_lithium": (shell.anion_oxygens, "1"),
    }
    return {name: Number(one.value, one.error, unit) for name, (one, unit) in told.items() if math.isfinite(one.error)}


def _assumed(box: AtomicBox, settings: AtomicSettings) -> list[str]:
    counts = list(box.contents.values())
    return [
        f"{counts[0]} oligomers of {settings.units} units with {counts[-1]} LiTFSI, {box.system.n} atoms; charges of "
        f"ions times {box.charge_scale:g}",
        "oligomers move faster than a polymer's chains: conductivities are not those of a film",
    ]

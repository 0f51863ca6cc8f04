"""`ionloop md` of a file with `atoms`: oligomers and ions atom by atom, and frames to learn from."""

from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput

if TYPE_CHECKING:
    from flows.dynamics.formulation_file import AtomsAsked, MdFile
    from flows.dynamics.run import Asked
    from sim.md.atomic_recipe import AtomicResult
    from sim.md.simulation import Progress
    from sim.md.trajectory import Trajectory

FRAMES = {".extxyz", ".xyz"}
_FRAMES_PER_SEGMENT, _LINES_PER_FRAME = 40, 5


def refuse_frames(path: Path | None, given: "MdFile", temperatures: int) -> None:
    """Refuse a file of frames that cannot be written, before anything long is begun."""
    if path is None:
        return
    if given.atoms is None:
        raise BadInput("--frames are of atoms", remedy="Put `atoms: {}` into the file, or leave the option out")
    if temperatures > 1:
        raise BadInput(f"one file, {path}, for {temperatures} temperatures", remedy="Ask for one of them")
    if path.suffix.lower() not in FRAMES:
        raise BadInput(f"no frames can be {path.suffix or path.name}", remedy="Give --frames OUT.extxyz")


def simulate_asked(
    asked: "Asked", given: "MdFile", atoms: "AtomsAsked", temperature: float, folder: Path, progress: "Progress"
) -> "AtomicResult":
    """Simulate one temperature, and write its frames where they are wanted."""
    from sim.md.atomic_box import CHARGE_SCALE
    from sim.md.atomic_recipe import AtomicSettings, simulate_atoms
    from sim.md.labelled_frames import write_extxyz
    from sim.md.program import Parallel
    from sim.md.script import Segment
    from sim.md.stages import Plan

    if asked.beads is not None:
        raise BadInput(
            f"--beads {asked.beads} of a box of atoms", remedy="Give `atoms: {count: …}` in the file, or take it out"
        )
    line = max(1, asked.segment_steps // (_FRAMES_PER_SEGMENT * _LINES_PER_FRAME))
    plan = Plan(
        Segment(asked.segment_steps, min(asked.segment_steps, _LINES_PER_FRAME * line), line, forces=True),
        least_production=min(2, asked.segments),
        most_equilibration=asked.equilibration,
        most_production=asked.segments,
        core_hours=asked.core_hours,
    )
    settings = AtomicSettings(
        atoms=atoms.count,
        units=atoms.oligomer_units,
        charge_scale=CHARGE_SCALE if atoms.charge_scale is None else atoms.charge_scale,
        pressure_atm=atoms.pressure_atm,
        cutoff_A=atoms.cutoff_A,
        precision=asked.precision,
        plan=plan,
        parallel=Parallel(asked.ranks, asked.threads),
    )
    result = simulate_atoms(given.formulation, temperature, folder, asked.seed, settings, progress)
    if asked.frames is not None:
        write_extxyz(result.frames(), asked.frames)
    return result


def told_of_atoms(result: "AtomicResult") -> dict[str, object]:
    """What the JSON object says of the box."""
    return {
        "atoms": result.box.system.n,
        "molecules": dict(result.box.contents),
        "charge_scale": result.box.charge_scale,
        "frames": result.produced.trajectory.frames,
    }


def draw_atoms(result: "AtomicResult", plot: Path, label: str) -> None:
    """Draw displacements of the ions and what stands round lithium, in Å and ps."""
    from dataclasses import replace

    from flows.dynamics.run import distributions
    from sim.md.atomic_recipe import transport_of_atoms
    from sim.md.lithium_shell import ANION, ANION_OXYGEN, ETHER_OXYGEN, LITHIUM
    from sim.md.picture import draw_transport

    seen = result.produced.trajectory
    in_ps: Trajectory = replace(seen.in_mean_box(), times=seen.times / 1000)
    draw_transport(
        in_ps,
        transport_of_atoms(in_ps),
        distributions(in_ps, LITHIUM, [ETHER_OXYGEN, ANION_OXYGEN, ANION]),
        plot,
        title=f"{label} at {result.temperature_C:g} °C, atom by atom",
        units=("Å", "ps"),
    )

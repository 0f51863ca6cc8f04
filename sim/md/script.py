"""Input scripts of the stages of a run: pushing overlaps apart, and a segment of the motion."""

from dataclasses import dataclass
from pathlib import Path

from sim.md.data_file import atom_style
from sim.md.model import Model, Scale
from sim.md.system import System

PUSH_STEPS = 2000
"""With the soft cosine; as many again with the full interactions and short moves, and a quarter of them without."""
_SOFTEST, _HARDEST = 2.0, 60.0
"""Height of the cosine with which overlapping beads are pushed apart, from first to last, in kT."""
_LOG = "lost error flush yes format float %.10g"
"""Energies are written in full: those of frames are read from the log."""
FORCES = ("fx", "fy", "fz")


@dataclass(frozen=True)
class Segment:
    """One stretch of the motion, from one restart file to the next.

    Attributes:
        steps: of the integration.
        frame_every: steps between two frames of the trajectory; 0 writes none.
        thermo_every: steps between two lines of the log.
        forces: whether frames hold the forces on the particles as well, with which positions are written in full.
    """

    steps: int
    frame_every: int
    thermo_every: int
    forces: bool = False


def push_off_script(system: System, model: Model, data: Path, restart: Path, seed: int, steps: int) -> str:
    """Reads a data file, pushes beads apart, lets the full interactions take over and writes a restart file.

    A soft cosine grows from 2 to 60 kT while no bead may move far in a step; bonds hold all the while (Auhl et al., J.
    Chem. Phys. 2003, 119, 12718). Then the full interactions begin, again with short moves, and at last without.
    """
    scale = model.scale
    lines = [*header(scale), f"atom_style {atom_style(system)}", f"read_data {data.name}"]
    bath = f"fix bath all langevin {scale.temperature:g} {scale.temperature:g} {scale.bath:g} {seed}"
    lines += [f"velocity all create {scale.temperature:g} {seed} mom yes dist gaussian", "thermo 500"]
    if model.hard:
        widest = max(one.diameter for one in system.species)
        lines += [
            *model.bonded(system),
            f"pair_style soft {1.12 * widest:.6g}",
            *_soft_pairs(system, scale),
            f"variable height equal ramp({_SOFTEST * scale.kT:g},{_HARDEST * scale.kT:g})",
            "fix push all adapt 1 pair soft a * * v_height",
            "fix move all nve/limit 0.05",
            bath,
            f"timestep {model.timestep / 2:g}",
            f"run {steps}",
            "unfix push",
            "unfix move",
            "unfix bath",
        ]
        bonded: list[str] = []
    else:
        bonded = model.bonded(system)
    lines += [*bonded, *model.nonbonded(system, seed)]
    if model.hard:
        lines += [
            "fix move all nve/limit 0.02",
            bath,
            f"timestep {model.timestep / 4:g}",
            f"run {steps}",
            "unfix move",
            "unfix bath",
        ]
    lines += _motion(system, model, seed)
    lines += [f"run {steps // 4}", "reset_timestep 0", f"write_restart {restart.name}"]
    return "\n".join(lines) + "\n"


def segment_script(
    system: System, model: Model, begin: Path, end: Path, dump: Path, segment: Segment, seed: int
) -> str:
    """Goes on from a restart file and writes the next one, the trajectory and the log."""
    lines = [
        *header(model.scale),
        f"read_restart {begin.name}",
        *model.bonded(system),
        *model.nonbonded(system, seed),
        *(["fix whole all store/force"] if segment.forces else []),  # before a bath adds its kicks to them
        *_motion(system, model, seed),
        *_thermo(system, segment.thermo_every),
    ]
    if segment.frame_every:
        lines += _frames(system, segment, dump)
    lines += [f"run {segment.steps}", f"write_restart {end.name}"]
    return "\n".join(lines) + "\n"


def header(scale: Scale) -> list[str]:
    """What every script begins with."""
    return [f"units {scale.units}", "newton on", "boundary p p p", f"neighbor {scale.skin} bin"]


def _frames(system: System, segment: Segment, dump: Path) -> list[str]:
    columns = "id type mol xu yu zu" + (" mux muy muz" if system.dipolar else "")
    if not segment.forces:
        return [
            f"dump frames all custom {segment.frame_every} {dump.name} {columns}",
            'dump_modify frames sort id time yes format float "%.5g"',
        ]
    renamed = " ".join(f"colname f_whole[{axis}] {name}" for axis, name in enumerate(FORCES, 1))
    return [
        f"dump frames all custom {segment.frame_every} {dump.name} {columns} f_whole[1] f_whole[2] f_whole[3]",
        f'dump_modify frames sort id time yes format float "%.9g" {renamed}',
    ]


def _motion(system: System, model: Model, seed: int) -> list[str]:
    return [*model.integrator(system, seed), f"timestep {model.timestep:g}"]


def _thermo(system: System, every: int) -> list[str]:
    columns = "step time temp press pe density"
    lines = []
    if len(system.bonds):
        lines += ["compute lengths all bond/local dist", "compute bond all reduce ave c_lengths inputs local"]
        columns += " c_bond"
    return [*lines, f"thermo_style custom {columns}", f"thermo {every}", f"thermo_modify {_LOG}"]


def _soft_pairs(system: System, scale: Scale) -> list[str]:
    height = _SOFTEST * scale.kT
    lines = ["pair_coeff * * 0.0"]
    for i, one in enumerate(system.species, 1):
        for j, other in enumerate(system.species[i - 1 :], i):
            lines.append(f"pair_coeff {i} {j} {height:g} {1.12 * (one.diameter + other.diameter) / 2:.6g}")
    return lines

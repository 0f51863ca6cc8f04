"""Energy and forces of one arrangement of a system: no motion, the terms apart."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.md.data_file import atom_style, write_data_file
from sim.md.dump import read_dump
from sim.md.engine import EngineFailed, run_script
from sim.md.log_file import read_log
from sim.md.model import Model
from sim.md.program import Parallel, Program, find_program
from sim.md.script import FORCES, header
from sim.md.system import System

_TERMS = {
    "E_bond": "bonds",
    "E_angle": "angles",
    "E_dihed": "torsions",
    "E_vdwl": "pairs",
    "E_coul": "charges near",
    "E_long": "charges far",
}
"""Columns of the log. What the tail of pairs adds is in `pairs`; the Coulomb sum is that of both its parts."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model says of one arrangement, in its units.

    Attributes:
        energy: potential energy.
        terms: its parts, by name.
        forces: `n x 3`.
    """

    energy: float
    terms: Mapping[str, float]
    forces: np.ndarray


def evaluated(
    system: System, model: Model, positions: np.ndarray | None = None, *, program: Program | None = None
) -> Evaluation:
    """Energy and forces where the atoms are.

    Args:
        system: what there is.
        model: its interactions.
        positions: `n x 3`, in place of the system's.
        program: LAMMPS; the installed one where None.

    Raises:
        EngineFailed: LAMMPS stopped.
    """
    placed = system if positions is None else replace(system, positions=positions)
    with tempfile.TemporaryDirectory(prefix="ionloop-md-") as name:
        folder = Path(name)
        write_data_file(placed, folder / "system.data", np.random.default_rng(0))
        script = folder / "evaluation.in"
        script.write_text(_script(placed, model))
        run_script(program or find_program(), script, Parallel())
        (columns,) = (thermo.columns for thermo in read_log(script.with_suffix(".log")))
        forces = read_dump(folder / "forces.dump").forces
    if forces is None:
        raise EngineFailed("it wrote no forces", 0, script.with_suffix(".log"))
    return Evaluation(
        energy=float(columns["PotEng"][-1]),
        terms={term: float(columns[title][-1]) for title, term in _TERMS.items()},
        forces=forces[0],
    )


def _script(system: System, model: Model) -> str:
    lines = [
        *header(model.scale),
        f"atom_style {atom_style(system)}",
        "read_data system.data",
        *model.bonded(system),
        *model.nonbonded(system, 1),
        "thermo_style custom step pe ebond eangle edihed evdwl ecoul elong",
        "thermo_modify format float %.12g",
        f"dump forces all custom 1 forces.dump id type xu yu zu {' '.join(FORCES)}",
        'dump_modify forces sort id format float "%.12g"',
        "run 0",
    ]
    return "\n".join(lines) + "\n"

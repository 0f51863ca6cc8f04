"""A system as a LAMMPS data file, written by pymatgen."""

from pathlib import Path

import numpy as np

from sim.md.system import System

SPHERE_DENSITY = 6 / np.pi
"""Mass over diameter³ of 1 for a sphere: LAMMPS works out masses of rotating beads from a density."""


def atom_style(system: System) -> str:
    """The atom style that holds what the beads bear."""
    return "hybrid full dipole sphere" if system.dipolar else "full"


def write_data_file(system: System, path: Path, random: np.random.Generator) -> None:
    """Write positions, charges, dipoles and bonds; dipoles point anywhere."""
    import pandas as pd
    from pymatgen.io.lammps.data import LammpsBox, LammpsData

    wrapped = system.positions % system.edge
    images = np.floor(system.positions / system.edge).astype(int)
    columns: dict[str, np.ndarray] = {
        "molecule-ID": system.molecules + 1,
        "type": system.types + 1,
        "q": system.charges,
    }
    xyz = dict(zip("xyz", wrapped.T, strict=True))
    if system.dipolar:
        # A hybrid style has type and position first, then what each of its styles adds.
        rest = {name: columns[name] for name in ("molecule-ID", "q")}
        columns = {"type": columns["type"], **xyz, **rest, **_spheres(system, random)}
    else:
        columns |= xyz
    atoms = pd.DataFrame(columns | dict(zip(("nx", "ny", "nz"), images.T, strict=True)))
    terms = {
        "Bonds": (system.bonds, system.bond_kinds),
        "Angles": (system.angles, system.angle_kinds),
        "Dihedrals": (system.torsions, system.torsion_kinds),
    }
    kinds = {title: np.zeros(len(beads), int) if kind is None else kind for title, (beads, kind) in terms.items()}
    topology = {
        title: pd.DataFrame(
            {"type": kinds[title] + 1} | {f"atom{k + 1}": places + 1 for k, places in enumerate(beads.T)}
        )
        for title, (beads, _) in terms.items()
        if len(beads)
    }
    for table in (atoms, *topology.values()):
        table.index += 1
    masses = pd.DataFrame({"mass": [one.mass for one in system.species]}, index=range(1, len(system.species) + 1))
    data = LammpsData(
        LammpsBox([[0.0, system.edge]] * 3),
        masses,
        atoms,
        topology=topology or None,
        atom_style=atom_style(system),
    )
    # pymatgen counts types of bonds from coefficients, which stand in the script here.
    text = data.get_str(distance=8, charge=8)
    counts = "".join(f"{kinds[title].max() + 1}  {title.lower()[:-1]} types\n" for title in topology)
    path.write_text(text.replace(" atom types\n", f" atom types\n{counts}", 1))


def _spheres(system: System, random: np.random.Generator) -> dict[str, np.ndarray]:
    directions = random.normal(size=(system.n, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    dipoles = np.array([one.dipole for one in system.species])[system.types, None] * directions
    diameters = np.array([one.diameter for one in system.species])[system.types]
    masses = np.array([one.mass for one in system.species])[system.types]
    return {
        **dict(zip(("mux", "muy", "muz"), dipoles.T, strict=True)),
        "diameter": diameters,
        "density": SPHERE_DENSITY * masses / diameters**3,
    }

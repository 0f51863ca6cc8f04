"""Geometries and their curvature by GFN2-xTB (Bannwarth, Ehlert and Grimme, J. Chem. Theory Comput. 2019, 15, 1652)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from sim.dft.failure import NotConverged, engine
from sim.dft.geometry import Geometry

if TYPE_CHECKING:
    from ase import Atoms

LABEL = "GFN2-xTB"
FORCE_eV_A = 0.01
"""Largest force on an atom of a relaxed geometry."""
MOST_STEPS = 500
_STEP_A = 0.005
"""Displacement of the numerical Hessian."""


def relaxed(geometry: Geometry, force_eV_A: float = FORCE_eV_A) -> tuple[Geometry, float]:
    """The nearest minimum with the geometry's charge and spin, and its energy in eV.

    Args:
        geometry: Where to begin.
        force_eV_A: Largest force on an atom at the end.

    Raises:
        BadInput: tblite or ASE is not installed.
        NotConverged: no minimum within `MOST_STEPS`, or its own electrons did not settle.
    """
    optimise = engine("ase.optimize", "ase", "relaxing a geometry")
    atoms = _atoms(geometry)
    with _told(geometry):
        done = optimise.BFGS(atoms, logfile=None).run(fmax=force_eV_A, steps=MOST_STEPS)
        energy = float(atoms.get_potential_energy())
    if not done:
        raise NotConverged(f"{geometry.smiles} did not come to rest in {MOST_STEPS} steps of {LABEL}")
    return geometry.moved_to(atoms.get_positions(), LABEL), energy


def energy_eV(geometry: Geometry) -> float:
    """Energy of a geometry as it stands."""
    with _told(geometry):
        return float(_atoms(geometry).get_potential_energy())


def hessian_eV_A2(geometry: Geometry) -> np.ndarray:
    """Second derivatives of the energy, 3n x 3n, by central differences of forces, in eV/Å²."""
    atoms, rows = _atoms(geometry), []
    start = atoms.get_positions()
    with _told(geometry):
        for index in range(start.size):
            forces = []
            for sign in (1, -1):
                moved = start.copy().reshape(-1)
                moved[index] += sign * _STEP_A
                atoms.set_positions(moved.reshape(start.shape))
                forces.append(atoms.get_forces().reshape(-1))
            rows.append((forces[1] - forces[0]) / (2 * _STEP_A))
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def _atoms(geometry: Geometry) -> "Atoms":
    ase = engine("ase", "ase", "relaxing a geometry")
    tblite = engine("tblite.ase", "tblite", LABEL)
    atoms = ase.Atoms(list(geometry.symbols), geometry.array_A)
    atoms.calc = tblite.TBLite(method=LABEL, charge=geometry.charge, multiplicity=geometry.multiplicity, verbosity=0)
    return atoms


@contextmanager
def _told(geometry: Geometry) -> Iterator[None]:
    """An engine's failure is told as ours, with the molecule's name."""
    calculator = engine("ase.calculators.calculator", "ase", "relaxing a geometry")
    try:
        yield
    except calculator.CalculationFailed as error:
        raise NotConverged(f"{LABEL} failed on {geometry.smiles} ({error})") from error

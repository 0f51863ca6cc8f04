"""Geometries and their curvature by GFN2-xTB (Bannwarth, Ehlert and Grimme, J. Chem. Theory Comput. 2019, 15, 1652)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.dft.constants import BOHR_A, HARTREE_eV
from sim.dft.failure import NotConverged, engine
from sim.dft.geometry import Geometry, atomic_number

if TYPE_CHECKING:
    from ase import Atoms

LABEL = "GFN2-xTB"
FORCE_eV_A = 0.01
"""Largest force on an atom of a relaxed geometry."""
MOST_STEPS = 500
_FILLED = 0.5
"""Electrons of an orbital that counts as occupied: the method smears them at 300 K."""
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


class Levels(NamedTuple):
    """Total energy and frontier orbital energies of a geometry as it stands, in eV."""

    energy_eV: float
    homo_eV: float
    lumo_eV: float


def levels(geometry: Geometry) -> Levels:
    """One self-consistent calculation with the geometry's charge and spin.

    Raises:
        BadInput: tblite is not installed.
        NotConverged: its electrons did not settle.
    """
    interface = engine("tblite.interface", "tblite", LABEL)
    errors = engine("tblite.exceptions", "tblite", LABEL)
    numbers = np.array([atomic_number(symbol) for symbol in geometry.symbols])
    places_bohr = geometry.array_A / BOHR_A
    calculator = interface.Calculator(LABEL, numbers, places_bohr, geometry.charge, geometry.multiplicity - 1)
    calculator.set("verbosity", 0)
    try:
        result = calculator.singlepoint()
    except errors.TBLiteRuntimeError as error:
        raise NotConverged(f"{LABEL} failed on {geometry.smiles} ({error})") from error
    energies, filled = np.ravel(result.get("orbital-energies")), np.ravel(result.get("orbital-occupations")) > _FILLED
    if filled.all():
        raise NotConverged(f"{LABEL} has no empty orbital for {geometry.smiles}")
    return Levels(
        float(result.get("energy")) * HARTREE_eV,
        float(energies[filled].max()) * HARTREE_eV,
        float(energies[~filled].min()) * HARTREE_eV,
    )


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

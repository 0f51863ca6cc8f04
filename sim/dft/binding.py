"""How strongly a molecule holds a lithium ion, free of the error that borrowed basis functions make.

ΔE = E(M·Li⁺) - E(M) - E(Li⁺), and with the counterpoise correction of Boys and Bernardi (Mol. Phys. 1970, 19, 553)
ΔE_cp = E(M·Li⁺) - E(M in the complex's basis) - E(Li⁺ in the complex's basis) + deformation of M; negative it binds.
The complex is the lowest of those that GFN2-xTB finds from Li⁺ put beside every atom with a lone pair, in several
conformers: what can chelate, does.
"""

import time

import numpy as np

from chemistry.errors import BadInput
from sim.dft import xtb
from sim.dft.bonds import changed_bonds, drawn_bonds, found_bonds
from sim.dft.conformers import guessed
from sim.dft.failure import BondsChanged, CalculationFailed
from sim.dft.frame import framed
from sim.dft.geometry import Geometry, checked
from sim.dft.hessian import modes
from sim.dft.methods import BINDING_METHOD, Method
from sim.dft.oligomer import hydrogens_added
from sim.dft.processor import on_one_blas_thread
from sim.dft.recipe import key_of
from sim.dft.result import Result
from sim.dft.scf import solve

RECIPE = "lithium-binding/1"
DONORS = ("N", "O", "F", "P", "S", "Cl")
START_A = 1.9
"""Where Li⁺ begins: its usual distance from an ether oxygen."""
ROUGH_eV_A = 0.1
"""Force at which complexes are compared; the best one is then relaxed further."""
CONFORMERS, FARTHEST_A = 4, 2.8
"""Conformers that are tried, and how near the nearest donor must be at the end."""


class LithiumBinding(Result):
    """Binding of one Li⁺ by one molecule in the gas phase, at 0 K; negative where it binds."""

    energy_eV: float
    """Electronic, counterpoise-corrected."""
    uncorrected_eV: float
    deformation_eV: float
    """What the molecule pays for the shape that it has in the complex."""
    zero_point_eV: float | None
    """Zero-point energy of the complex less that of the molecule, by GFN2-xTB; None where it was not asked for."""
    donors: int
    """Donor atoms within 2.8 Å of Li⁺."""
    symbols: tuple[str, ...]
    positions_A: tuple[tuple[float, float, float], ...]
    """Of the complex, lithium last."""

    @property
    def affinity_eV(self) -> float:
        """Li⁺ affinity at 0 K, positive: minus the binding with its zero-point energy."""
        return -(self.energy_eV + (self.zero_point_eV or 0.0))


@on_one_blas_thread
def lithium_binding(geometry: Geometry, method: Method = BINDING_METHOD, zero_point: bool = False) -> LithiumBinding:
    """Li⁺ affinity of a closed-shell molecule.

    Args:
        geometry: A minimum of the free molecule, as `relaxed_model` gives it.
        method: The level of theory.
        zero_point: Whether zero-point energies are worked out by GFN2-xTB.

    Raises:
        BadInput: no atom with a lone pair; as `sim.dft.frame.framed`.
        CalculationFailed: no complex was found, or a state did not settle.
    """
    began = time.monotonic()
    whole = lithium_complex(geometry)
    count = len(geometry.symbols)
    part = geometry.moved_to(whole.array_A[:count])
    lithium = checked(
        smiles="[Li+]", origin=whole.origin, symbols=("Li",), positions_A=(whole.positions_A[-1],), charge=1
    )
    bound = _energy_eV(whole, method)
    molecule, deformed, ion = (_energy_eV(one, method) for one in (geometry, part, lithium))
    molecule_there = _energy_eV(whole.model_copy(update={"charge": 0}), method, ghosts=(count,))
    ion_there = _energy_eV(whole, method, ghosts=tuple(range(count)))
    deformation = deformed - molecule
    distances = whole.distances_A[-1, :count]
    return LithiumBinding(
        key=key_of(RECIPE, geometry, method),
        seconds=time.monotonic() - began,
        energy_eV=bound - molecule_there - ion_there + deformation,
        uncorrected_eV=bound - molecule - ion,
        deformation_eV=deformation,
        zero_point_eV=modes(whole).zero_point_eV - modes(geometry).zero_point_eV if zero_point else None,
        donors=sum(d < FARTHEST_A and s in DONORS for d, s in zip(distances, geometry.symbols, strict=True)),
        symbols=whole.symbols,
        positions_A=whole.positions_A,
    )


def lithium_complex(ligand: Geometry) -> Geometry:
    """The lowest complex of a molecule or an anion with Li⁺ by GFN2-xTB, lithium last.

    Raises:
        BadInput: no atom with a lone pair.
        CalculationFailed: none held together.
    """
    bonds, minima = found_bonds(ligand), []
    if not set(ligand.symbols) & set(DONORS):
        raise BadInput(f"{ligand.smiles} has no lone pair for Li⁺", remedy=f"Give a molecule with {', '.join(DONORS)}")
    for start in _starts(ligand):
        try:
            found, energy = xtb.relaxed(start, ROUGH_eV_A)
        except CalculationFailed:
            continue  # one of many starts; that none is left is told below
        if not changed_bonds(bonds, found):
            minima.append((energy, found))
    if not minima:
        raise BondsChanged(f"no complex of {ligand.smiles} with Li⁺ held together")
    return xtb.relaxed(min(minima, key=lambda minimum: minimum[0])[1])[0]


def _starts(ligand: Geometry) -> list[Geometry]:
    """Li⁺ beside each donor of each conformer, away from whatever the donor is bonded to."""
    made, conformers = [], [ligand]
    # A geometry that came from elsewhere may count its atoms in another order, and is tried alone then.
    if found_bonds(ligand) == drawn_bonds(hydrogens_added(ligand.smiles)):
        conformers += [one for one in guessed(ligand.smiles)[:CONFORMERS] if one.symbols == ligand.symbols]
    for conformer in conformers:
        places, distance = conformer.array_A, conformer.distances_A
        for donor, symbol in enumerate(conformer.symbols):
            if symbol not in DONORS:
                continue
            near = [i for i in np.argsort(distance[donor])[1:] if distance[donor, i] < 2.0]
            away = (places[donor] - places[near]).mean(axis=0) if near else np.array([0.0, 0.0, 1.0])
            # Opposite neighbours leave no direction: then any that leads off their line.
            if np.linalg.norm(away) < 0.1:
                away = np.cross(places[near[0]] - places[donor], [0.3, 0.5, 0.8])
            lithium = places[donor] + START_A * away / np.linalg.norm(away)
            if np.linalg.norm(places - lithium, axis=1).min() > 1.2:
                made.append(_with_lithium(conformer, lithium))
    return made


def _with_lithium(ligand: Geometry, place_A: np.ndarray) -> Geometry:
    x, y, z = (float(value) for value in place_A)
    return checked(
        smiles=f"{ligand.smiles}.[Li+]",
        origin=ligand.origin,
        symbols=(*ligand.symbols, "Li"),
        positions_A=(*ligand.positions_A, (x, y, z)),
        charge=ligand.charge + 1,
    )


def _energy_eV(geometry: Geometry, method: Method, ghosts: tuple[int, ...] = ()) -> float:
    return solve(framed(geometry, method, ghosts), geometry.charge, 1).energy_eV

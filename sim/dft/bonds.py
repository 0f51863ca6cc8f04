"""Which atoms of a geometry are bonded, and whether they still are those that were bonded before."""

from typing import TYPE_CHECKING

import numpy as np

from sim.dft.geometry import Geometry

if TYPE_CHECKING:
    from rdkit import Chem

BROKEN, BONDED, FORMED = 1.4, 1.25, 1.15
"""Length over the sum of covalent radii (Cordero et al., Dalton Trans. 2008, 2832). A bond that was there is broken
beyond the first, and two atoms that had none have formed one within the last; between them nothing has changed. Where
nobody drew the bonds, atoms within the middle one have one."""

Bonds = frozenset[tuple[int, int]]
"""Pairs of atoms by index, the lesser first."""


def drawn_bonds(structure: "Chem.Mol") -> Bonds:
    """The bonds of a structure whose hydrogens are atoms."""
    ends = ((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in structure.GetBonds())
    return frozenset((min(pair), max(pair)) for pair in ends)


def found_bonds(geometry: Geometry) -> Bonds:
    """The bonds of a geometry, told by distance."""
    ratio = _lengths(geometry)
    near = np.argwhere(np.triu(ratio < BONDED, k=1))
    return frozenset((int(i), int(j)) for i, j in near)


def changed_bonds(bonds: Bonds, geometry: Geometry) -> tuple[str, ...]:
    """Bonds that a geometry has lost or gained, in words; empty where it has those that it should have.

    Hydrogen bonds and coordination of Li⁺ are no bonds here.

    Args:
        bonds: What it should have, in the order of its atoms.
        geometry: n atoms; those beyond the ones with bonds are looked at, too.
    """
    ratio, distance, changes = _lengths(geometry), geometry.distances_A, []
    for i, j in zip(*np.triu_indices(len(geometry.symbols), k=1), strict=True):
        one, other = geometry.symbols[i], geometry.symbols[j]
        name = f"{one}{i + 1}-{other}{j + 1} at {distance[i, j]:.2f} Å"
        if (i, j) in bonds and ratio[i, j] > BROKEN:
            changes.append(f"{name} broken")
        elif (i, j) not in bonds and ratio[i, j] < FORMED and "Li" not in (one, other):
            changes.append(f"{name} formed")
    return tuple(changes)


def _lengths(geometry: Geometry) -> np.ndarray:
    """Distances over sums of covalent radii, n x n."""
    from rdkit.Chem import GetPeriodicTable

    table = GetPeriodicTable()
    radius = np.array([table.GetRcovalent(symbol) for symbol in geometry.symbols])
    return geometry.distances_A / (radius[:, None] + radius[None])

"""Which atoms of a geometry are bonded, and whether they still are those of the structure that was asked for."""

from typing import TYPE_CHECKING

from sim.dft.geometry import Geometry

if TYPE_CHECKING:
    from rdkit import Chem

BROKEN, FORMED = 1.4, 1.15
"""Length over the sum of covalent radii (Cordero et al., Dalton Trans. 2008, 2832): a drawn bond beyond the first is
broken, and two atoms nearer than the second have formed one. Between them what was drawn stands."""


def changed_bonds(structure: "Chem.Mol", geometry: Geometry) -> tuple[str, ...]:
    """Bonds that a geometry has lost or gained, in words; empty where it is the structure that was drawn.

    Hydrogen bonds and coordination of Li⁺ are no bonds here. Atoms of both stand in the same order.
    """
    from rdkit.Chem import GetPeriodicTable

    table, distance = GetPeriodicTable(), geometry.distances_A
    radius = [table.GetRcovalent(symbol) for symbol in geometry.symbols]
    drawn = {tuple(sorted((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))) for bond in structure.GetBonds()}
    changes = []
    for j in range(structure.GetNumAtoms()):
        for i in range(j):
            ratio = distance[i, j] / (radius[i] + radius[j])
            name = f"{geometry.symbols[i]}{i + 1}-{geometry.symbols[j]}{j + 1} at {distance[i, j]:.2f} Å"
            if (i, j) in drawn and ratio > BROKEN:
                changes.append(f"{name} broken")
            elif (i, j) not in drawn and ratio < FORMED and "Li" not in (geometry.symbols[i], geometry.symbols[j]):
                changes.append(f"{name} formed")
    return tuple(changes)

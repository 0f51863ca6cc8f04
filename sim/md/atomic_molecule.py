"""Molecules of atoms: what each atom is in the force field, what is bonded to what, and shapes to begin with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chemistry.errors import BadInput
from sim.md.force_field import AtomType, Classes, ForceField, one_way

if TYPE_CHECKING:
    from rdkit import Chem

LITHIUM, TFSI = "[Li+]", "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F"


@dataclass(frozen=True, eq=False)
class AtomicMolecule:
    """One molecule, hydrogens included.

    Attributes:
        smiles: as it was asked for.
        types: `n` kinds of atom.
        bonds: `b x 2` atoms, each pair once.
        angles: `a x 3` atoms, the vertex in the middle: every one there is.
        torsions: `t x 4` atoms: every chain of three bonds.
        chain: `k` heavy atoms from end to end of a linear molecule; empty where it branches.
    """

    smiles: str
    types: tuple[AtomType, ...]
    bonds: np.ndarray
    angles: np.ndarray
    torsions: np.ndarray
    chain: np.ndarray

    @property
    def n(self) -> int:
        """Number of atoms."""
        return len(self.types)

    @property
    def mass(self) -> float:
        """Molar mass, g/mol."""
        return sum(one.mass for one in self.types)

    def classes(self, terms: np.ndarray) -> list[Classes]:
        """Classes of each term, `k` for `k x 2`, `k x 3` or `k x 4` atoms."""
        return [one_way(tuple(self.types[atom].bonded for atom in term)) for term in terms.tolist()]


def oligomer_smiles(units: int) -> str:
    """CH3-(OCH2CH2)n-OCH3: PEO between two methyl groups, so that no end bears a hydrogen bond.

    Raises:
        BadInput: no unit.

    >>> oligomer_smiles(2)
    'COCCOCCOC'
    """
    if units < 1:
        raise BadInput(f"an oligomer of {units} units", remedy="Give at least one")
    return "C" + "OCC" * units + "OC"


def atomic_molecule(smiles: str, field: ForceField) -> AtomicMolecule:
    """A molecule typed by the force field's patterns.

    Raises:
        BadInput: no structure, an atom that no pattern or more than one knows, a term without parameters, or charges
            that do not sum to those of the structure.
    """
    structure = _structure(smiles)
    types = _types(structure, field, smiles)
    bonds = _atoms(((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in structure.GetBonds()), 2)
    neighbours = [[other.GetIdx() for other in atom.GetNeighbors()] for atom in structure.GetAtoms()]
    molecule = AtomicMolecule(
        smiles, types, bonds, _atoms(_angles(neighbours), 3), _atoms(_torsions(neighbours, bonds), 4), _chain(structure)
    )
    field.refuse_missing(
        term for terms in (molecule.bonds, molecule.angles, molecule.torsions) for term in molecule.classes(terms)
    )
    charge, formal = sum(one.charge for one in types), sum(a.GetFormalCharge() for a in structure.GetAtoms())
    if abs(charge - formal) > 1e-6:
        raise BadInput(
            f"charges of {smiles} sum to {charge:+g} e, and it bears {formal:+d}",
            remedy="Its groups are not neutral in this force field: give it charges of its own, with their source",
        )
    return molecule


def conformers(smiles: str, count: int, seed: int) -> np.ndarray:
    """`count x n x 3` shapes in Å by distance geometry, about their middle, hydrogens included.

    ETKDG: Riniker and Landrum, J. Chem. Inf. Model. 2015, 55, 2562. A single atom is a point.

    Raises:
        BadInput: none can be drawn.
    """
    from rdkit import rdBase
    from rdkit.Chem import rdDistGeom

    quiet = rdBase.BlockLogs()  # for as long as it lives
    structure = _structure(smiles)
    if structure.GetNumAtoms() == 1:
        return np.zeros((count, 1, 3))
    parameters = rdDistGeom.ETKDGv3()
    parameters.randomSeed = seed
    numbers = list(rdDistGeom.EmbedMultipleConfs(structure, count, parameters))
    del quiet
    if not numbers:
        raise BadInput(f"no shape of {smiles} could be drawn", remedy="Give a simpler structure")
    shapes = np.array([structure.GetConformer(number).GetPositions() for number in numbers])
    shapes -= shapes.mean(axis=1, keepdims=True)
    return shapes[np.arange(count) % len(shapes)]


def _structure(smiles: str) -> "Chem.Mol":
    from rdkit import Chem

    read = Chem.MolFromSmiles(smiles)
    if read is None or not read.GetNumAtoms():
        raise BadInput(f"{smiles!r} is no structure", remedy="Give a SMILES, such as COCCOC")
    return Chem.AddHs(read)


def _types(structure: "Chem.Mol", field: ForceField, smiles: str) -> tuple[AtomType, ...]:
    from rdkit import Chem

    found: list[list[AtomType]] = [[] for _ in range(structure.GetNumAtoms())]
    for one in field.types:
        pattern = Chem.MolFromSmarts(one.smarts)
        for atom in {match[0] for match in structure.GetSubstructMatches(pattern, uniquify=False)}:
            found[atom].append(one)
    problems = tuple(
        f"{structure.GetAtomWithIdx(atom).GetSymbol()} {atom + 1} is {' and '.join(t.name for t in types) or 'no type'}"
        for atom, types in enumerate(found)
        if len(types) != 1
    )
    if problems:
        raise BadInput(
            f"the force field does not know what {len(problems)} of the atoms of {smiles} are:",
            problems=problems[:4],
            remedy="It has methyl-ended PEO, TFSI and lithium",
        )
    return tuple(types[0] for types in found)


def _angles(neighbours: list[list[int]]) -> Iterator[tuple[int, ...]]:
    for vertex, ends in enumerate(neighbours):
        for place, one in enumerate(ends):
            yield from ((one, vertex, other) for other in ends[place + 1 :])


def _torsions(neighbours: list[list[int]], bonds: np.ndarray) -> Iterator[tuple[int, ...]]:
    for second, third in bonds.tolist():
        for first in neighbours[second]:
            if first != third:
                yield from ((first, second, third, last) for last in neighbours[third] if last not in (first, second))


def _chain(structure: "Chem.Mol") -> np.ndarray:
    """Heavy atoms from end to end, empty where they branch or there is but one."""
    heavy = {
        atom.GetIdx(): [other.GetIdx() for other in atom.GetNeighbors() if other.GetAtomicNum() > 1]
        for atom in structure.GetAtoms()
        if atom.GetAtomicNum() > 1
    }
    ends = [atom for atom, others in heavy.items() if len(others) == 1]
    if len(ends) != 2 or any(len(others) > 2 for others in heavy.values()):
        return np.empty(0, int)
    walk = [ends[0]]
    while walk[-1] != ends[1]:
        walk.append(next(other for other in heavy[walk[-1]] if other not in walk[-2:]))
    return np.array(walk)


def _atoms(terms: Iterable[tuple[int, ...]], width: int) -> np.ndarray:
    return np.array(list(terms), int).reshape(-1, width)

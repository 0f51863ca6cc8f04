"""A repeat unit as a periodic graph: its chain closed on itself, so that no atom lies at an end.

A stretch of canonical units, long enough that message passing never sees around it, is bent to a ring: the neighbours
of its two open ends are bonded to one another, and the ends taken away. Each atom then sees what it sees inside an
endless chain, and a mean over the atoms is that of one unit wherever the chain was cut and however many units were
drawn. What a ring would change about the atoms (membership of a ring, aromaticity) is read from the open stretch.
Stereochemistry is left aside: its marks hang on the order of atoms. Atom and bond features are chemprop's (Yang et al.,
J. Chem. Inf. Model. 2019, 59, 3370); a salt is an ordinary graph of its ions.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from chemistry.canonical import read_structure, stretch

if TYPE_CHECKING:
    from chemprop.data.molgraph import MolGraph
    from chemprop.featurizers import MultiHotAtomFeaturizer, MultiHotBondFeaturizer
    from rdkit import Chem

LEAST_CHAIN_ATOMS = 9
"""Of the ring: more than twice the depth of message passing."""


@lru_cache(maxsize=65536)
def graph_of(smiles: str, more_units: int = 0) -> "MolGraph":
    """The graph of a salt, or of a repeat unit (`*` in it), as chemprop takes it.

    `more_units` draws a longer ring than need be; what is learnt from it is the same.
    """
    if "*" not in smiles:
        structure = read_structure(smiles)
        return _graph(structure, [bond.IsInRing() for bond in structure.GetBonds()])
    open_chain = stretch(smiles, _units(smiles) + more_units)
    return _graph(*_closed(open_chain))


def feature_sizes() -> tuple[int, int]:
    """Numbers of atom and bond features."""
    return len(_atom_features()), len(_bond_features())


def _units(smiles: str) -> int:
    from rdkit import Chem

    structure = stretch(smiles, 1)
    ends = [atom.GetIdx() for atom in structure.GetAtoms() if not atom.GetAtomicNum()]
    chain = len(Chem.GetShortestPath(structure, *ends)) - 2
    return -(-LEAST_CHAIN_ATOMS // chain)


def _closed(open_chain: "Chem.Mol") -> "tuple[Chem.Mol, list[bool]]":
    """The ring, and for each of its bonds whether it was in a ring of the open chain."""
    from rdkit import Chem

    ring = Chem.RWMol(open_chain)
    Chem.RemoveStereochemistry(ring)
    ends = [atom.GetIdx() for atom in ring.GetAtoms() if not atom.GetAtomicNum()]
    in_ring = {
        frozenset((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())) for bond in open_chain.GetBonds() if bond.IsInRing()
    }
    head, tail = (ring.GetAtomWithIdx(end).GetNeighbors()[0].GetIdx() for end in ends)
    ring.AddBond(head, tail, Chem.BondType.SINGLE)
    for atom in ring.GetAtoms():
        atom.SetAtomMapNum(atom.GetIdx() + 1)
    for end in sorted(ends, reverse=True):
        ring.RemoveAtom(end)
    # Aromaticity stays as the open chain has it: a conjugated chain bent to a ring could pass for an annulene.
    kept = Chem.SanitizeFlags.SANITIZE_SETCONJUGATION | Chem.SanitizeFlags.SANITIZE_SETHYBRIDIZATION
    ring.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(ring)
    Chem.SanitizeMol(ring, sanitizeOps=kept)
    numbers = [atom.GetAtomMapNum() - 1 for atom in ring.GetAtoms()]
    ringed = [
        frozenset((numbers[bond.GetBeginAtomIdx()], numbers[bond.GetEndAtomIdx()])) in in_ring
        for bond in ring.GetBonds()
    ]
    return ring, ringed


def _graph(structure: "Chem.Mol", ringed: list[bool]) -> "MolGraph":
    """Features of atoms and of bonds in both directions; the reverse of each bond stands beside it."""
    from chemprop.data.molgraph import MolGraph

    atoms, bonds = _atom_features(), _bond_features()
    ring_column = 1 + len(bonds.bond_types) + 1
    nodes = np.array([atoms(atom) for atom in structure.GetAtoms()], dtype=np.float32)
    edges, ends = [], []
    for bond, in_ring in zip(structure.GetBonds(), ringed, strict=True):
        features = bonds(bond)
        features[ring_column] = int(in_ring)
        one, other = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        edges += [features, features]
        ends += [(one, other), (other, one)]
    reverse = np.arange(len(edges)).reshape(-1, 2)[:, ::-1].ravel()
    return MolGraph(
        V=nodes,
        E=np.array(edges, dtype=np.float32).reshape(len(edges), len(bonds)),
        edge_index=np.array(ends, dtype=int).reshape(-1, 2).T,
        rev_edge_index=reverse,
    )


@lru_cache(maxsize=1)
def _atom_features() -> "MultiHotAtomFeaturizer":
    from chemprop.featurizers import MultiHotAtomFeaturizer

    return MultiHotAtomFeaturizer.v2()


@lru_cache(maxsize=1)
def _bond_features() -> "MultiHotBondFeaturizer":
    from chemprop.featurizers import MultiHotBondFeaturizer

    return MultiHotBondFeaturizer()

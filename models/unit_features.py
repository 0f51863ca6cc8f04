"""What a repeat unit is, as numbers: counts that one more unit adds to an endless chain, and distances along it.

A count on a repeat unit as it is drawn depends on where the chain was cut. Here every count is the *difference* between
a stretch of n + 1 canonical units and one of n: what lies at the ends cancels, and what remains is one unit inside the
chain. Sums over atoms (surface, polarity, refractivity), numbers of groups and circular substructures are all such
counts. Each is computed once per distinct unit and remembered; dividing by mass is left to `models.composition`, which
weighs the units of a copolymer first.

Sources: circular substructures after Rogers and Hahn, J. Chem. Inf. Model. 2010, 50, 742 (radius 2); surface split by
lipophilicity, refractivity and charge after Labute, J. Mol. Graph. Model. 2000, 18, 464, as RDKit computes them.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from chemistry.canonical import canonical_repeat_unit, read_structure, stretch
from chemistry.coordination import GROUPS, coordinating_groups
from chemistry.structures import atoms_of
from chemistry.substructure import matches_of_each

if TYPE_CHECKING:
    import numpy as np
    from rdkit import Chem
    from scipy.sparse import csr_array

FINGERPRINT_BITS = 1024
RADIUS = 2
_KEPT = 65536
"""Units remembered: more than any published table has."""
_REACH = 9
"""Chain atoms that the shorter stretch has at least: more than twice the radius, so that both ends are apart."""

GROUPS_BESIDE = {
    "ester": "[#6][CX3](=O)[OX2][#6]",
    "carbonate": "[OX2][CX3](=O)[OX2]",
    "carbamate": "[OX2][CX3](=O)[NX3]",
    "amide": "[#6][CX3](=O)[NX3]",
    "hydrogen bond donor": "[O,N;!H0;+0]",
    "siloxane": "[Si][OX2][Si]",
    "phosphazene": "[PX4]=[NX2]",
    "boron": "[BX3]",
    "borate": "[B-]",
    "glycol": "[OX2;!$(OC=O)][CH2][CH2][OX2;!$(OC=O)]",
    "acetal": "[OX2][CH2][OX2]",
    "propylene glycol": "[OX2][CX4][CX4][CX4][OX2]",
    "methyl": "[CH3]",
    "methylene": "[CH2]",
    "branch": "[CX4;H1,H0]([#6,Si])([#6,Si])[#6,Si]",
    "double bond": "[CX3]=[CX3]",
    "aromatic atom": "a",
    "fluorinated carbon": "[CX4]F",
    "thioether": "[SX2]([#6])[#6]",
    "sulfonimide anion": "[N-](S(=O)=O)",
    "sulfonate": "S(=O)(=O)[O-]",
    "carboxylate": "C(=O)[O-]",
    "cation": "[+;!$([N+][O-])]",
    "anion": "[-;!$([O-][N+])]",
    "crosslink": "[Ca]",
}
"""SMARTS of what surrounds the coordinating groups; each match counts once by its first atom."""

_ELEMENTS = ("C", "N", "O", "F", "Si", "P", "S", "Cl", "B")
_SUMS = ("mass", "heavy atoms", "polar surface", "lipophilicity", "refractivity", "rotatable bonds", "rings")
_SURFACES = (*(f"lipophilic surface {i}" for i in range(12)), *(f"refractive surface {i}" for i in range(10)))
_CHAIN = ("chain atoms", "chain ring atoms", "chain oxygen", "chain nitrogen", "chain silicon")
COUNTS: tuple[str, ...] = (
    *_SUMS,
    *_ELEMENTS,
    *(f"{name} site" for name in GROUPS),
    *GROUPS_BESIDE,
    *_SURFACES,
    *_CHAIN,
)
"""Names of `unit_counts`, in order. Mass in g/mol, surfaces in Å², all others are numbers per repeat unit."""
SPACINGS: tuple[str, ...] = ("bonds to the next site", "sites within 4 bonds", "sites within 8 bonds", "depth of sites")
"""Names of `unit_spacings`, in order."""


@lru_cache(maxsize=_KEPT)
def unit_counts(smiles: str) -> tuple[float, ...]:
    """What one more unit adds to an endless chain, as in `COUNTS`.

    >>> counts = dict(zip(COUNTS, unit_counts("*CCO*"), strict=True))
    >>> round(counts["mass"], 2), counts["heavy atoms"], counts["ether site"], counts["chain atoms"]
    (44.05, 3.0, 1.0, 3.0)
    """
    unit = canonical_repeat_unit(smiles)
    longer, shorter = _stretches(unit)
    sites = coordinating_groups(unit)
    own = [more - less for more, less in zip(_sums(longer), _sums(shorter), strict=True)]
    chain = [more - less for more, less in zip(_along(longer), _along(shorter), strict=True)]
    places = len(_SUMS) + len(_ELEMENTS)
    return (*own[:places], *(float(sites.get(name, 0)) for name in GROUPS), *own[places:], *chain)


@lru_cache(maxsize=_KEPT)
def unit_spacings(smiles: str) -> tuple[float, ...] | None:
    """How coordinating sites lie to one another along the chain, as in `SPACINGS`; None for a unit without sites.

    Means over the sites of the middle of a stretch: bonds to the nearest other site, number of others within 4 and
    within 8 bonds (those that can wrap around one lithium ion), and bonds from the chain (side chains).
    """
    import numpy as np
    from rdkit import Chem
    from scipy.sparse.csgraph import dijkstra

    unit = canonical_repeat_unit(smiles)
    if not coordinating_groups(unit):
        return None
    structure = stretch(unit, _copies(unit) + 2)
    ends = [atom.GetIdx() for atom in atoms_of(structure) if not atom.GetAtomicNum()]
    chain = Chem.GetShortestPath(structure, *ends)
    sites = sorted({match[0] for own in matches_of_each(structure, _site_patterns()) for match in own})
    # Of all atoms to all others, as RDKit has it, takes seconds for a unit of some hundred atoms.
    distance = dijkstra(_bonds(structure), unweighted=True, indices=sites)
    # Sites nearest the middle of the chain see a neighbour on either side.
    off_centre = np.abs(distance[:, ends[0]] - distance[:, ends[1]])
    middle = off_centre <= np.sort(off_centre)[max(1, len(sites) // 2) - 1]
    between = distance[np.ix_(middle, sites)]
    others = np.where(between > 0, between, np.inf)
    nearest = np.minimum(others.min(axis=1), 20.0)
    depth = distance[np.ix_(middle, list(chain))].min(axis=1)
    return (
        float(nearest.mean()),
        float((others <= 4).sum(axis=1).mean()),
        float((others <= 8).sum(axis=1).mean()),
        float(depth.mean()),
    )


@lru_cache(maxsize=_KEPT)
def unit_fingerprint(smiles: str) -> "np.ndarray":
    """Counts of circular substructures per repeat unit inside its chain, folded to `FINGERPRINT_BITS` (float32)."""
    import numpy as np

    longer, shorter = _stretches(canonical_repeat_unit(smiles))
    counts = [_circular(structure).astype(np.float32) for structure in (longer, shorter)]
    return counts[0] - counts[1]


@lru_cache(maxsize=_KEPT)
def molecule_fingerprint(smiles: str) -> "np.ndarray":
    """Counts of circular substructures of a molecule or a salt, folded to `FINGERPRINT_BITS` (float32)."""
    import numpy as np

    return _circular(read_structure(smiles)).astype(np.float32)


@lru_cache(maxsize=_KEPT)
def molecule_counts(smiles: str) -> tuple[float, ...]:
    """The sums of `COUNTS` (all but those along a chain) of a whole molecule or salt."""
    structure = read_structure(smiles)
    own, sites = _sums(structure), coordinating_groups(smiles)
    places = len(_SUMS) + len(_ELEMENTS)
    return (*own[:places], *(float(sites.get(name, 0)) for name in GROUPS), *own[places:], *(0.0 for _ in _CHAIN))


def _copies(unit: str) -> int:
    from rdkit import Chem

    structure = read_structure(unit)
    ends = [atom.GetIdx() for atom in atoms_of(structure) if not atom.GetAtomicNum()]
    chain = len(Chem.GetShortestPath(structure, *ends)) - 2
    return max(2, -(-_REACH // chain))


def _stretches(unit: str) -> "tuple[Chem.Mol, Chem.Mol]":
    copies = _copies(unit)
    return stretch(unit, copies + 1), stretch(unit, copies)


def _circular(structure: "Chem.Mol") -> "np.ndarray":
    from rdkit.Chem import rdFingerprintGenerator

    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=FINGERPRINT_BITS)
    return generator.GetCountFingerprintAsNumPy(structure)


def _sums(structure: "Chem.Mol") -> list[float]:
    """Sums over the atoms and groups of a structure: `_SUMS`, `_ELEMENTS`, `GROUPS_BESIDE`, `_SURFACES`."""
    from rdkit.Chem import rdMolDescriptors

    atoms = atoms_of(structure)
    symbols = [atom.GetSymbol() for atom in atoms]
    lipophilicity, refractivity = rdMolDescriptors.CalcCrippenDescriptors(structure)
    heavy = sum(atom.GetAtomicNum() > 1 for atom in atoms)
    hydrogens = sum(atom.GetTotalNumHs() for atom in atoms)
    mass = sum(atom.GetMass() for atom in atoms if atom.GetAtomicNum() != 20) + 1.008 * hydrogens
    return [
        mass,
        float(heavy),
        rdMolDescriptors.CalcTPSA(structure),
        lipophilicity,
        refractivity,
        float(rdMolDescriptors.CalcNumRotatableBonds(structure, rdMolDescriptors.NumRotatableBondsOptions.NonStrict)),
        float(rdMolDescriptors.CalcNumRings(structure)),
        *(float(symbols.count(element)) for element in _ELEMENTS),
        *(float(len({match[0] for match in own})) for own in matches_of_each(structure, _beside_patterns())),
        *rdMolDescriptors.SlogP_VSA_(structure),
        *rdMolDescriptors.SMR_VSA_(structure),
    ]


def _bonds(structure: "Chem.Mol") -> "csr_array":
    """Which atoms are bonded."""
    import numpy as np
    from scipy.sparse import csr_array

    pairs = np.array([(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in structure.GetBonds()])
    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(structure.GetNumAtoms(),) * 2)


def _along(structure: "Chem.Mol") -> list[float]:
    """What lies on the shortest path between the open ends, as in `_CHAIN`."""
    from rdkit import Chem

    ends = [atom.GetIdx() for atom in atoms_of(structure) if not atom.GetAtomicNum()]
    chain = [structure.GetAtomWithIdx(i) for i in Chem.GetShortestPath(structure, *ends)[1:-1]]
    symbols = [atom.GetSymbol() for atom in chain]
    counted = (len(chain), sum(atom.IsInRing() for atom in chain), *(symbols.count(e) for e in ("O", "N", "Si")))
    return [float(count) for count in counted]


@lru_cache(maxsize=_KEPT)
def _patterns(texts: tuple[str, ...]) -> "tuple[Chem.Mol, ...]":
    from rdkit import Chem

    return tuple(Chem.MolFromSmarts(text) for text in texts)


def _beside_patterns() -> "tuple[Chem.Mol, ...]":
    return _patterns(tuple(GROUPS_BESIDE.values()))


def _site_patterns() -> "tuple[Chem.Mol, ...]":
    return _patterns(tuple(GROUPS.values()))

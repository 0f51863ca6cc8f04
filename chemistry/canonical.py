"""One spelling for one substance: canonical periodic polymer SMILES, salts, molecules.

A polymer SMILES shows one period of an endless chain, and where the chain was cut is of no meaning. So the unit is
read as a *word*: its backbone is divided at every single bond that lies on the chain and in no ring, each piece
(*segment*) is written as canonical SMILES with its entry and its exit marked, and the cyclic word of segments is
reduced to its shortest period, its least rotation and its lesser direction. Rings in the backbone, double bonds and
stereochemistry stay inside segments and are never cut. The text is then a function of that word alone.

Polyethylene is therefore `*C*` however many carbons were drawn, and `*C=C*` (polyacetylene) is another polymer.
"""

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from chemistry.ions import charge_on_nitrogen, ionic, neutral
from chemistry.structures import (
    UnreadableSmiles,
    crosslinks,
    labelled_end,
    labelled_unit,
    open_ends,
    structure_of,
    structure_or_unit,
    text_of,
)

if TYPE_CHECKING:
    from rdkit import Chem


@lru_cache(maxsize=65536)
def canonical_repeat_unit(smiles: str) -> str:
    """The canonical periodic SMILES of a polymer's repeat unit, ends written `*`.

    Equal for every way of writing one endless chain: any cut, either direction, any number of periods, any of the
    three notations of the ends. Crosslinks (`[Ca]`) are kept as written, see `crosslink_points`.

    Raises:
        UnreadableSmiles: not a structure, not exactly two ends of one notation, an end on a double bond or in a
            ring, radicals, or more than one molecule.

    >>> canonical_repeat_unit("[Cu]COC[Au]"), canonical_repeat_unit("*CC*")
    ('*CCO*', '*C*')
    """
    return spelled(chain_segments(smiles))


@lru_cache(maxsize=65536)
def periods(smiles: str) -> int:
    """How many shortest periods the SMILES shows: 1 for `*CCO*`, 2 for `*CCOCCO*` and for `*CC*`."""
    return len(_word(smiles)) // len(chain_segments(smiles))


@lru_cache(maxsize=65536)
def canonical_molecule(smiles: str) -> str:
    """The canonical SMILES of a neutral molecule, or of several ions that are neutral together.

    Raises:
        UnreadableSmiles: not a structure, empty, charged, or with open ends.
    """
    return text_of(neutral(smiles, structure_of(smiles)))


@lru_cache(maxsize=65536)
def canonical_salt(smiles: str) -> str:
    """The canonical SMILES of a lithium salt: lithium as separate `[Li+]`, sulfonimide charge on nitrogen.

    Raises:
        UnreadableSmiles: no lithium, another cation beside it, or not neutral.
    """
    from rdkit import Chem

    molecule = neutral(smiles, charge_on_nitrogen(ionic(structure_of(smiles))))
    ions = Chem.GetMolFrags(molecule, asMols=True)
    cations = [text_of(ion) for ion in ions if Chem.GetFormalCharge(ion) > 0]
    if not cations or set(cations) != {"[Li+]"}:
        found = ", ".join(sorted(set(cations) - {"[Li+]"})) or "none"
        raise UnreadableSmiles(
            f"{smiles!r} is not a lithium salt; cations other than lithium found: {found}",
            remedy="Write the anion and one [Li+] for each of its charges, such as F[B-](F)(F)F.[Li+]",
        )
    if any(Chem.GetFormalCharge(ion) == 0 for ion in ions):
        raise UnreadableSmiles(
            f"{smiles!r} holds a neutral molecule beside its ions",
            remedy="Give a solvate's or a mixture's molecules as additives of their own",
        )
    return text_of(molecule)


@lru_cache(maxsize=65536)
def molar_mass_g_mol(smiles: str) -> float:
    """Molar mass in g/mol of a molecule, a salt (as written) or a repeat unit; open ends and crosslinks weigh nothing.

    Standard atomic weights as RDKit carries them. A counter-ion that is not written is not weighed.
    """
    from rdkit.Chem import GetPeriodicTable

    molecule = structure_of(smiles, unit=True)
    table, massless = GetPeriodicTable(), set(open_ends(molecule)) | set(crosslinks(molecule))
    total = 0.0
    for atom in molecule.GetAtoms():
        if atom.GetIdx() not in massless:
            own = atom.GetMass() if atom.GetIsotope() else table.GetAtomicWeight(atom.GetAtomicNum())
            total += own + atom.GetTotalNumHs() * table.GetAtomicWeight(1)
    return total


@lru_cache(maxsize=65536)
def crosslink_points(smiles: str) -> int:
    """How many bonds to other chains (`[Ca]`) a repeat unit shows."""
    return len(crosslinks(structure_of(smiles, unit=True)))


@lru_cache(maxsize=65536)
def lithium_count(smiles: str) -> int:
    """Number of lithium ions that one formula unit of a salt releases."""
    return sum(atom.GetSymbol() == "Li" for atom in structure_of(smiles).GetAtoms())


def coordinating_sites(smiles: str) -> int:
    """Number of groups that can coordinate Li⁺; the rule and its sources are in `chemistry.coordination`."""
    from chemistry.coordination import coordinating_sites as counted

    return counted(smiles)


@lru_cache(maxsize=65536)
def read_structure(smiles: str) -> "Chem.Mol":
    """An RDKit molecule of a molecule, salt or repeat unit whose ends are dummy atoms. Read it; do not edit it."""
    return structure_or_unit(smiles)


@lru_cache(maxsize=1024)  # large, and what is counted on one is remembered where it is counted
def stretch(smiles: str, times: int) -> "Chem.Mol":
    """The structure of `times` shortest periods of a repeat unit, ends `[1*]` and `[2*]`. Read it; do not edit it."""
    from rdkit import Chem

    chain = _chain(chain_segments(smiles) * times)
    Chem.SanitizeMol(chain)
    return chain


@lru_cache(maxsize=65536)
def chain_segments(smiles: str) -> tuple[str, ...]:
    """The segments of one shortest period from head to tail: `[1*]` where the chain enters, `[2*]` where it leaves."""
    return _shortest_period(_word(smiles))


def _word(smiles: str) -> tuple[str, ...]:
    """The segments from head to tail, each with `[1*]` where the chain enters and `[2*]` where it leaves."""
    from rdkit import Chem

    molecule = labelled_unit(smiles)
    head, tail = labelled_end(molecule, 1), labelled_end(molecule, 2)
    chain = list(Chem.GetShortestPath(molecule, head, tail))
    cuts, labels = [], []
    for near, far in pairwise(chain[1:-1]):
        bond = molecule.GetBondBetweenAtoms(near, far)
        if bond.GetBondType() == Chem.BondType.SINGLE and not bond.IsInRing():
            cuts.append(bond.GetIdx())
            # The first label goes to the dummy that stands for the bond's begin atom.
            labels.append((1, 2) if bond.GetBeginAtomIdx() == near else (2, 1))
    if not cuts:
        return (_settled(text_of(molecule)),)
    pieces = Chem.FragmentOnBonds(molecule, cuts, dummyLabels=labels)
    members: list[tuple[int, ...]] = []
    segments = Chem.GetMolFrags(pieces, asMols=True, sanitizeFrags=False, fragsMolAtomMapping=members)
    position = {atom: place for place, atom in enumerate(chain)}
    order = sorted(range(len(segments)), key=lambda i: min(position[a] for a in members[i] if a in position))
    return tuple(_settled(text_of(segments[i])) for i in order)


def _shortest_period(word: tuple[str, ...]) -> tuple[str, ...]:
    """The least of all rotations, in both directions, of the shortest word whose repetition is the word."""
    n = len(word)
    length = next(k for k in range(1, n + 1) if n % k == 0 and word == word[:k] * (n // k))
    forward = word[:length]
    backward = tuple(turned(segment) for segment in reversed(forward))
    ways = (way[i:] + way[:i] for way in (forward, backward) for i in range(length))
    return min(ways, key=lambda way: [(len(segment), segment) for segment in way])


@lru_cache(maxsize=65536)
def _settled(segment: str) -> str:
    """The segment read and written once more: cut out of a chain, it keeps marks on bonds that are no longer there."""
    return text_of(structure_of(segment, unit=True))


@lru_cache(maxsize=65536)
def turned(segment: str) -> str:
    """The segment passed through from its exit to its entry."""
    molecule = structure_of(segment.replace("[1*]", "[3*]").replace("[2*]", "[1*]").replace("[3*]", "[2*]"), unit=True)
    return text_of(molecule)


def spelled(word: tuple[str, ...]) -> str:
    """The SMILES of a word of segments as `chain_segments` gives them, written from its head."""
    from rdkit import Chem

    chain = _chain(word)
    return Chem.MolToSmiles(chain, rootedAtAtom=labelled_end(chain, 1)).replace("[1*]", "*").replace("[2*]", "*")


def _chain(word: tuple[str, ...]) -> "Chem.Mol":
    """The segments of a word bonded to one another, from `[1*]` to `[2*]`."""
    from chemistry.joining import joined

    last = len(word) - 1
    pieces = ".".join(
        segment.replace("[1*]", f"[*:{i}]" if i else "[1*]").replace("[2*]", f"[*:{i + 1}]" if i < last else "[2*]")
        for i, segment in enumerate(word)
    )
    return joined(pieces, last)

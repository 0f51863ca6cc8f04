"""One spelling for one substance: canonical periodic polymer SMILES, salts, molecules.

A polymer SMILES shows one period of an endless chain, and where the chain was cut is of no meaning. So the unit is
read as a *word*: its backbone is divided at every single bond that lies on the chain and in no ring, each piece
(*segment*) is written as canonical SMILES with its entry and its exit marked, and the cyclic word of segments is
reduced to its shortest period, its least rotation and its lesser direction. Rings in the backbone, double bonds and
stereochemistry stay inside segments and are never cut. The text is then a function of that word alone.

Polyethylene is therefore `*C*` however many carbons were drawn, and `*C=C*` (polyacetylene) is another polymer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from chemistry.errors import BadInput

if TYPE_CHECKING:
    from rdkit import Chem

_ENDS = {(0, 0), (29, 79), (12, 12)}
"""Pairs of elements that mark the two open ends: `*` twice, `[Cu]` with `[Au]`, `[Mg]` twice."""
_CROSSLINK = 20
"""`[Ca]` marks a bond to another chain, as in the public conductivity table (Bradford et al. 2023)."""
_EXAMPLE = "Write one repeat unit with two open ends, such as *CCO* or [Cu]CCO[Au]"


class UnreadableSmiles(BadInput, ValueError):
    """A SMILES that is not a structure, or not the kind of structure that is asked for."""


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
    return _spelled(_shortest_period(_word(smiles)))


@lru_cache(maxsize=65536)
def periods(smiles: str) -> int:
    """How many shortest periods the SMILES shows: 1 for `*CCO*`, 2 for `*CCOCCO*` and for `*CC*`."""
    word = _word(smiles)
    return len(word) // len(_shortest_period(word))


@lru_cache(maxsize=65536)
def canonical_molecule(smiles: str) -> str:
    """The canonical SMILES of a neutral molecule, or of several ions that are neutral together.

    Raises:
        UnreadableSmiles: not a structure, empty, charged, or with open ends.
    """
    return _text(_neutral(smiles, _molecule(smiles)))


@lru_cache(maxsize=65536)
def canonical_salt(smiles: str) -> str:
    """The canonical SMILES of a lithium salt: lithium as separate `[Li+]`, sulfonimide charge on nitrogen.

    Raises:
        UnreadableSmiles: no lithium, another cation beside it, or not neutral.
    """
    from rdkit import Chem

    molecule = _neutral(smiles, _charge_on_nitrogen(_ionic(_molecule(smiles))))
    ions = Chem.GetMolFrags(molecule, asMols=True)
    cations = [_text(ion) for ion in ions if Chem.GetFormalCharge(ion) > 0]
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
    return _text(molecule)


@lru_cache(maxsize=65536)
def molar_mass_g_mol(smiles: str) -> float:
    """Molar mass in g/mol of a molecule, a salt (as written) or a repeat unit; open ends and crosslinks weigh nothing.

    Standard atomic weights as RDKit carries them. A counter-ion that is not written is not weighed.
    """
    from rdkit.Chem import GetPeriodicTable

    molecule = _molecule(smiles, open_ends=True)
    table, massless = GetPeriodicTable(), set(_ends(molecule)) | set(_crosslinks(molecule))
    total = 0.0
    for atom in molecule.GetAtoms():
        if atom.GetIdx() not in massless:
            own = atom.GetMass() if atom.GetIsotope() else table.GetAtomicWeight(atom.GetAtomicNum())
            total += own + atom.GetTotalNumHs() * table.GetAtomicWeight(1)
    return total


@lru_cache(maxsize=65536)
def crosslink_points(smiles: str) -> int:
    """How many bonds to other chains (`[Ca]`) a repeat unit shows."""
    return len(_crosslinks(_molecule(smiles, open_ends=True)))


@lru_cache(maxsize=65536)
def lithium_count(smiles: str) -> int:
    """Number of lithium ions that one formula unit of a salt releases."""
    return sum(atom.GetSymbol() == "Li" for atom in _molecule(smiles).GetAtoms())


def coordinating_sites(smiles: str) -> int:
    """Number of groups that can coordinate Li⁺; the rule and its sources are in `chemistry.coordination`."""
    from chemistry.coordination import coordinating_sites as counted

    return counted(smiles)


def repeated(smiles: str, times: int) -> str:
    """A stretch of the chain: the SMILES of `times` shortest periods of a repeat unit, with open ends."""
    return _spelled(_shortest_period(_word(smiles)) * times)


@lru_cache(maxsize=65536)
def read_structure(smiles: str) -> "Chem.Mol":
    """An RDKit molecule of a molecule, salt or repeat unit whose ends are dummy atoms. Read it; do not edit it."""
    molecule = _molecule(smiles, open_ends=True)
    return molecule if not _ends(molecule) else _labelled_unit(smiles)


def in_canonical_order(data: object) -> object:
    """The fields of a polymer with its units sorted by canonical SMILES, each with its fraction.

    Units may be values, mappings or plain SMILES. A single unit gets the fraction 1, several units without an
    architecture are a random copolymer, and a unit with crosslink marks makes a crosslinked polymer.

    Raises:
        UnreadableSmiles: a unit cannot be read; one of several shows more than one period, so that the meaning of its
            mole fraction is in doubt; or the same unit is given twice.
    """
    if not isinstance(data, dict):
        return data
    content = {str(key): value for key, value in data.items()}
    given = content.get("units")
    if not isinstance(given, list | tuple) or not given:
        return content
    written = [_smiles_of(unit) for unit in given]
    if any(smiles is None for smiles in written):
        return content
    smiles = [canonical_repeat_unit(text) for text in written if text is not None]
    fractions = content.get("fractions") or ()
    if len(smiles) == 1:
        fractions = fractions or (1.0,)
    else:
        _unambiguous([text for text in written if text is not None], smiles)
    if crosslinked := any(crosslink_points(text) for text in smiles):
        content.setdefault("architecture", "crosslinked")
    elif len(smiles) > 1:
        content.setdefault("architecture", "random")
    if crosslinked and content["architecture"] not in {"crosslinked", "graft"}:
        raise UnreadableSmiles(
            f"a unit with crosslink marks ([Ca]) cannot be part of a {content['architecture']} polymer",
            remedy="Give the architecture crosslinked, or leave it out",
        )
    order = sorted(range(len(smiles)), key=smiles.__getitem__)
    content["units"] = tuple({"smiles": smiles[i]} for i in order)
    if isinstance(fractions, list | tuple) and len(fractions) == len(smiles):
        content["fractions"] = tuple(fractions[i] for i in order)
    return content


def _smiles_of(unit: object) -> str | None:
    if isinstance(unit, str):
        return unit
    if isinstance(unit, dict):
        unit = unit.get("smiles")
        return unit if isinstance(unit, str) else None
    smiles = getattr(unit, "smiles", None)
    return smiles if isinstance(smiles, str) else None


def _unambiguous(written: list[str], smiles: list[str]) -> None:
    for text, canonical in zip(written, smiles, strict=True):
        if (count := periods(text)) > 1:
            raise UnreadableSmiles(
                f"{text!r} is {count} times the unit {canonical!r}, so its mole fraction has two meanings",
                remedy=f"Write {canonical!r} with its own mole fraction",
            )
        if smiles.count(canonical) > 1:
            raise UnreadableSmiles(f"the unit {canonical!r} is given twice", remedy="Add its fractions into one")


def _word(smiles: str) -> tuple[str, ...]:
    """The segments from head to tail, each with `[1*]` where the chain enters and `[2*]` where it leaves."""
    from rdkit import Chem

    molecule = _labelled_unit(smiles)
    head, tail = _end(molecule, 1), _end(molecule, 2)
    chain = list(Chem.GetShortestPath(molecule, head, tail))
    cuts, labels = [], []
    for near, far in pairwise(chain[1:-1]):
        bond = molecule.GetBondBetweenAtoms(near, far)
        if bond.GetBondType() == Chem.BondType.SINGLE and not bond.IsInRing():
            cuts.append(bond.GetIdx())
            # The first label goes to the dummy that stands for the bond's begin atom.
            labels.append((1, 2) if bond.GetBeginAtomIdx() == near else (2, 1))
    if not cuts:
        return (_settled(_text(molecule)),)
    pieces = Chem.FragmentOnBonds(molecule, cuts, dummyLabels=labels)
    members: list[tuple[int, ...]] = []
    segments = Chem.GetMolFrags(pieces, asMols=True, sanitizeFrags=False, fragsMolAtomMapping=members)
    position = {atom: place for place, atom in enumerate(chain)}
    order = sorted(range(len(segments)), key=lambda i: min(position[a] for a in members[i] if a in position))
    return tuple(_settled(_text(segments[i])) for i in order)


def _labelled_unit(smiles: str) -> "Chem.Mol":
    """The unit with its ends as `[1*]` and `[2*]`, checked."""
    from rdkit import Chem

    molecule = Chem.RWMol(_parsed(smiles))
    ends = _ends(molecule)
    if len(ends) != 2:
        count = f"{len(ends)} open end{'' if len(ends) == 1 else 's'}"
        raise UnreadableSmiles(f"{smiles!r} has {count} where a repeat unit has two", remedy=_EXAMPLE)
    for atom in molecule.GetAtoms():
        atom.SetAtomMapNum(0)
        if not atom.GetAtomicNum() and atom.GetIdx() not in ends:
            raise UnreadableSmiles(f"{smiles!r} has an unknown atom (*) inside the unit", remedy=_EXAMPLE)
    notation = tuple(sorted(molecule.GetAtomWithIdx(i).GetAtomicNum() for i in ends))
    if notation not in _ENDS:
        raise UnreadableSmiles(
            f"{smiles!r} mixes notations of the open ends", remedy="Use * twice, [Cu] with [Au], or [Mg] twice"
        )
    # The ends are told apart before stereochemistry is perceived: it hangs on the direction of the chain.
    for label, index in enumerate(ends, start=1):
        bond = molecule.GetAtomWithIdx(index).GetBonds()[0]
        if bond.GetBondType() != Chem.BondType.SINGLE:
            raise UnreadableSmiles(
                f"{smiles!r} is cut at a bond that is not single", remedy="Cut the chain at one of its single bonds"
            )
        if bond.GetOtherAtomIdx(index) in ends:
            raise UnreadableSmiles(f"{smiles!r} has no atom between its open ends", remedy=_EXAMPLE)
        end = Chem.Atom(0)
        end.SetIsotope(label)
        end.SetNoImplicit(True)
        molecule.ReplaceAtom(index, end)
    return _checked(smiles, molecule, one=True)


def _ends(molecule: "Chem.Mol") -> list[int]:
    """Indices of the open ends: atoms of an end's element, uncharged, with one bond."""
    return [
        atom.GetIdx()
        for atom in molecule.GetAtoms()
        if atom.GetAtomicNum() in {0, 12, 29, 79} and atom.GetDegree() == 1 and not atom.GetFormalCharge()
    ]


def _end(molecule: "Chem.Mol", label: int) -> int:
    """Index of the end that was labelled head (1) or tail (2)."""
    return next(a.GetIdx() for a in molecule.GetAtoms() if a.GetIsotope() == label and not a.GetAtomicNum())


def _crosslinks(molecule: "Chem.Mol") -> list[int]:
    return [
        atom.GetIdx()
        for atom in molecule.GetAtoms()
        if atom.GetAtomicNum() == _CROSSLINK and atom.GetDegree() == 1 and not atom.GetFormalCharge()
    ]


def _shortest_period(word: tuple[str, ...]) -> tuple[str, ...]:
    """The least of all rotations, in both directions, of the shortest word whose repetition is the word."""
    n = len(word)
    length = next(k for k in range(1, n + 1) if n % k == 0 and word == word[:k] * (n // k))
    forward = word[:length]
    backward = tuple(_turned(segment) for segment in reversed(forward))
    ways = (way[i:] + way[:i] for way in (forward, backward) for i in range(length))
    return min(ways, key=lambda way: [(len(segment), segment) for segment in way])


@lru_cache(maxsize=65536)
def _settled(segment: str) -> str:
    """The segment read and written once more: cut out of a chain, it keeps marks on bonds that are no longer there."""
    return _text(_molecule(segment, open_ends=True))


@lru_cache(maxsize=65536)
def _turned(segment: str) -> str:
    """The segment passed through from its exit to its entry."""
    molecule = _molecule(
        segment.replace("[1*]", "[3*]").replace("[2*]", "[1*]").replace("[3*]", "[2*]"), open_ends=True
    )
    return _text(molecule)


def _spelled(word: tuple[str, ...]) -> str:
    """The SMILES of a word, written from its head."""
    from rdkit import Chem

    from chemistry.joining import joined

    last = len(word) - 1
    pieces = [
        segment.replace("[1*]", f"[*:{i}]" if i else "[1*]").replace("[2*]", f"[*:{i + 1}]" if i < last else "[2*]")
        for i, segment in enumerate(word)
    ]
    chain = joined(Chem.MolFromSmiles(".".join(pieces)), last)
    return Chem.MolToSmiles(chain, rootedAtAtom=_end(chain, 1)).replace("[1*]", "*").replace("[2*]", "*")


def _molecule(smiles: str, open_ends: bool = False) -> "Chem.Mol":
    from rdkit import Chem

    molecule = _checked(smiles, Chem.RWMol(_parsed(smiles)))
    if not open_ends and any(not atom.GetAtomicNum() for atom in molecule.GetAtoms()):
        raise UnreadableSmiles(f"{smiles!r} has open ends or unknown atoms (*)", remedy="Write a whole molecule")
    return molecule


def _parsed(smiles: str) -> "Chem.Mol":
    """The atoms and bonds as written, before any perception."""
    from rdkit import Chem

    text = smiles.strip()
    parameters = Chem.SmilesParserParams()
    parameters.sanitize = False
    parameters.removeHs = False
    with _quiet():
        molecule = Chem.MolFromSmiles(text, parameters) if text and len(text.split()) == 1 else None
    if molecule is None or not molecule.GetNumAtoms():
        raise UnreadableSmiles(f"{smiles!r} is not a SMILES", remedy="Check brackets, ring digits and parentheses")
    return molecule


def _checked(smiles: str, molecule: "Chem.RWMol", one: bool = False) -> "Chem.Mol":
    """Valences, aromaticity and stereochemistry perceived; radicals and surplus molecules refused."""
    from rdkit import Chem

    with _quiet():
        try:
            Chem.SanitizeMol(molecule)
        except Chem.MolSanitizeException as error:
            raise UnreadableSmiles(f"{smiles!r} is not a possible structure ({error})", remedy="Correct it") from error
        plain = Chem.RemoveHs(molecule)
    Chem.AssignStereochemistry(plain, cleanIt=True, force=True)
    if one and len(Chem.GetMolFrags(plain)) > 1:
        raise UnreadableSmiles(
            f"{smiles!r} is more than one molecule",
            remedy="Write one chain; counter-ions and salts are no part of a repeat unit",
        )
    metals = set(_ends(plain)) | set(_crosslinks(plain))
    radicals = [a.GetSymbol() for a in plain.GetAtoms() if a.GetNumRadicalElectrons() and a.GetIdx() not in metals]
    if radicals:
        raise UnreadableSmiles(
            f"{smiles!r} has an open valence on {', '.join(radicals)}", remedy="Write its hydrogens, such as [CH2]"
        )
    return plain


def _neutral(smiles: str, molecule: "Chem.Mol") -> "Chem.Mol":
    from rdkit import Chem

    charge = Chem.GetFormalCharge(molecule)
    if charge:
        raise UnreadableSmiles(f"{smiles!r} has charge {charge:+d}, not 0", remedy="Write all its ions, such as [Li+]")
    return molecule


def _ionic(molecule: "Chem.Mol") -> "Chem.Mol":
    """Lithium written as bonded (`[Li]Cl`) set free as an ion."""
    from rdkit import Chem

    bonded = [
        a for a in molecule.GetAtoms() if a.GetSymbol() == "Li" and a.GetDegree() == 1 and not a.GetFormalCharge()
    ]
    if not bonded:
        return molecule
    editable = Chem.RWMol(molecule)
    for lithium in bonded:
        partner = editable.GetAtomWithIdx(lithium.GetNeighbors()[0].GetIdx())
        editable.RemoveBond(lithium.GetIdx(), partner.GetIdx())
        partner.SetFormalCharge(partner.GetFormalCharge() - 1)
        editable.GetAtomWithIdx(lithium.GetIdx()).SetFormalCharge(1)
    return _checked(Chem.MolToSmiles(molecule), editable)


def _charge_on_nitrogen(molecule: "Chem.Mol") -> "Chem.Mol":
    """A sulfonimide drawn as `[O-]S=N` (the same ion in another resonance form) redrawn as `O=S[N-]`."""
    from rdkit import Chem

    editable = Chem.RWMol(molecule)
    for oxygen, sulfur, nitrogen in molecule.GetSubstructMatches(Chem.MolFromSmarts("[OX1-][SX4]=[NX2+0]")):
        if (
            editable.GetAtomWithIdx(oxygen).GetFormalCharge()
            and not editable.GetAtomWithIdx(nitrogen).GetFormalCharge()
        ):
            editable.GetBondBetweenAtoms(oxygen, sulfur).SetBondType(Chem.BondType.DOUBLE)
            editable.GetBondBetweenAtoms(sulfur, nitrogen).SetBondType(Chem.BondType.SINGLE)
            editable.GetAtomWithIdx(oxygen).SetFormalCharge(0)
            editable.GetAtomWithIdx(nitrogen).SetFormalCharge(-1)
    return _checked(Chem.MolToSmiles(molecule), editable)


def _text(molecule: "Chem.Mol") -> str:
    from rdkit import Chem

    return Chem.MolToSmiles(molecule)


@contextmanager
def _quiet() -> Iterator[None]:
    """RDKit's own messages kept off the terminal: our errors say what matters."""
    from rdkit import rdBase

    blocked = rdBase.BlockLogs()
    try:
        yield
    finally:
        del blocked

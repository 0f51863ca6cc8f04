"""SMILES read into checked structures: valences, stereochemistry, open ends; what is unclear is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from chemistry.wording import shortened

if TYPE_CHECKING:
    from rdkit import Chem

_ENDS = {(0, 0), (29, 79), (12, 12)}
"""Pairs of elements that mark the two open ends: `*` twice, `[Cu]` with `[Au]`, `[Mg]` twice."""
_CROSSLINK = 20
"""`[Ca]` marks a bond to another chain, as in the public conductivity table (Bradford et al. 2023)."""
MOST_ATOMS = 400
"""Of a repeat unit as it is written. The time to find its shortest period grows with their cube: a second here, minutes
at ten times as many."""
EXAMPLE_UNIT = "Write one repeat unit with two open ends, such as *CCO* or [Cu]CCO[Au]"


class UnreadableSmiles(BadInput, ValueError):
    """A SMILES that is not a structure, or not the kind of structure that is asked for."""


def labelled_unit(smiles: str) -> "Chem.Mol":
    """The unit with its ends as `[1*]` and `[2*]`, checked."""
    from rdkit import Chem

    molecule = Chem.RWMol(_parsed(smiles))
    if molecule.GetNumAtoms() > MOST_ATOMS:
        count = f"{molecule.GetNumAtoms()} atoms where a repeat unit has {MOST_ATOMS} at most"
        raise UnreadableSmiles(f"{shortened(repr(smiles))} has {count}", remedy=EXAMPLE_UNIT)
    ends = open_ends(molecule)
    if len(ends) != 2:
        count = f"{len(ends)} open end{'' if len(ends) == 1 else 's'}"
        raise UnreadableSmiles(f"{smiles!r} has {count} where a repeat unit has two", remedy=EXAMPLE_UNIT)
    for atom in atoms_of(molecule):
        atom.SetAtomMapNum(0)
        if not atom.GetAtomicNum() and atom.GetIdx() not in ends:
            raise UnreadableSmiles(f"{smiles!r} has an unknown atom (*) inside the unit", remedy=EXAMPLE_UNIT)
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
            raise UnreadableSmiles(f"{smiles!r} has no atom between its open ends", remedy=EXAMPLE_UNIT)
        end = Chem.Atom(0)
        end.SetIsotope(label)
        end.SetNoImplicit(True)
        molecule.ReplaceAtom(index, end)
    return checked(smiles, molecule, one=True)


def atoms_of(molecule: "Chem.Mol") -> "list[Chem.Atom]":
    """Its atoms; asked for one by one, which takes a tenth of the time of RDKit's own iterator."""
    return [molecule.GetAtomWithIdx(i) for i in range(molecule.GetNumAtoms())]


def open_ends(molecule: "Chem.Mol") -> list[int]:
    """Indices of the open ends: atoms of an end's element, uncharged, with one bond."""
    return [
        atom.GetIdx()
        for atom in atoms_of(molecule)
        if atom.GetAtomicNum() in {0, 12, 29, 79} and atom.GetDegree() == 1 and not atom.GetFormalCharge()
    ]


def labelled_end(molecule: "Chem.Mol", label: int) -> int:
    """Index of the end that was labelled head (1) or tail (2)."""
    return next(a.GetIdx() for a in atoms_of(molecule) if a.GetIsotope() == label and not a.GetAtomicNum())


def crosslinks(molecule: "Chem.Mol") -> list[int]:
    """Indices of the crosslink marks: uncharged `[Ca]` with one bond."""
    return [
        atom.GetIdx()
        for atom in atoms_of(molecule)
        if atom.GetAtomicNum() == _CROSSLINK and atom.GetDegree() == 1 and not atom.GetFormalCharge()
    ]


def structure_or_unit(smiles: str) -> "Chem.Mol":
    """The structure of a molecule or a salt, or of a repeat unit with its ends as `[1*]` and `[2*]`."""
    return labelled_unit(smiles) if open_ends(_parsed(smiles)) else structure_of(smiles)


def structure_of(smiles: str, unit: bool = False) -> "Chem.Mol":
    """The structure of a SMILES; open ends are refused unless it may be a repeat unit."""
    from rdkit import Chem

    molecule = checked(smiles, Chem.RWMol(_parsed(smiles)))
    if not unit and any(not atom.GetAtomicNum() for atom in atoms_of(molecule)):
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


def checked(smiles: str, molecule: "Chem.RWMol", one: bool = False) -> "Chem.Mol":
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
    radicals = {atom.GetIdx(): atom.GetSymbol() for atom in atoms_of(plain) if atom.GetNumRadicalElectrons()}
    if radicals:
        for metal in (*open_ends(plain), *crosslinks(plain)):
            radicals.pop(metal, None)
    if radicals:
        raise UnreadableSmiles(
            f"{smiles!r} has an open valence on {', '.join(radicals.values())}",
            remedy="Write its hydrogens, such as [CH2]",
        )
    return plain


def text_of(molecule: "Chem.Mol") -> str:
    """RDKit's canonical SMILES."""
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

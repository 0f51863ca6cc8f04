"""Ions of a salt written in one way: lithium set free, the charge of a sulfonimide on its nitrogen."""

from typing import TYPE_CHECKING

from chemistry.structures import UnreadableSmiles, checked
from chemistry.substructure import matches

if TYPE_CHECKING:
    from rdkit import Chem


def neutral(smiles: str, molecule: "Chem.Mol") -> "Chem.Mol":
    """The structure itself; refused where its charges do not sum to zero."""
    from rdkit import Chem

    charge = Chem.GetFormalCharge(molecule)
    if charge:
        raise UnreadableSmiles(
            f"{smiles!r} has charge {charge:+d}, not 0", remedy="Write a neutral substance, with all its ions"
        )
    return molecule


def ionic(molecule: "Chem.Mol") -> "Chem.Mol":
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
    return checked(Chem.MolToSmiles(molecule), editable)


def charge_on_nitrogen(molecule: "Chem.Mol") -> "Chem.Mol":
    """A sulfonimide drawn as `[O-]S=N` (the same ion in another resonance form) redrawn as `O=S[N-]`."""
    from rdkit import Chem

    editable = Chem.RWMol(molecule)
    for oxygen, sulfur, nitrogen in matches(molecule, Chem.MolFromSmarts("[OX1-][SX4]=[NX2+0]")):
        if (
            editable.GetAtomWithIdx(oxygen).GetFormalCharge()
            and not editable.GetAtomWithIdx(nitrogen).GetFormalCharge()
        ):
            editable.GetBondBetweenAtoms(oxygen, sulfur).SetBondType(Chem.BondType.DOUBLE)
            editable.GetBondBetweenAtoms(sulfur, nitrogen).SetBondType(Chem.BondType.SINGLE)
            editable.GetAtomWithIdx(oxygen).SetFormalCharge(0)
            editable.GetAtomWithIdx(nitrogen).SetFormalCharge(-1)
    return checked(Chem.MolToSmiles(molecule), editable)

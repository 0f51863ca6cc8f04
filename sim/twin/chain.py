"""A repeat unit seen in its chain, so that groups which span the cut are found."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdkit import Chem


def middle_of_three(smiles: str) -> "tuple[Chem.Mol, frozenset[int]]":
    """Three repeat units in a row, and the indices of the atoms of the middle one.

    `*CCO*` alone does not show that its oxygen has a neighbour two carbons away; `*CCOCCOCCO*` does.
    """
    from rdkit import Chem

    from chemistry.canonical import canonical_repeat_unit

    unit = Chem.MolFromSmiles(canonical_repeat_unit(smiles))
    size = unit.GetNumAtoms()
    chain = Chem.RWMol(Chem.CombineMols(Chem.CombineMols(unit, unit), unit))
    head, tail = (atom.GetIdx() for atom in unit.GetAtoms() if not atom.GetAtomicNum() and not atom.GetFormalCharge())
    first, last = (unit.GetAtomWithIdx(end).GetNeighbors()[0].GetIdx() for end in (head, tail))
    for i in (0, 1):
        chain.AddBond(last + i * size, first + (i + 1) * size, Chem.BondType.SINGLE)
    joined = {tail, size + head, size + tail, 2 * size + head}
    kept = [index for index in range(3 * size) if index not in joined]
    middle = frozenset(place for place, index in enumerate(kept) if size <= index < 2 * size)
    for index in sorted(joined, reverse=True):
        chain.RemoveAtom(index)
    Chem.SanitizeMol(chain)
    return chain, middle

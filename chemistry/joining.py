"""Pieces of a chain joined into one molecule without loss of stereochemistry.

RDKit's own `molzip` does where there is none. It forgets the reference atoms of double bonds at a joint (seen with
2026.9.1), so that an E/Z mark can be lost. Here both kinds of stereochemistry are carried over by hand: a tetrahedral
centre by the parity of its new order of neighbours, a double bond by its reference atoms.
"""

from typing import TYPE_CHECKING

from chemistry.structures import atoms_of

if TYPE_CHECKING:
    from rdkit import Chem

_STEREO_MARKS = frozenset("@/\\")


def joined(pieces: str, joints: int) -> "Chem.Mol":
    """Bond the neighbours of the two dummy atoms of each joint to one another, and take the dummies away.

    `pieces` is the SMILES of all pieces; the two dummies of joint k carry the atom map number k, for k from 1 to
    `joints`.
    """
    from rdkit import Chem

    if not _STEREO_MARKS.intersection(pieces):
        return Chem.molzip(Chem.MolFromSmiles(pieces))  # in a twentieth of the time
    return _joined_by_hand(Chem.RWMol(Chem.MolFromSmiles(pieces)), joints)


def _joined_by_hand(chain: "Chem.RWMol", joints: int) -> "Chem.Mol":
    from rdkit import Chem

    dummies: dict[int, list[Chem.Atom]] = {}
    for atom in atoms_of(chain):
        if atom.GetAtomMapNum():
            dummies.setdefault(atom.GetAtomMapNum(), []).append(atom)
    stands_for: dict[int, int] = {}
    for joint in range(1, joints + 1):
        one, other = dummies[joint]
        stands_for[one.GetIdx()] = other.GetNeighbors()[0].GetIdx()
        stands_for[other.GetIdx()] = one.GetNeighbors()[0].GetIdx()
    centres = {
        atom.GetIdx(): [stands_for.get(n.GetIdx(), int(n.GetIdx())) for n in atom.GetNeighbors()]
        for atom in atoms_of(chain)
        if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
    }
    doubles = _reference_atoms(chain, stands_for)
    new_bonds = {tuple(sorted((stands_for[a.GetIdx()], stands_for[b.GetIdx()]))) for a, b in dummies.values()}
    for one, other in sorted(new_bonds):
        chain.AddBond(one, other, Chem.BondType.SINGLE)
    for bond in chain.GetBonds():
        bond.SetBondDir(Chem.BondDir.NONE)
    for index, before in centres.items():
        atom = chain.GetAtomWithIdx(index)
        after = [n.GetIdx() for n in atom.GetNeighbors() if n.GetIdx() not in stands_for]
        if _odd(before, after):
            atom.InvertChirality()
    chain.BeginBatchEdit()
    for dummy in stands_for:
        chain.RemoveAtom(dummy)
    chain.CommitBatchEdit()
    # Only now: taking an atom away clears the geometry of the double bonds beside it.
    place = {old: old - sum(dummy < old for dummy in stands_for) for pair in doubles.items() for old in _indices(*pair)}
    for (begin, end), (near, far, kind) in doubles.items():
        bond = chain.GetBondBetweenAtoms(place[begin], place[end])
        bond.SetStereoAtoms(place[near], place[far])
        bond.SetStereo(kind)
    chain.UpdatePropertyCache(False)
    # RDKit forgets cis and trans when it perceives anew, and believes the marks on the single bonds instead.
    Chem.SetDoubleBondNeighborDirections(chain)
    Chem.AssignStereochemistry(chain, cleanIt=True, force=True)
    return chain.GetMol()


def _reference_atoms(
    chain: "Chem.Mol", stands_for: dict[int, int]
) -> "dict[tuple[int, int], tuple[int, int, Chem.BondStereo]]":
    """Ends of each double bond with a geometry → its reference atoms, dummies replaced, and cis or trans."""
    from rdkit import Chem

    geometry = {
        Chem.BondStereo.STEREOE: Chem.BondStereo.STEREOTRANS,
        Chem.BondStereo.STEREOTRANS: Chem.BondStereo.STEREOTRANS,
        Chem.BondStereo.STEREOZ: Chem.BondStereo.STEREOCIS,
        Chem.BondStereo.STEREOCIS: Chem.BondStereo.STEREOCIS,
    }
    found = {}
    for bond in chain.GetBonds():
        if bond.GetStereo() in geometry:
            near, far = (stands_for.get(i, i) for i in bond.GetStereoAtoms())
            found[bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()] = (near, far, geometry[bond.GetStereo()])
    return found


def _indices(bond: tuple[int, int], reference: "tuple[int, int, Chem.BondStereo]") -> tuple[int, int, int, int]:
    return (*bond, reference[0], reference[1])


def _odd(before: list[int], after: list[int]) -> bool:
    """Whether an odd number of swaps leads from one order to the other."""
    places = [after.index(i) for i in before]
    swaps = sum(a > b for n, a in enumerate(places) for b in places[n + 1 :])
    return swaps % 2 == 1

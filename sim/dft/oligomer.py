"""From a polymer to a molecule that can be calculated: a capped oligomer of one to three repeat units.

Where a chain is cut decides what the model is: a poly(ethylene oxide) cut at its C-O bonds ends in an alcohol, cut at
its C-C bonds it gives the glymes. So the period is cut where the fewest electrons notice: between two saturated carbons
where there are such, and a cut carbon gets a hydrogen, any other atom a methyl group.
"""

from typing import TYPE_CHECKING

from chemistry.canonical import canonical_molecule, chain_segments, spelled
from chemistry.errors import BadInput
from chemistry.structures import atoms_of, crosslinks, labelled_end, labelled_unit, open_ends, structure_of

if TYPE_CHECKING:
    from rdkit import Chem

MOST_UNITS = 3
"""More atoms than these cost more than they tell: the frontier orbitals of a saturated chain sit on a few units."""
_CARBON, _HYDROGEN = 6, 1


def model_molecule(smiles: str, units: int = 2) -> str:
    """Canonical SMILES of the molecule that stands for a polymer; a molecule stands for itself.

    Args:
        smiles: A repeat unit, or one neutral molecule.
        units: Repeat units of the model, 1 to 3; of no meaning for a molecule.

    Raises:
        BadInput: not a structure, charged, a radical, several molecules, or another number of units.

    >>> model_molecule("*CCO*", 2), model_molecule("[Cu]C(C#N)C[Au]", 1), model_molecule("OC")
    ('COCCOC', 'CCC#N', 'CO')
    """
    refuse_length(units)
    if open_ends(structure_of(smiles, unit=True)):
        return capped_oligomer(smiles, units)
    molecule = canonical_molecule(smiles)
    if "." in molecule:
        raise BadInput(
            f"{smiles!r} is more than one molecule", remedy="Give one molecule; a salt goes to the ion-pair recipe"
        )
    return molecule


def refuse_length(units: int) -> None:
    """Refuse a number of repeat units that no model has; raises `BadInput`."""
    if not 1 <= units <= MOST_UNITS:
        raise BadInput(f"{units} repeat units cannot be calculated", remedy=f"Ask for 1 to {MOST_UNITS}")


def capped_oligomer(smiles: str, units: int) -> str:
    """Canonical SMILES of so many shortest periods of a repeat unit, cut and capped as the module says.

    >>> capped_oligomer("*OCCOC(=O)*", 1)
    'COC(=O)OC'
    """
    word = chain_segments(smiles)
    rotations = [word[i:] + word[:i] for i in range(len(word))]
    models = [_capped(spelled(rotation * units)) for rotation in rotations]
    best = min(damage for damage, _ in models)
    return min((model for damage, model in models if damage == best), key=lambda model: (len(model), model))


def _capped(unit: str) -> tuple[int, str]:
    """How much the cut disturbs, and the capped molecule."""
    from rdkit import Chem

    molecule = Chem.RWMol(labelled_unit(unit))
    ends = [labelled_end(molecule, label) for label in (1, 2)]
    damage = sum(_damage(molecule.GetAtomWithIdx(end).GetNeighbors()[0]) for end in ends)
    for index in [*ends, *crosslinks(molecule)]:
        cap = molecule.GetAtomWithIdx(index)
        neighbour = cap.GetNeighbors()[0]
        cap.SetIsotope(0)
        cap.SetNoImplicit(False)
        cap.SetAtomicNum(_HYDROGEN if neighbour.GetAtomicNum() == _CARBON and not _unsaturated(neighbour) else _CARBON)
    Chem.SanitizeMol(molecule)
    return damage, canonical_molecule(Chem.MolToSmiles(Chem.RemoveHs(molecule)))


def _damage(atom: "Chem.Atom") -> int:
    """What a cut beside this atom costs: nothing at a saturated carbon, more where electrons are conjugated or lone."""
    if atom.GetAtomicNum() != _CARBON:
        return 3
    return 2 if _unsaturated(atom) else 0


def _unsaturated(carbon: "Chem.Atom") -> bool:
    from rdkit import Chem

    return carbon.GetHybridization() != Chem.HybridizationType.SP3


def hydrogens_added(smiles: str) -> "Chem.Mol":
    """The structure with every hydrogen as an atom, in the order that geometries keep."""
    from rdkit import Chem

    return Chem.AddHs(structure_of(smiles))


def heavy_atoms(smiles: str) -> int:
    """Number of atoms that are no hydrogen."""
    return len(atoms_of(structure_of(smiles)))

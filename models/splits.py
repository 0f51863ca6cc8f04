"""Folds of films: what a model is tested on is never what it was trained on, in the sense that the split names.

- `random`: films at random. Leaky (the same formulation may be on both sides); said to be so wherever it is reported.
- `formulation`: films of one formulation, and of formulations that differ in nothing but the loading's third digit,
  stay together.
- `polymer`: films of one polymer stay together, told by its canonical repeat units without crosslink marks and
  stereochemistry, whatever the chain length, the salt or the fractions of a copolymer.
- `paper`: films of one reference stay together.
- `time`: later films are tested by a model that saw the earlier ones only.

Everything is a plain function of its arguments; a seed is always given.
"""

from collections.abc import Container, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.remembered import remembered_of_many
from ledger.film import Film

MOST_SEED = 2**32
"""What every generator of random numbers takes lies below."""
SPLITS = ("random", "formulation", "polymer", "paper", "time")


@dataclass(frozen=True)
class Fold:
    """Indices of the films to train on, and of those to test."""

    train: np.ndarray
    test: np.ndarray


_FEW_POLYMERS = " (a group is a polymer here), or split by formulation"


def random_folds(films: Sequence[Film], folds: int, seed: int) -> list[Fold]:
    """Films at random, whatever they are made of."""
    return grouped_folds(list(range(len(films))), folds, seed)


def formulation_folds(films: Sequence[Film], folds: int, seed: int) -> list[Fold]:
    """Films of one formulation in one fold."""
    return grouped_folds([formulation_group(film.formulation) for film in films], folds, seed)


def polymer_folds(films: Sequence[Film], folds: int, seed: int, always_train: Sequence[str] = ()) -> list[Fold]:
    """Films of one polymer in one fold; films of the units in `always_train` (SMILES) are never tested."""
    kept = {_named_group(smiles) for smiles in always_train}
    here = {polymer_group(film.formulation.polymer) for film in films}
    if absent := [smiles for smiles in always_train if _named_group(smiles) not in here]:
        raise BadInput(
            f"no film is of {', '.join(absent)}, which is always to be trained on",
            place="--always-train",
            remedy="Give the repeat unit of a polymer of the table, or leave it out",
        )
    return grouped_folds([polymer_group(film.formulation.polymer) for film in films], folds, seed, kept, _FEW_POLYMERS)


def _named_group(smiles: str) -> str:
    """The group of a repeat unit that a person names."""
    try:
        return polymer_group(Polymer.model_validate({"units": [smiles]}))
    except ValueError as error:
        raise BadInput(
            f"{smiles!r} is no repeat unit", place="--always-train", remedy="Write it with two open ends, such as *CCO*"
        ) from error


def paper_folds(references: Sequence[str], folds: int, seed: int) -> list[Fold]:
    """Films of one reference in one fold; `references` names one for each film."""
    unknown = [place for place, reference in enumerate(references) if not reference]
    if unknown:
        raise BadInput(
            f"{len(unknown)} films name no paper, the first at place {unknown[0]}",
            remedy="Split by polymer or formulation, or import a table that names its papers (pe_i, columns)",
        )
    return grouped_folds(list(references), folds, seed)


def time_folds(moments: Sequence[float], folds: int) -> list[Fold]:
    """Films in the order of `moments`, cut into `folds` + 1 blocks; each but the first tests those before it.

    `moments` has one number for each film, in any unit.
    """
    order = np.argsort(np.asarray(moments, dtype=float), kind="stable")
    if len(order) < folds + 1:
        raise BadInput(f"{len(order)} films in {folds} folds by time", remedy=f"Give {folds + 1} films, or fewer folds")
    blocks = np.array_split(order, folds + 1)
    return [Fold(train=np.concatenate(blocks[:k]), test=blocks[k]) for k in range(1, folds + 1)]


def grouped_folds(
    groups: Sequence[Hashable],
    folds: int,
    seed: int,
    always_train: Container[Hashable] = frozenset(),
    otherwise: str = "",
) -> list[Fold]:
    """Folds in which no group is on both sides.

    The groups are shuffled, then each in turn goes to the fold that has the fewest groups, so that folds have nearly as
    many groups (not films) each. `otherwise` is what else helps where there are too few groups.

    Raises:
        BadInput: fewer than two folds, or fewer groups to test than folds.
    """
    names = list(dict.fromkeys(group for group in groups if group not in always_train))
    if folds < 2:
        raise BadInput(f"{folds} folds", remedy="Ask for two or more")
    if not 0 <= seed < MOST_SEED:
        raise BadInput(f"the seed {seed}", remedy=f"Give a whole number from 0 to {MOST_SEED - 1}")
    if len(names) < folds:
        fewer = f"Ask for {len(names)} folds or fewer, or give" if len(names) >= 2 else "Give"
        raise BadInput(
            f"{len(names)} {'group' if len(names) == 1 else 'groups'} cannot fill {folds} folds",
            remedy=f"{fewer} data of more groups{otherwise}",
        )
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = {names[place]: rank % folds for rank, place in enumerate(order)}
    member = np.array([fold_of.get(group, -1) for group in groups])
    return [Fold(train=np.flatnonzero(member != k), test=np.flatnonzero(member == k)) for k in range(folds)]


@remembered_of_many
def polymer_group(polymer: Polymer) -> str:
    """The name of a polymer in a split: its repeat units, crosslinks and stereochemistry left aside.

    >>> polymer_group(Polymer.model_validate({"units": ["*CC(*)(C)C(=O)OC"], "molar_mass_kg_mol": 15}))
    '*CC(*)(C)C(=O)OC'
    """
    return " + ".join(sorted({_plain_unit(unit.smiles) for unit in polymer.units}))


def formulation_group(formulation: Formulation) -> Hashable:
    """What makes a formulation in a split: polymer, salt, loading and what else is mixed in; not the chain length."""
    return (
        polymer_group(formulation.polymer),
        tuple(round(fraction, 2) for fraction in formulation.polymer.fractions),
        formulation.salt,
        f"{formulation.salt_molality_mol_kg:.2g}",
        tuple((content.additive, round(content.weight_fraction, 2)) for content in formulation.additives),
        tuple((content.filler, round(content.weight_fraction, 2)) for content in formulation.fillers),
    )


@lru_cache(maxsize=65536)
def _plain_unit(smiles: str) -> str:
    """The canonical unit without crosslink marks and stereochemistry."""
    from rdkit import Chem

    from chemistry.canonical import canonical_repeat_unit, read_structure
    from chemistry.structures import crosslinks

    structure = Chem.RWMol(read_structure(smiles))
    Chem.RemoveStereochemistry(structure)
    structure.BeginBatchEdit()
    for mark in crosslinks(structure):
        neighbour = structure.GetAtomWithIdx(mark).GetNeighbors()[0]
        if neighbour.GetNoImplicit():
            neighbour.SetNumExplicitHs(neighbour.GetNumExplicitHs() + 1)
        structure.RemoveAtom(mark)
    structure.CommitBatchEdit()
    Chem.SanitizeMol(structure)
    plain = Chem.MolToSmiles(structure).replace("[1*]", "*").replace("[2*]", "*")
    return canonical_repeat_unit(plain)

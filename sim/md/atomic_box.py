"""A box of atoms: molecules in their amounts, placed with as much room as there is, and the model that fits them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from chemistry.errors import BadInput
from sim.md.all_atom import AllAtom, Conditions
from sim.md.atomic_molecule import LITHIUM, TFSI, AtomicMolecule, atomic_molecule, conformers, oligomer_smiles
from sim.md.force_field import AtomType, Classes, ForceField, force_field
from sim.md.system import Species, System

CHARGE_SCALE = 0.79
"""Of ions in PEO: what first-principles forces ask for, and with what diffusivities come to those that were measured
(Liang, Chen, Deng and de Pablo, ACS Macro Lett. 2024, doi 10.1021/acsmacrolett.4c00368)."""
START_DENSITY_g_cm3 = 0.9
"""Before push-off: below any liquid of these molecules, so that it draws together from there."""
AVOGADRO_per_A3 = 0.602214076
"""Particles in 1 Å³ of a substance of 1 g/cm³ and 1 g/mol (SI of 2019)."""
_SHAPES, _TRIES = 12, 20
"""Shapes drawn of a molecule, and places tried for each: the roomiest is taken."""


@dataclass(frozen=True, eq=False)
class AtomicBox:
    """Atoms, their interactions, and what they are.

    Attributes:
        system: the atoms.
        model: their interactions.
        elements: `n` chemical symbols.
        charge_scale: that charges of ions were times.
        contents: molecules of each SMILES.
    """

    system: System
    model: AllAtom
    elements: np.ndarray
    charge_scale: float
    contents: Mapping[str, int]


def electrolyte(
    atoms: int,
    units: int,
    lithium_per_oxygen: float,
    conditions: Conditions,
    seed: int,
    *,
    charge_scale: float = CHARGE_SCALE,
) -> AtomicBox:
    """Methyl-ended PEO oligomers with LiTFSI, about so many atoms.

    Args:
        atoms: Of the box; whole molecules come as near as they can.
        units: OCH2CH2 units of an oligomer, which has one oxygen more.
        lithium_per_oxygen: Li/O, oxygens of the ends counted; 0 leaves the salt out.
        conditions: Temperature, pressure, exactness.
        seed: Of shapes and places.
        charge_scale: What charges of ions are times.

    Raises:
        BadInput: no oligomer or no lithium would be in it, or the box cannot be built.
    """
    per_oligomer = (units + 1) * lithium_per_oxygen
    size = 7 * units + 9 + 16 * per_oligomer
    oligomers = max(1, round(atoms / size))
    pairs = round(oligomers * per_oligomer)
    if lithium_per_oxygen > 0 and pairs < 1:
        raise BadInput(
            f"a box of {atoms} atoms holds {oligomers * per_oligomer:.2f} lithium at Li/O {lithium_per_oxygen:g}: no "
            "ion is left",
            remedy="Raise the loading or the number of atoms",
        )
    contents = {oligomer_smiles(units): oligomers} | ({TFSI: pairs, LITHIUM: pairs} if pairs else {})
    return atomic_box(contents, conditions, seed, charge_scale=charge_scale)


def atomic_box(
    contents: Mapping[str, int],
    conditions: Conditions,
    seed: int,
    *,
    charge_scale: float = CHARGE_SCALE,
    density_g_cm3: float = START_DENSITY_g_cm3,
    field: ForceField | None = None,
) -> AtomicBox:
    """A box of molecules by SMILES.

    Args:
        contents: How many of each.
        conditions: Temperature, pressure, exactness.
        seed: Of shapes and places.
        charge_scale: What charges of ions are times.
        density_g_cm3: Where it begins.
        field: In place of the force field of the file.

    Raises:
        BadInput: a molecule that the force field does not know, a charge scale out of (0, 1], or a net charge.
    """
    if not 0 < charge_scale <= 1:
        raise BadInput(
            f"charges of ions times {charge_scale:g}", remedy="Give a factor above 0 and at most 1, such as 0.79"
        )
    field = field or force_field()
    kinds = {smiles: atomic_molecule(smiles, field) for smiles, count in contents.items() if count > 0}
    molecules = [kinds[smiles] for smiles in kinds for _ in range(contents[smiles])]
    if not molecules:
        raise BadInput("a box without molecules", remedy="Put in at least one")
    edge = (sum(one.mass for one in molecules) / (density_g_cm3 * AVOGADRO_per_A3)) ** (1 / 3)
    positions = _placed({smiles: contents[smiles] for smiles in kinds}, edge, np.random.default_rng([seed, 2]))
    return _assembled(molecules, positions, edge, conditions, charge_scale, field, dict(contents))


def _placed(contents: Mapping[str, int], edge: float, random: np.random.Generator) -> np.ndarray:
    """Atoms one after another, large molecules first; overlaps are for the push-off."""
    placed = np.empty((0, 3))
    for smiles, count in contents.items():
        shapes = conformers(smiles, min(count, _SHAPES), int(random.integers(2**31 - 1)))
        for number in range(count):
            shape = shapes[number % len(shapes)]
            turns = Rotation.random(_TRIES, rng=random).as_matrix()
            tried = shape @ turns.transpose(0, 2, 1) + random.uniform(0, edge, (_TRIES, 1, 3))
            best = 0
            if len(placed):
                nearest = KDTree(placed % edge, boxsize=edge).query(tried.reshape(-1, 3) % edge)[0]
                best = int(nearest.reshape(_TRIES, -1).min(axis=1).argmax())
            placed = np.concatenate([placed, tried[best]])
    return placed


def _assembled(
    molecules: Sequence[AtomicMolecule],
    positions: np.ndarray,
    edge: float,
    conditions: Conditions,
    scale: float,
    field: ForceField,
    contents: Mapping[str, int],
) -> AtomicBox:
    types = [one for molecule in molecules for one in molecule.types]
    used = [one for one in field.types if one in set(types)]
    starts = np.cumsum([0, *(molecule.n for molecule in molecules)])
    bonds, bond_kinds, bonded = _terms(molecules, starts, "bonds", 2)
    angles, angle_kinds, angled = _terms(molecules, starts, "angles", 3)
    torsions, torsion_kinds, twisted = _terms(molecules, starts, "torsions", 4)
    system = System(
        species=tuple(Species(one.name, one.scaled(scale).charge, one.sigma, one.mass) for one in used),
        edge=edge,
        positions=positions,
        types=np.array([used.index(one) for one in types]),
        molecules=np.repeat(np.arange(len(molecules)), np.diff(starts)),
        bonds=bonds,
        angles=angles,
        chains=tuple(m.chain + start for m, start in zip(molecules, starts, strict=False) if len(m.chain)),
        torsions=torsions,
        bond_kinds=bond_kinds,
        angle_kinds=angle_kinds,
        torsion_kinds=torsion_kinds,
    )
    fitted = AllAtom(
        conditions,
        pairs=tuple((one.epsilon, one.sigma) for one in used),
        bonds=tuple(field.bonds[term] for term in bonded),
        angles=tuple(field.angles[term] for term in angled),
        torsions=tuple(field.torsions[term] for term in twisted),
        scale_14=field.scale_14,
    )
    return AtomicBox(system, fitted, _symbols(types), scale, contents)


def _terms(
    molecules: Sequence[AtomicMolecule], starts: np.ndarray, title: str, width: int
) -> tuple[np.ndarray, np.ndarray, list[Classes]]:
    """Atoms of all terms, the kind of each, and the classes of the kinds."""
    atoms = [np.empty((0, width), int)]
    classes: list[Classes] = []
    for molecule, start in zip(molecules, starts, strict=False):
        terms = getattr(molecule, title)
        atoms.append(terms + start)
        classes += molecule.classes(terms)
    known = sorted(set(classes))
    places = {term: place for place, term in enumerate(known)}
    return np.concatenate(atoms), np.array([places[term] for term in classes], int), known


def _symbols(types: Sequence[AtomType]) -> np.ndarray:
    return np.array([one.element for one in types])

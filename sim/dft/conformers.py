"""Conformers of a molecule: ETKDG guesses, sifted by a force field, the best relaxed by GFN2-xTB.

ETKDG: Riniker and Landrum, J. Chem. Inf. Model. 2015, 55, 2562; MMFF94: Halgren, J. Comput. Chem. 1996, 17, 490.
"""

import numpy as np

from chemistry.errors import BadInput
from sim.dft import xtb
from sim.dft.bonds import changed_bonds, drawn_bonds
from sim.dft.failure import BondsChanged
from sim.dft.geometry import Geometry, checked
from sim.dft.oligomer import hydrogens_added

GUESSES, KEPT = 20, 3
"""Guesses of the distance geometry, and those of them that are relaxed."""
SEED = 20_26
ALIKE_kcal_mol = 0.1
"""Guesses whose force-field energies differ by less count as one."""


def relaxed_model(smiles: str, guesses: int = GUESSES, kept: int = KEPT) -> Geometry:
    """The conformer of lowest GFN2-xTB energy among the best guesses.

    Args:
        smiles: Canonical SMILES of one closed-shell molecule or ion, as `sim.dft.oligomer.model_molecule` gives it.
        guesses: How many conformers are drawn; always the same ones.
        kept: How many of them are relaxed.

    Raises:
        BadInput: no conformer can be drawn.
        BondsChanged: every conformer turned into another molecule when it was relaxed.
    """
    bonds = drawn_bonds(hydrogens_added(smiles))
    minima, changes = [], ()
    for guess in guessed(smiles, guesses)[:kept]:
        geometry, energy = xtb.relaxed(guess)
        changes = changed_bonds(bonds, geometry)
        if not changes:
            minima.append((energy, geometry))
    if not minima:
        raise BondsChanged(f"{smiles} did not hold together when it was relaxed: {'; '.join(changes)}")
    return min(minima, key=lambda minimum: minimum[0])[1]


def guessed(smiles: str, guesses: int = GUESSES) -> list[Geometry]:
    """Distinct conformers by force-field energy, lowest first.

    Raises:
        BadInput: distance geometry finds none.
    """
    from rdkit import Chem, rdBase
    from rdkit.Chem import rdDistGeom

    quiet = rdBase.BlockLogs()  # for as long as it lives
    structure = Chem.Mol(hydrogens_added(smiles))
    parameters = rdDistGeom.ETKDGv3()
    parameters.randomSeed = SEED
    numbers = list(rdDistGeom.EmbedMultipleConfs(structure, guesses, parameters))
    if not numbers:
        parameters.useRandomCoords = True
        numbers = list(rdDistGeom.EmbedMultipleConfs(structure, guesses, parameters))
    if not numbers:
        raise BadInput(f"no geometry can be drawn for {smiles}", remedy="Check rings and stereochemistry")
    energies = _force_field(structure, len(numbers))
    del quiet
    made, last = [], -np.inf
    for number in np.argsort(energies):
        if energies[number] - last > ALIKE_kcal_mol:
            last = energies[number]
            made.append(_geometry(smiles, structure, numbers[int(number)]))
    return made


def _force_field(structure: object, count: int) -> np.ndarray:
    """Energies after relaxation in MMFF94, in kcal/mol; in UFF where MMFF94 has no parameters; zeros without either."""
    from rdkit.Chem import rdForceFieldHelpers as fields

    if fields.MMFFHasAllMoleculeParams(structure):  # pyright: ignore[reportArgumentType]
        results = fields.MMFFOptimizeMoleculeConfs(structure, maxIters=500)  # pyright: ignore[reportArgumentType]
    elif fields.UFFHasAllMoleculeParams(structure):  # pyright: ignore[reportArgumentType]
        results = fields.UFFOptimizeMoleculeConfs(structure, maxIters=500)  # pyright: ignore[reportArgumentType]
    else:
        return np.arange(count, dtype=float)
    return np.array([energy for _, energy in results])


def _geometry(smiles: str, structure: object, conformer: int) -> Geometry:
    from rdkit import Chem

    places = structure.GetConformer(conformer).GetPositions()  # pyright: ignore[reportAttributeAccessIssue]
    return checked(
        smiles=smiles,
        origin="ETKDG and MMFF94",
        symbols=tuple(atom.GetSymbol() for atom in structure.GetAtoms()),  # pyright: ignore[reportAttributeAccessIssue]
        positions_A=tuple(tuple(map(float, row)) for row in places),
        charge=Chem.GetFormalCharge(structure),  # pyright: ignore[reportArgumentType]
    )

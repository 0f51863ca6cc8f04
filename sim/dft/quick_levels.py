"""Frontier orbitals and vertical energies within seconds: GFN2-xTB on a geometry of a force field.

The numbers are wrong by several eV, and much the same for all molecules: what they are for is to go before density
functional theory over many molecules, which then has to be asked of a few only (`planners.pool.survey`).
"""

import time

from sim.dft import xtb
from sim.dft.conformers import guessed
from sim.dft.result import CalculationKey, Result

RECIPE = "quick-levels/1"
GEOMETRY = "ETKDG and MMFF94"
GUESSES = 4
"""Conformers that are drawn; the lowest by the force field is taken."""


class QuickLevels(Result):
    """Of a closed-shell molecule in the gas phase, by GFN2-xTB."""

    homo_eV: float
    lumo_eV: float
    vertical_ionisation_eV: float
    vertical_affinity_eV: float


def quick_key(smiles: str) -> CalculationKey:
    """The key that the quick levels of a neutral molecule will have."""
    return CalculationKey(smiles=smiles, recipe=RECIPE, method=xtb.LABEL, geometry=GEOMETRY)


def quick_levels(smiles: str) -> QuickLevels:
    """The quick levels of one neutral closed-shell molecule.

    Raises:
        BadInput: no geometry can be drawn, or tblite is not installed.
        NotConverged: a charge state did not settle.
    """
    began = time.monotonic()
    geometry = guessed(smiles, GUESSES)[0]
    neutral = xtb.levels(geometry)
    cation_eV, anion_eV = (xtb.energy_eV(geometry.ionised(geometry.charge + step)) for step in (1, -1))
    return QuickLevels(
        key=quick_key(smiles),
        seconds=time.monotonic() - began,
        homo_eV=neutral.homo_eV,
        lumo_eV=neutral.lumo_eV,
        vertical_ionisation_eV=cation_eV - neutral.energy_eV,
        vertical_affinity_eV=neutral.energy_eV - anion_eV,
    )

"""The molecular-dynamics table of Xie et al., Nat. Commun. 2022, 13, 3415 (doi:10.1038/s41467-022-30994-1).

One row is one simulation of a polymer with LiTFSI at 353 K: `conductivity` (S/cm), diffusivities of Li⁺, TFSI⁻ and the
polymer (cm²/s), `transference_number`. The column `molarity` (1.25 to 1.50) is in fact mol of salt per kg of polymer:
50 ion pairs divided by it give the mass of a whole number of chains.
"""

import math

from ledger.film import Reading, Source
from ledger.literature.rows import Entry, Row, RowRefused
from ledger.literature.substances import formulation_of, polymer_of, salt_of

NAME = "htpmd"
CITATION = "Xie et al., Nat. Commun. 2022, 13, 3415"
DOI = "10.1038/s41467-022-30994-1"
COLUMNS = (
    *("trajectory_id", "mol_smiles", "molarity", "conductivity", "li_diffusivity", "tfsi_diffusivity"),
    *("poly_diffusivity", "transference_number"),
)
TRUST = 0.25

TEMPERATURE_C = 353.0 - 273.15
LITFSI = "[Li+].O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F"
SD_DECADES = 0.30
"""Our estimate for one trajectory and a generic force field; the table states none and spans 0.22 decades in all."""
SD_TRANSFERENCE = 0.3
"""Our estimate; a third of the table's transference numbers are below zero, which correlated motion allows."""

_DIFFUSIVITIES = {
    "log10_lithium_diffusivity": "li_diffusivity",
    "log10_anion_diffusivity": "tfsi_diffusivity",
    "log10_polymer_diffusivity": "poly_diffusivity",
}


def entry(row: Row, trust: float) -> Entry:
    """One row as an entry with five readings.

    Raises:
        RowRefused: with the reason.
    """
    smiles = row.text("mol_smiles")
    if not smiles:
        raise RowRefused("no polymer", "the cell 'mol_smiles' is empty")
    molality = row.number_in("molarity", 1e-6, 50.0, "mol/kg")
    formulation = formulation_of(polymer_of((smiles,)), salt_of(LITFSI), molality)
    values = {"log10_conductivity": (math.log10(row.number_in("conductivity", 1e-16, 1.0, "S/cm")), SD_DECADES)}
    for name, column in _DIFFUSIVITIES.items():
        values[name] = (math.log10(row.number_in(column, 1e-14, 1e-3, "cm2/s")), SD_DECADES)
    values["transference_number"] = (row.number_in("transference_number", -5.0, 5.0, ""), SD_TRANSFERENCE)
    readings = tuple(
        Reading(property=name, value=value, sd=sd, temperature_C=TEMPERATURE_C, source=Source.MD, trust=trust)
        for name, (value, sd) in values.items()
    )
    paper = f"trajectory {row.text('trajectory_id')}"
    return Entry(row=row.number, paper=paper, formulation=formulation, readings=readings)

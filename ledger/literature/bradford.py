"""The conductivity table of Bradford et al., ACS Cent. Sci. 2023, 9, 206 (doi:10.1021/acscentsci.2c01123).

One row is one conductivity: `smiles` (repeat unit, `[Cu]` head, `[Au]` tail, `[Ca]` crosslink), `salt smiles`,
`molality` (mol/kg of polymer), `mw` (g/mol), `temperature` (°C), `conductivity` (log10 S/cm). Papers are not named.
An empty salt means a single-ion conductor: the anion hangs on the chain and lithium, which is not written, balances it.
"""

from chemistry.canonical import lithium_count
from ledger.film import Reading, Source
from ledger.literature.rows import Entry, Row, RowRefused
from ledger.literature.scales import COLDEST_C, HOTTEST_C, Series
from ledger.literature.substances import (
    LARGEST_MOLAR_MASS_G_MOL,
    carries_lithium,
    formulation_of,
    polymer_of,
    salt_of,
)

NAME = "bradford"
CITATION = "Bradford et al., ACS Cent. Sci. 2023, 9, 206"
DOI = "10.1021/acscentsci.2c01123"
COLUMNS = ("smiles", "salt smiles", "molality", "mw", "temperature", "conductivity")
SERIES = Series("temperature", "conductivity", ("smiles", "salt smiles", "molality", "mw"))
TRUST = 0.5

SD_DECADES = 0.40
"""Pooled standard deviation of log10 conductivity among the 373 conditions that the table repeats (papers differ)."""

SALT_RICH_MOL_KG = 20.0
"""Above it a film is salt with some polymer; such rows are series up to 90 mol-% of LiBr, LiI and LiClO4."""


def entry(row: Row, trust: float) -> Entry:
    """One row as an entry.

    Raises:
        RowRefused: with the reason.
    """
    molar_mass = row.optional("mw", 100.0, LARGEST_MOLAR_MASS_G_MOL, "g/mol")
    smiles = row.text("smiles")
    if not smiles:
        raise RowRefused("no polymer", "the cell 'smiles' is empty")
    polymer = polymer_of((smiles,), molar_mass_kg_mol=None if molar_mass is None else molar_mass / 1000)
    salt_smiles, molality = row.text("salt smiles"), row.optional("molality", 1e-9, 500.0, "mol/kg")
    remarks: tuple[str, ...] = ()
    if not salt_smiles:
        if molality is not None:
            raise RowRefused("loading without salt", f"molality {molality:g} mol/kg of no salt")
        if not carries_lithium(polymer):
            raise RowRefused("neither salt nor tethered anion", f"{smiles} is neutral and no salt is named")
        salt, remarks = None, ("single-ion conductor: lithium balances the anion on the chain",)
    elif molality is None:
        raise RowRefused("salt without loading", f"{salt_smiles} with an empty molality")
    else:
        salt = salt_of(salt_smiles)
        molality *= lithium_count(salt.smiles)  # the table counts formula units, the ledger lithium ions
        if molality > SALT_RICH_MOL_KG:
            remarks, trust = ("more salt than polymer: trust halved",), trust / 2
    reading = Reading(
        property="log10_conductivity",
        value=row.number_in("conductivity", -16.0, 0.0, "log10(S/cm)"),
        sd=SD_DECADES,
        temperature_C=row.number_in("temperature", COLDEST_C, HOTTEST_C, "°C"),
        source=Source.LITERATURE,
        trust=trust,
    )
    formulation = formulation_of(polymer, salt, molality or 0.0)
    return Entry(row=row.number, paper="", formulation=formulation, readings=(reading,), remarks=remarks)

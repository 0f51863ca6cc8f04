"""Tables of glass transitions of neat polymers: `SMILES` of the repeat unit (ends `*`) and `tg` in °C.

Such compilations name neither paper, method nor chain length, and differ by tens of kelvin between sources.
"""

from ledger.film import Reading, Source
from ledger.literature.rows import Entry, Row, RowRefused
from ledger.literature.substances import formulation_of, polymer_of

NAME = "tg"
COLUMNS = ("SMILES", "tg")
TRUST = 0.5
SD_K = 10.0
"""Our estimate of the spread between laboratories and methods for one polymer; such tables state none."""


def entry(row: Row, trust: float) -> Entry:
    """One row as an entry.

    Raises:
        RowRefused: with the reason.
    """
    smiles = row.text("SMILES")
    if not smiles:
        raise RowRefused("no polymer", "the cell 'SMILES' is empty")
    value = row.number_in("tg", -200.0, 700.0, "°C")
    reading = Reading(property="glass_transition", value=value, sd=SD_K, source=Source.LITERATURE, trust=trust)
    formulation = formulation_of(polymer_of((smiles,)))
    return Entry(row=row.number, paper="", formulation=formulation, readings=(reading,))

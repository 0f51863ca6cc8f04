"""Tables of glass transitions of neat polymers: `SMILES` of the repeat unit (ends `*`) and `tg` in °C.

Such compilations name neither paper, method nor chain length, and differ by tens of kelvin between sources.
"""

from collections.abc import Sequence
from functools import lru_cache

from chemistry.canonical import canonical_repeat_unit
from chemistry.errors import BadInput
from ledger.film import Reading, Source
from ledger.literature.rows import Entry, Row, RowRefused
from ledger.literature.scales import KELVIN
from ledger.literature.substances import formulation_of, polymer_of

NAME = "tg"
COLUMNS = ("SMILES", "tg")
TRUST = 0.5
_KNOWN_K = {
    "*CCO*": 206,
    "*CC(*)C": 260,
    "*CC(*)(C)C": 200,
    "*CC(*)Cl": 354,
    "*CC(*)OC(C)=O": 305,
    "*CC(*)c1ccccc1": 373,
    "*CC(*)(C)C(=O)OC": 378,
}
"""Well-known polymers: Polymer Handbook, 4th edition (Brandrup, Immergut and Grulke, Wiley 1999)."""
_ZERO_C_K, _AWAY_K, _LEAST_K = 273.15, 60.0, 100.0
SD_K = 10.0
"""Our estimate of the spread between laboratories and methods for one polymer; such tables state none."""


def in_kelvin(rows: Sequence[Row]) -> dict[int, tuple[str, str]]:
    """Rows whose glass transition is in kelvin, with reason and detail.

    Told by seven well-known polymers: one that stands within 60 K of its kelvin is in kelvin. So is the whole table
    where no other of them speaks for °C and nothing lies below 100. A table without these polymers is taken as it is.
    """
    kelvin, celsius, values = [], [], []
    for row in rows:
        try:
            value = float(row.text("tg"))
        except ValueError:
            continue
        values.append((row.number, value))
        known = _known_C(row.text("SMILES"))
        if known is not None:
            (kelvin if abs(value - known - _ZERO_C_K) < _AWAY_K else celsius).append((row.number, value))
    whole = kelvin and not celsius and min(value for _, value in values) > _LEAST_K
    return {
        number: (KELVIN, f"tg = {value:g} stands for {value - _ZERO_C_K:.4g} °C. Subtract {_ZERO_C_K}")
        for number, value in (values if whole else kelvin)
    }


def _known_C(smiles: str) -> float | None:
    try:
        unit = canonical_repeat_unit(smiles)
    except BadInput:
        return None
    kelvin = _known_units().get(unit)
    return None if kelvin is None else kelvin - _ZERO_C_K


@lru_cache(maxsize=1)
def _known_units() -> dict[str, float]:
    return {canonical_repeat_unit(smiles): float(kelvin) for smiles, kelvin in _KNOWN_K.items()}


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

"""The mixtures of Hatakeyama-Sato's table: which compounds a row names, and how much of each.

A ratio is one of weights or of moles. Moles of a copolymer are moles of its repeat units: with them, and not with
chains or formulas, all six poly(ethylene oxide-co-ethylene)s of one paper (doi:10.1021/acs.macromol.6b00851) have 12.5
oxygens a lithium, and all thioethers of another (doi:10.1021/acs.macromol.5b02513) ten donor atoms. Some papers count
the formula instead, `(EO)14(borate)1` as one: there, repeat units would mean more salt than any film holds.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chemistry.canonical import lithium_count, molar_mass_g_mol
from ledger.literature.compounds import COMPOUNDS, Compound, Kind
from ledger.literature.rows import Row, RowRefused
from ledger.literature.substances import additive_of

PAPER, COMPOSITION, MOLE_RATIO, WEIGHT_RATIO = "DOI", "Composition", "Mole ratio", "Weight ratio"

MOST_SALT_MOL_KG = 20.0
"""More than this tells that a paper counts formulas; so much is in 64 of Bradford's 8,575 readings."""


@dataclass(frozen=True)
class Part:
    """One component of a row: its mass, and its moles, per whatever amount the ratio counts."""

    compound: Compound
    mass_g: float
    moles: float


def components_of(row: Row, compounds: Mapping[str, Compound]) -> list[Compound]:
    """What the row names.

    Raises:
        RowRefused: a compound that the file of compounds does not have.
    """
    names = row.text(COMPOSITION).split("/")
    if unknown := [name for name in names if name not in compounds]:
        raise RowRefused("unknown compound", f"{', '.join(unknown)} is not in {COMPOUNDS}")
    return [compounds[name] for name in names]


def papers_by_formula(rows: Iterable[Row], compounds: Mapping[str, Compound]) -> frozenset[str]:
    """The papers whose mole ratios count a copolymer by its formula, each known by one film that tells."""
    found: set[str] = set()
    for row in rows:
        try:
            present = components_of(row, compounds)
            if not row.text(MOLE_RATIO) or not any(compound.copolymer for compound in present):
                continue
            if molality_of(parts_of(row, present, by_formula=False)) > MOST_SALT_MOL_KG:
                found.add(row.text(PAPER))
        except RowRefused:
            continue
    return frozenset(found)


def parts_of(row: Row, present: Sequence[Compound], by_formula: bool) -> list[Part]:
    """Masses and moles of the components from whichever ratio is given.

    Raises:
        RowRefused: no ratio, one that does not fit the components, or one that is no amount.
    """
    moles, weights = row.text(MOLE_RATIO), row.text(WEIGHT_RATIO)
    if len(present) == 1:
        return [Part(present[0], 1.0, 0.0)]
    values = _ratio(moles or weights, row.text(COMPOSITION), len(present))
    if not moles:
        return [Part(c, value, value / _molar_mass(c)) for c, value in zip(present, values, strict=True)]
    counted = [c.units_in_formula if by_formula and c.copolymer else 1.0 for c in present]
    return [
        Part(c, value * units * _molar_mass(c), value) for c, value, units in zip(present, values, counted, strict=True)
    ]


def molality_of(parts: Sequence[Part]) -> float:
    """Lithium of the salts, mol per kg of all polymers."""
    salts = [part for part in parts if part.compound.kind is Kind.SALT]
    lithium = sum(part.moles * lithium_count(part.compound.as_salt().smiles) for part in salts)
    hosts = sum(part.mass_g for part in parts if part.compound.kind is Kind.POLYMER)
    return 1000 * lithium / hosts if salts else 0.0


def _ratio(text: str, composition: str, count: int) -> list[float]:
    if not text:
        raise RowRefused("mixture without a ratio", composition)
    try:
        values = [float(part) for part in text.split("/")]
    except ValueError:
        why = "; a spreadsheet has made 1/20 a time of day" if ":" in text else ""
        raise RowRefused("ratio that is no number", f"ratio {text!r}{why}") from None
    if len(values) != count:
        raise RowRefused("ratio does not match the composition", f"{composition} : {text}")
    if any(value <= 0 or not math.isfinite(value) for value in values):
        raise RowRefused("physically impossible value", f"ratio {text}")
    return values


def _molar_mass(compound: Compound) -> float:
    """Molar mass, g/mol: of the salt with its lithium, of the mean repeat unit as it is drawn."""
    if compound.kind is Kind.SALT:
        return molar_mass_g_mol(compound.as_salt().smiles)
    if compound.kind is Kind.POLYMER:
        return compound.unit_mass_g_mol
    return molar_mass_g_mol(additive_of(compound.smiles).smiles)

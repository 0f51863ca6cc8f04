"""The conductivity table of Hatakeyama-Sato et al., J. Am. Chem. Soc. 2020, 142, 3301 (doi:10.1021/jacs.9b11442).

One row is one conductivity of a mixture: `Composition` names compounds of a second file (`pe_i_compounds.csv`, beside
the table) parted by `/`, with their `Mole ratio` or `Weight ratio`. Polymers count by repeat unit, and several are a
blend; salts are written as anions, the weight of an inorganic additive is per cent of the whole. What a formulation
cannot say is refused: liquids, two salts, mole ratios of copolymers (the table does not say of what).
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chemistry.canonical import lithium_count, molar_mass_g_mol
from chemistry.formulation import Formulation
from chemistry.polymer import Architecture, Polymer
from chemistry.salt import Salt
from ledger.film import Reading, Source
from ledger.literature.compounds import Compound, Kind, read_compounds
from ledger.literature.rows import Entry, Row, RowRefused
from ledger.literature.scales import COLDEST_C, HOTTEST_C, Series
from ledger.literature.substances import additive_of, carries_lithium, formulation_of, polymer_of

NAME = "pe_i"
CITATION = "Hatakeyama-Sato et al., J. Am. Chem. Soc. 2020, 142, 3301"
DOI = "10.1021/jacs.9b11442"
COMPOUNDS = "pe_i_compounds.csv"
TEMPERATURE, CONDUCTIVITY = "Temperature [oC]", "Conductivity [S/cm]"
FILLER, FILLER_PERCENT = "Inorganic additive", "Weight_ratio of inorg. additive(wt)"
COLUMNS = (
    "DOI",
    "Composition",
    "Mole ratio",
    "Weight ratio",
    FILLER,
    FILLER_PERCENT,
    "Tg [oC]",
    TEMPERATURE,
    CONDUCTIVITY,
)
SERIES = Series(TEMPERATURE, CONDUCTIVITY, ("DOI", "Composition", "Mole ratio", "Weight ratio"))
TRUST = 0.5

SD_DECADES = 0.40
"""As between papers in the table of Bradford et al. (`ledger.literature.bradford.SD_DECADES`)."""
SD_GLASS_TRANSITION_C = 5.0
"""Our estimate: onset or midpoint, heating rates of 5 to 20 K/min."""


@dataclass(frozen=True)
class _Part:
    """One component of a row and its mass per whatever amount the ratio counts, g."""

    compound: Compound
    mass_g: float
    moles: float


def entries_of(path: Path) -> Callable[[Row, float], Entry]:
    """The reader of one row, made with the compounds.

    Raises:
        BadInput: the file of compounds is missing or unreadable.
    """
    compounds = read_compounds(path.with_name(COMPOUNDS))

    def entry(row: Row, trust: float) -> Entry:
        return _entry(row, trust, compounds)

    return entry


def _entry(row: Row, trust: float, compounds: dict[str, Compound]) -> Entry:
    names = row.text("Composition").split("/")
    unknown = [name for name in names if name not in compounds]
    if unknown:
        raise RowRefused("unknown compound", f"{', '.join(unknown)} is not in {COMPOUNDS}")
    present = [compounds[name] for name in names]
    polymers = [compound for compound in present if compound.kind is Kind.POLYMER]
    if not polymers:
        raise RowRefused("no polymer (liquid electrolyte)", row.text("Composition"))
    temperature = row.number_in(TEMPERATURE, COLDEST_C, HOTTEST_C, "°C")
    conductivity = row.number_in(CONDUCTIVITY, 1e-16, 1.0, "S/cm")
    formulation = _formulation(row, _parts(row, present))
    readings = [_reading("log10_conductivity", math.log10(conductivity), SD_DECADES, temperature, trust)]
    glass_transition = row.optional("Tg [oC]", -150.0, 400.0, "°C")
    if glass_transition is not None:
        readings.append(_reading("glass_transition", glass_transition, SD_GLASS_TRANSITION_C, None, trust))
    doi = plain_doi(row.text("DOI"))
    remarks = ("no salt is named: lithium balances the anion on the chain",) if formulation.salt is None else ()
    facts = {"composition": row.text("Composition"), **({"paper_doi": doi} if doi else {})}
    paper = doi or row.text("DOI").removesuffix("not available")
    return Entry(row.number, paper, formulation, tuple(readings), remarks, facts)


def _reading(name: str, value: float, sd: float, temperature_C: float | None, trust: float) -> Reading:
    return Reading(
        property=name, value=value, sd=sd, temperature_C=temperature_C, source=Source.LITERATURE, trust=trust
    )


def _parts(row: Row, present: Sequence[Compound]) -> list[_Part]:
    """Masses and moles of the components from whichever ratio is given."""
    moles, weights = row.text("Mole ratio"), row.text("Weight ratio")
    if len(present) == 1:
        return [_Part(present[0], 1.0, 0.0)]
    if not moles and not weights:
        raise RowRefused("mixture without a ratio", row.text("Composition"))
    try:
        values = [float(text) for text in (moles or weights).split("/")]
    except ValueError:
        detail = f"ratio {moles or weights!r}; a spreadsheet has made 1/20 a time of day"
        raise RowRefused(
            "ratio that is no number", detail if ":" in moles + weights else detail.split(";")[0]
        ) from None
    if len(values) != len(present):
        raise RowRefused("ratio does not match the composition", f"{row.text('Composition')} : {moles or weights}")
    if any(value <= 0 or not math.isfinite(value) for value in values):
        raise RowRefused("physically impossible value", f"ratio {moles or weights}")
    if not moles:
        return [_Part(c, value, value / _molar_mass(c)) for c, value in zip(present, values, strict=True)]
    if any(compound.copolymer for compound in present):
        raise RowRefused("mole ratio of a copolymer", f"{row.text('Composition')} : {moles} of what is not said")
    return [_Part(c, value * _molar_mass(c), value) for c, value in zip(present, values, strict=True)]


def _molar_mass(compound: Compound) -> float:
    """Molar mass, g/mol: of the salt with its lithium, of the repeat unit as it is written."""
    if compound.kind is Kind.SALT:
        return molar_mass_g_mol(compound.as_salt().smiles)
    if compound.kind is Kind.POLYMER:
        return compound.as_polymer().unit_molar_mass if compound.copolymer else molar_mass_g_mol(compound.smiles)
    return molar_mass_g_mol(additive_of(compound.smiles).smiles)


def _formulation(row: Row, parts: Sequence[_Part]) -> Formulation:
    salts = [part for part in parts if part.compound.kind is Kind.SALT]
    if len(salts) > 1:
        raise RowRefused("two salts", row.text("Composition"))
    hosts = [part for part in parts if part.compound.kind is Kind.POLYMER]
    polymer = hosts[0].compound.as_polymer() if len(hosts) == 1 else _blend(hosts)
    if not salts and not carries_lithium(polymer):
        raise RowRefused("neither salt nor tethered anion", row.text("Composition"))
    salt: Salt | None = salts[0].compound.as_salt() if salts else None
    lithium = 0.0 if salt is None else salts[0].moles * lithium_count(salt.smiles)
    molality = 1000 * lithium / sum(part.mass_g for part in hosts)
    filler = _filler(row)
    share = (1 - sum(weight for _, weight in filler)) / sum(part.mass_g for part in parts)
    additives: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        if part.compound.kind is Kind.MOLECULE:
            additives[additive_of(part.compound.smiles).smiles] += part.mass_g * share
    return formulation_of(polymer, salt, molality, tuple(additives.items()), filler)


def _blend(parts: Sequence[_Part]) -> Polymer:
    """The polymers of a host together; a repeat unit that several of them have counts once."""
    moles: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        chain = part.compound.as_polymer()
        for unit, fraction in zip(chain.units, chain.fractions, strict=True):
            moles[unit.smiles] += fraction * part.mass_g / chain.unit_molar_mass
    if len(moles) == 1:
        raise RowRefused("blend of one chain in two lengths", ", ".join(part.compound.name for part in parts))
    total = sum(moles.values())
    return polymer_of(tuple(moles), tuple(amount / total for amount in moles.values()), Architecture.BLEND)


def _filler(row: Row) -> tuple[tuple[str, float], ...]:
    formula = row.text(FILLER)
    if not formula:
        return ()
    return ((formula, row.number_in(FILLER_PERCENT, 1e-3, 99.0, "%") / 100),)


def plain_doi(text: str) -> str:
    """The DOI in `text`, mended where the table cut its beginning off; empty where there is none.

    >>> plain_doi("j.electacta.2013.09.151"), plain_doi("org/10.1007/s10904-018-0805-z"), plain_doi("not available")
    ('10.1016/j.electacta.2013.09.151', '10.1007/s10904-018-0805-z', '')
    """
    if match := re.search(r"10\.\d{4,5}/\S+", text):
        return match[0]
    if text.startswith("j.") and re.search(r"\.\d{4}\.\d{2}\.\d{3}$", text):
        return f"10.1016/{text}"  # Elsevier's own pattern: journal, year, month, number
    return f"1{text}" if re.match(r"0\.\d{4,5}/\S+", text) else ""

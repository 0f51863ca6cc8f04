"""The conductivity table of Hatakeyama-Sato et al., J. Am. Chem. Soc. 2020, 142, 3301 (doi:10.1021/jacs.9b11442).

One row is one conductivity of a mixture: `Composition` names compounds of a second file (`pe_i_compounds.csv`, beside
the table) parted by `/`, with their `Mole ratio` or `Weight ratio`. Polymers count by repeat unit, and several are a
blend; salts are written as anions, the weight of an inorganic additive is per cent of the whole. What a formulation
cannot say is refused: liquids, two salts.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path

from chemistry.formulation import Formulation
from chemistry.polymer import Architecture, Polymer
from chemistry.salt import Salt
from ledger.film import Reading, Source
from ledger.literature.compounds import COMPOUNDS, Compound, Kind, read_compounds
from ledger.literature.mixtures import (
    COMPOSITION,
    MOLE_RATIO,
    PAPER,
    WEIGHT_RATIO,
    Part,
    components_of,
    molality_of,
    papers_by_formula,
    parts_of,
)
from ledger.literature.rows import Entry, Row, RowRefused, read_rows
from ledger.literature.scales import COLDEST_C, HOTTEST_C, Series
from ledger.literature.substances import additive_of, carries_lithium, formulation_of, polymer_of

NAME = "pe_i"
CITATION = "Hatakeyama-Sato et al., J. Am. Chem. Soc. 2020, 142, 3301"
DOI = "10.1021/jacs.9b11442"
TEMPERATURE, CONDUCTIVITY = "Temperature [oC]", "Conductivity [S/cm]"
FILLER, FILLER_PERCENT = "Inorganic additive", "Weight_ratio of inorg. additive(wt)"
COLUMNS = (
    PAPER,
    COMPOSITION,
    MOLE_RATIO,
    WEIGHT_RATIO,
    FILLER,
    FILLER_PERCENT,
    "Tg [oC]",
    TEMPERATURE,
    CONDUCTIVITY,
)
SERIES = Series(TEMPERATURE, CONDUCTIVITY, (PAPER, COMPOSITION, MOLE_RATIO, WEIGHT_RATIO))
TRUST = 0.5

SD_DECADES = 0.40
"""As between papers in the table of Bradford et al. (`ledger.literature.bradford.SD_DECADES`)."""
SD_GLASS_TRANSITION_C = 5.0
"""Our estimate: onset or midpoint, heating rates of 5 to 20 K/min."""


def entries_of(path: Path) -> Callable[[Row, float], Entry]:
    """The reader of one row, made with the compounds.

    Raises:
        BadInput: the file of compounds is missing or unreadable.
    """
    compounds = read_compounds(path.with_name(COMPOUNDS))
    by_formula = papers_by_formula(read_rows(path, COLUMNS, NAME), compounds)

    def entry(row: Row, trust: float) -> Entry:
        return _entry(row, trust, compounds, by_formula)

    return entry


def _entry(row: Row, trust: float, compounds: Mapping[str, Compound], by_formula: Container[str]) -> Entry:
    present = components_of(row, compounds)
    polymers = [compound for compound in present if compound.kind is Kind.POLYMER]
    if not polymers:
        raise RowRefused("no polymer (liquid electrolyte)", row.text(COMPOSITION))
    temperature = row.number_in(TEMPERATURE, COLDEST_C, HOTTEST_C, "°C")
    conductivity = row.number_in(CONDUCTIVITY, 1e-16, 1.0, "S/cm")
    formulation = _formulation(row, parts_of(row, present, by_formula=row.text(PAPER) in by_formula))
    readings = [_reading("log10_conductivity", math.log10(conductivity), SD_DECADES, temperature, trust)]
    glass_transition = row.optional("Tg [oC]", -150.0, 400.0, "°C")
    if glass_transition is not None:
        readings.append(_reading("glass_transition", glass_transition, SD_GLASS_TRANSITION_C, None, trust))
    doi = plain_doi(row.text(PAPER))
    remarks = ("no salt is named: lithium balances the anion on the chain",) if formulation.salt is None else ()
    facts = {"composition": row.text(COMPOSITION), **({"paper_doi": doi} if doi else {})}
    paper = doi or row.text(PAPER).removesuffix("not available")
    return Entry(row.number, paper, formulation, tuple(readings), remarks, facts)


def _reading(name: str, value: float, sd: float, temperature_C: float | None, trust: float) -> Reading:
    return Reading(
        property=name, value=value, sd=sd, temperature_C=temperature_C, source=Source.LITERATURE, trust=trust
    )


def _formulation(row: Row, parts: Sequence[Part]) -> Formulation:
    salts = [part for part in parts if part.compound.kind is Kind.SALT]
    if len(salts) > 1:
        raise RowRefused("two salts", row.text(COMPOSITION))
    hosts = [part for part in parts if part.compound.kind is Kind.POLYMER]
    polymer = hosts[0].compound.as_polymer() if len(hosts) == 1 else _blend(hosts)
    if not salts and not carries_lithium(polymer):
        raise RowRefused("neither salt nor tethered anion", row.text(COMPOSITION))
    salt: Salt | None = salts[0].compound.as_salt() if salts else None
    molality = molality_of(parts)
    filler = _filler(row)
    share = (1 - sum(weight for _, weight in filler)) / sum(part.mass_g for part in parts)
    additives: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        if part.compound.kind is Kind.MOLECULE:
            additives[additive_of(part.compound.smiles).smiles] += part.mass_g * share
    return formulation_of(polymer, salt, molality, tuple(additives.items()), filler)


def _blend(parts: Sequence[Part]) -> Polymer:
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

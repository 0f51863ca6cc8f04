"""What was measured and of what, as the description of an archive names it: quantities, units, substances."""

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.archive.crate_entities import Entity, Terms, reference
from ledger.archive.extract import Extract
from ledger.archive.terms import ADDITIVE, POLYMER, PROPERTIES, QUDT, UNITS, Term, salt_term
from ledger.written import read_formulation

COLUMNS = {
    "frequency_Hz": ("frequency", "Hz"),
    "real_ohm": ("real part of the impedance", "ohm"),
    "imaginary_ohm": ("imaginary part of the impedance", "ohm"),
    "time_s": ("time since the voltage was put on", "s"),
    "current_A": ("current", "A"),
    "potential_V": ("potential vs Li/Li+, as applied", "V"),
    "current_density_A_cm2": ("current density", "A/cm2"),
    "sample_temperature_C": ("temperature of the sample", "degC"),
    "heat_flow_mW": ("heat flow, endothermic above zero", "mW"),
}
"""Columns of the measured curves: what they are, and ionloop's name of their unit."""


def quantity_entities(extract: Extract, terms: Terms) -> Iterator[Entity]:
    """Everything measured, with unit and meaning. Of a logarithm the quantity itself has an entity of its own."""
    for name in measured(extract):
        what = PROPERTIES[name]
        quantity = _value(f"#{name}", what.words, what.unit)
        if what.term is not None:
            quantity["propertyID"] = reference(what.term, terms)
        if not what.logarithm:
            yield {**quantity, "alternateName": name}
            continue
        yield {
            "@id": f"#{name}",
            "@type": "PropertyValue",
            "name": name,
            "description": f"decadic logarithm of the {what.words} in {what.unit}",
            "unitText": f"log10({UNITS[what.unit].ucum})",
            "valueReference": {"@id": f"#{name.removeprefix('log10_')}"},
        }
        yield {**quantity, "@id": f"#{name.removeprefix('log10_')}"}
    held = {name for row in extract.rows["measurement"] for name in _columns_in(row["measurement"])}
    yield from (_value(f"#{name}", *COLUMNS[name]) for name in sorted(held))
    units = [COLUMNS[name][1] for name in sorted(held)] + [PROPERTIES[name].unit for name in measured(extract)]
    for unit in dict.fromkeys(units):
        if UNITS[unit].iri:
            name = f"{UNITS[unit].qudt} ({UNITS[unit].ucum})"
            yield {"@id": UNITS[unit].iri, "@type": "DefinedTerm", "name": name, "inDefinedTermSet": QUDT}


def _value(name: str, words: str, unit: str) -> Entity:
    known = UNITS[unit]
    value: Entity = {"@id": name, "@type": "PropertyValue", "name": words, "unitText": known.ucum}
    return value | ({"unitCode": {"@id": known.iri}} if known.iri else {})


def _columns_in(measurement: Mapping[str, Any]) -> Iterator[str]:
    for name, value in measurement.items():
        if isinstance(value, list) and name in COLUMNS:
            yield name
        elif isinstance(value, dict):
            yield from _columns_in(value)


def measured(extract: Extract) -> list[str]:
    """Properties of which the campaign holds an observation."""
    return sorted({row["property"] for row in extract.rows["observation"]})


def substance_entities(extract: Extract, terms: Terms) -> Iterator[Entity]:
    """What the films were made of, in the order of `made_of`."""
    for place, (smiles, (name, term)) in enumerate(made_of(extract).items(), 1):
        yield {
            "@id": f"#substance-{place}",
            "@type": "MolecularEntity",
            "name": name,
            "smiles": smiles,
            "additionalType": reference(term, terms),
        }


def made_of(extract: Extract) -> dict[str, tuple[str, Term]]:
    """What the films were to be made of, as far as it has a structure: name and term by SMILES."""
    found: dict[str, tuple[str, Term]] = {}
    for row in extract.rows["experiment"]:
        made = read_formulation(row["formulation"])
        called = made.polymer.name if len(made.polymer.units) == 1 else ""
        found |= {unit.smiles: (called or unit.smiles, POLYMER) for unit in made.polymer.units}
        if made.salt is not None:
            found[made.salt.smiles] = (made.salt.name or made.salt.smiles, salt_term(made.salt.smiles))
        found |= {one.additive.smiles: (one.additive.name or one.additive.smiles, ADDITIVE) for one in made.additives}
    return dict(sorted(found.items()))

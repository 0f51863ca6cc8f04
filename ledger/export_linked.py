"""Observations as JSON-LD: each number with its unit and its meaning in the terms of `ledger.archive.terms`.

Of a logarithm the quantity itself is told beside it, since vocabularies know conductivities and not their logarithms.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ledger.archive.terms import (
    ADDITIVE,
    POLYMER,
    POLYMER_ELECTROLYTE,
    PROPERTIES,
    QUDT,
    UNITS,
    Term,
    salt_term,
)

CONTEXT: dict[str, Any] = {
    "@vocab": "https://schema.org/",
    "unit": QUDT,
    "unitCode": {"@type": "@id"},
    "propertyID": {"@type": "@id"},
    "additionalType": {"@type": "@id"},
    "isBasedOn": "https://schema.org/isBasedOn",
}


def linked_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of a JSON-LD document of exported rows (`ledger.export.observation_rows`), one node a line."""
    yield f'{{"@context": {json.dumps(CONTEXT, ensure_ascii=False)},\n"@graph": [\n'
    for place, row in enumerate(rows):
        yield (",\n" if place else "") + json.dumps(node(row), ensure_ascii=False, allow_nan=False)
    yield "\n]}\n"


def node(row: Mapping[str, Any]) -> dict[str, Any]:
    """One exported row as a node."""
    what = PROPERTIES[row["property"]]
    unit = UNITS[what.unit]
    value: dict[str, Any] = {
        "@type": "PropertyValue",
        "name": what.words,
        "value": 10 ** row["value"] if what.logarithm else row["value"],
        "unitText": unit.ucum,
    }
    if unit.iri:
        value["unitCode"] = unit.iri
    if what.term is not None:
        value["propertyID"] = what.term.iri
    if what.logarithm:
        logarithm = {"@type": "PropertyValue", "name": row["property"], "value": row["value"]}
        value["valueReference"] = [{**logarithm, "unitText": row["unit"], **_spread(row)}, *_conditions(row)]
    else:
        value |= _spread(row)
        value["valueReference"] = _conditions(row)
    told = {
        "@type": "Observation",
        "@id": f"#observation-{row['event']}-{row['film']}-{row['property']}-{row['temperature_C']}",
        "observationAbout": {
            "@id": f"#{row['film']}",
            "@type": "Product",
            "additionalType": POLYMER_ELECTROLYTE.iri,
            "material": list(_materials(row)),
        },
        "measuredProperty": row["property"],
        "measurementMethod": row["source"],
        "variableMeasured": value,
    }
    return told | ({"isBasedOn": row["reference"]} if row["reference"] else {})


def _spread(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"measurementTechnique": row["source"], "marginOfError": {"@type": "QuantitativeValue", "value": row["sd"]}}


def _conditions(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    if row["temperature_C"] is None:
        return []
    unit = UNITS["degC"]
    told = {"@type": "PropertyValue", "name": "temperature", "value": row["temperature_C"], "unitText": unit.ucum}
    return [told | {"unitCode": unit.iri}]


def _materials(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for smiles in str(row["polymer"]).split("."):
        yield _substance(smiles, POLYMER)
    if row["salt"]:
        told = _substance(str(row["salt"]), salt_term(str(row["salt"])))
        loading = {"@type": "PropertyValue", "name": "loading", "value": row["salt_molality_mol_kg"]}
        yield told | {"amount": {**loading, "unitText": UNITS["mol/kg"].ucum}}
    for text in str(row["additives"]).split(" ") if row["additives"] else ():
        if text.endswith(":"):
            yield _substance(text.removesuffix(":"), ADDITIVE)


def _substance(smiles: str, term: Term) -> dict[str, Any]:
    return {"@type": "MolecularEntity", "smiles": smiles, "additionalType": term.iri}

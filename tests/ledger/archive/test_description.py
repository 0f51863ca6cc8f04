"""What a stranger reads: a crate by the rules of its specification, with units and terms that others know."""

import csv
import hashlib
import io
import json
import math
from typing import Any
from urllib.parse import unquote

import pytest

from chemistry.catalogue import salt
from ledger.archive.crate import METADATA, SPECIFICATION
from ledger.archive.crate_quantities import COLUMNS
from ledger.archive.terms import LITHIUM_SALT, PROPERTIES, SALTS, UNITS, salt_term
from ledger.archive.zipped import MANIFEST, unzipped
from ledger.film import PROPERTY_UNITS

Graph = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def files(rich_archive: bytes) -> dict[str, bytes]:
    return unzipped(rich_archive, "")


@pytest.fixture(scope="module")
def graph(files: dict[str, bytes]) -> Graph:
    described = json.loads(files[METADATA])
    assert described["@context"] == f"{SPECIFICATION}/context"
    entities = {entity["@id"]: entity for entity in described["@graph"]}
    assert len(entities) == len(described["@graph"]), "each entity is described once"
    return entities


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one for held in value for one in references(held)]
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else [one for held in value.values() for one in references(held)]
    return []


def test_the_root_says_what_the_specification_asks(graph: Graph) -> None:
    assert graph[METADATA]["about"] == {"@id": "./"}
    assert graph[METADATA]["conformsTo"] == {"@id": SPECIFICATION}
    root = graph["./"]
    assert root["@type"] == "Dataset"
    assert root["name"] == "rich, run 1"
    assert "Which film conducts best" in root["description"]
    assert root["datePublished"] > root["dateCreated"][:10]
    assert root["license"]
    profile = graph[root["conformsTo"]["@id"]]
    assert "Profile" in profile["@type"]


def test_every_file_is_described_with_its_hash_and_reached_from_the_root(files: dict[str, bytes], graph: Graph) -> None:
    parts = references(graph["./"]["hasPart"])
    inside = [part for folder in parts if folder.endswith("/") for part in references(graph[folder]["hasPart"])]
    named = {unquote(part) for part in [*parts, *inside] if not part.endswith("/")}
    assert named | {METADATA} == set(files)
    for path in named - {MANIFEST}:
        entity = graph[path]
        assert entity["sha256"] == hashlib.sha256(files[path]).hexdigest()
        assert entity["contentSize"] == str(len(files[path]))
        assert entity["encodingFormat"]
        assert entity["description"]


def test_whatever_is_named_is_described_and_has_a_name(graph: Graph) -> None:
    named = {one for entity in graph.values() for one in references(list(entity.values()))}
    assert named - set(graph) == {SPECIFICATION}
    assert [name for name, entity in graph.items() if name != METADATA and not entity.get("name")] == []
    people = {entity["name"] for entity in graph.values() if entity["@type"] == "Person"}
    assert people == {"Ada", "Bea", "Cara"}


def test_the_campaign_is_an_action_of_ionloop(graph: Graph) -> None:
    action = graph["#campaign"]
    assert action["@type"] == "CreateAction"
    assert graph[action["instrument"]["@id"]]["@type"] == "SoftwareApplication"
    assert action["startTime"] <= action["endTime"]
    assert action["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert {"@id": "campaign.yaml"} in action["object"]


def test_quantities_have_units_that_others_know(graph: Graph) -> None:
    quantity = graph[graph["#log10_conductivity"]["valueReference"]["@id"]]
    assert quantity["unitText"] == "S/cm"
    assert quantity["unitCode"] == {"@id": "http://qudt.org/vocab/unit/S-PER-CentiM"}
    assert graph[quantity["propertyID"]["@id"]]["name"] == "IonicConductivity"
    assert graph["#log10_conductivity"].get("unitCode") is None, "a logarithm is in no unit"


def test_every_property_and_every_unit_of_the_ledger_has_its_words() -> None:
    assert PROPERTIES.keys() == PROPERTY_UNITS.keys()
    for name, unit in PROPERTY_UNITS.items():
        what = PROPERTIES[name]
        inner = unit.removeprefix("log10(").removesuffix(")").removesuffix(" vs Li/Li+")
        assert (what.unit, what.logarithm) == (inner, unit.startswith("log10("))
        assert what.unit in UNITS
    assert {unit for _, unit in COLUMNS.values()} <= UNITS.keys()


def test_salts_are_told_by_what_they_are() -> None:
    for name, term in SALTS.items():
        assert salt_term(salt(name).smiles) == term
    assert salt_term(salt("LiBETI").smiles) == LITHIUM_SALT


def test_curves_and_observations_can_be_read_without_ionloop(files: dict[str, bytes]) -> None:
    measured = list(csv.DictReader(io.StringIO(files["measurements.csv"].decode(), newline="")))
    first = next(row for row in measured if row["kind"] == "impedance")
    curve = list(csv.DictReader(io.StringIO(files[first["file"]].decode(), newline="")))
    assert [float(row["frequency_Hz"]) for row in curve] == [1e5, 1e3, 0.1]
    assert float(curve[2]["real_ohm"]) == 1 / 3
    observed = list(csv.DictReader(io.StringIO(files["observations.csv"].decode(), newline="")))
    row = next(row for row in observed if row["property"] == "log10_conductivity")
    assert math.log10(float(row["quantity"])) == pytest.approx(float(row["value"]))
    assert row["quantity_unit_ucum"] == "S/cm"
    holding = [row for row in observed if row["holds"] == "True" and row["experiment"] == "1"]
    assert [float(row["value"]) for row in holding] == [-5.2]

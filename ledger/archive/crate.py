"""The description of an archive as an RO-Crate: what it is, who and what made it, and what its files hold.

RO-Crate 1.3 (https://w3id.org/ro/crate/1.3, 2026-06-22), and its profile for runs of software, Process Run Crate 0.6
(https://w3id.org/ro/wfrun/process/0.6). The description says nothing that the rows do not say: it is made anew with
every export, and nothing is read back from it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ledger.archive import views
from ledger.archive.extract import Extract
from ledger.archive.terms import (
    ADDITIVE,
    ELECTROLYTE,
    POLYMER,
    POLYMER_ELECTROLYTE,
    PROPERTIES,
    TECHNIQUES,
    UNITS,
    Term,
    salt_term,
)
from ledger.archive.zipped import MANIFEST
from ledger.kinds import CampaignState
from ledger.written import read_formulation

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.3"
PROFILE = "https://w3id.org/ro/wfrun/process/0.6"
NO_LICENCE = "No licence is stated: ask whoever ran the campaign before the data are used or passed on."

Entity = dict[str, Any]

FOLDERS = {
    "ledger/": "Every row of the campaign's ledger, one table a file, one JSON object a line; numbers count from one",
    "documents/": "Raw Bluesky documents, one run a file, one [name, document] a line, as the instruments gave them",
    "models/": "Weights and configuration of the model versions whose weights were kept",
    views.SPECTRA: "Measured curves, one a file; measurements.csv says of which sample, and how they were measured",
}
WORDS = {
    "archive.json": "Format of this archive, layout of its ledger, and the hash of its rows",
    "exported.json": "Who exported the campaign first, with which versions, and under which licence",
    "campaign.yaml": "The campaign file, as it was given",
    "requirements.lock": "Lock file: every package that the ionloop which wrote this archive runs with",
    views.SPEC: "The campaign: space, objectives, limits, planner, budget, as it was when the run began",
    views.LAB: "The lab: stations, instruments and stock, as it was when the run began",
    views.OBSERVATIONS: "What was observed on each film, and what was known from elsewhere",
    views.EXPERIMENTS: "What was suggested, by whom, why, and what became of it",
    views.MEASUREMENTS: "What was measured on which sample, and where the curve lies",
}
_MANIFEST = "sha256 of every other file, as `sha256sum --check` reads it"
_FORMATS = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "yaml": "application/yaml",
    "zip": "application/zip",
    "lock": "text/plain",
    "txt": "text/plain",
}


def describe(extract: Extract, files: Mapping[str, bytes], *, software: str, by: str, licence: str) -> bytes:
    """The metadata file of an archive.

    Args:
        extract: the campaign.
        files: everything else that the archive holds, by its path.
        software: version of the ionloop that wrote it first.
        by: who exported it first.
        licence: under which its data may be used: a URL, or words.
    """
    terms: dict[str, Term] = {}
    graph = [
        _descriptor(),
        _root(extract, files, licence, terms),
        *_folders(files),
        *(_file(path, content, terms) for path, content in sorted(files.items())),
        {"@id": MANIFEST, "@type": "File", "name": MANIFEST, "encodingFormat": "text/plain", "description": _MANIFEST},
        *_action(extract, files, software, by),
        *_people(by, extract),
        *_quantities(extract, terms),
        *_substances(extract, terms),
    ]
    graph += [_as_entity(term) for _, term in sorted(terms.items())]
    context = [f"{SPECIFICATION}/context", {"qudtUnit": {"@id": "http://qudt.org/schema/qudt/hasUnit", "@type": "@id"}}]
    return (json.dumps({"@context": context, "@graph": graph}, ensure_ascii=False, indent=1) + "\n").encode()


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": SPECIFICATION},
    }


def _root(extract: Extract, files: Mapping[str, bytes], licence: str, terms: dict[str, Term]) -> Entity:
    campaign = extract.campaign
    begun, ended = span(extract)
    question = str(campaign["spec"].get("question") or "")
    about = [_named(term, terms) for term in (POLYMER_ELECTROLYTE, ELECTROLYTE)]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{campaign['name']}, run {campaign['run']}",
        "description": f"A campaign of ionloop for solid polymer electrolytes. {question}".strip(),
        "datePublished": ended,
        "dateCreated": begun,
        "license": {"@id": licence} if _is_url(licence) else licence,
        "conformsTo": {"@id": PROFILE},
        "creativeWorkStatus": _status(campaign),
        "author": {"@id": "#exporter"},
        "about": about,
        "hasPart": [*({"@id": folder} for folder in _used_folders(files)), *(_at(path) for path in _loose(files))],
        "mentions": {"@id": "#campaign"},
        "variableMeasured": [{"@id": f"#{name}"} for name in _measured(extract)],
    }


def _status(campaign: Mapping[str, Any]) -> str:
    if CampaignState(campaign["state"]).final:
        return str(campaign["state"])
    return f"{campaign['state']}: not over when it was exported; what came later is not in this archive"


def span(extract: Extract) -> tuple[str, str]:
    """When a campaign began, and when the last thing happened to it."""
    moments = [row["wall_time"] for row in extract.rows["event"] if row["campaign_id"] is not None]
    return extract.campaign["begun_at"], max([extract.campaign["begun_at"], *moments])


def _used_folders(files: Mapping[str, bytes]) -> list[str]:
    return [folder for folder in FOLDERS if any(path.startswith(folder) for path in files)]


def _loose(files: Mapping[str, bytes]) -> list[str]:
    """Files that lie in no folder."""
    return sorted([*(path for path in files if "/" not in path), MANIFEST])


def _at(path: str) -> Entity:
    """A reference to a file: its path as a part of a URL."""
    return {"@id": quote(path)}


def _folders(files: Mapping[str, bytes]) -> Iterator[Entity]:
    for folder in _used_folders(files):
        parts = [_at(path) for path in sorted(files) if path.startswith(folder)]
        yield {
            "@id": folder,
            "@type": "Dataset",
            "name": folder.rstrip("/"),
            "description": FOLDERS[folder],
            "hasPart": parts,
        }


def _file(path: str, content: bytes, terms: dict[str, Term]) -> Entity:
    entity: Entity = {
        **_at(path),
        "@type": "File",
        "name": path.rpartition("/")[2],
        "encodingFormat": _FORMATS[path.rpartition(".")[2]],
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if path in WORDS:
        entity["description"] = WORDS[path]
    if path.startswith(views.SPECTRA):
        kind = next((kind for kind in TECHNIQUES if f"-{kind}" in path), None)
        if kind is not None:
            entity["measurementTechnique"] = _named(TECHNIQUES[kind], terms)
        entity["variableMeasured"] = [{"@id": f"#{name}"} for name in views.columns_of(content) if name in COLUMNS]
    return entity


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


def _quantities(extract: Extract, terms: dict[str, Term]) -> Iterator[Entity]:
    """Everything measured, with unit and meaning. Of a logarithm the quantity itself has an entity of its own."""
    for name in _measured(extract):
        what = PROPERTIES[name]
        quantity = _value(f"#{name}", what.words, what.unit)
        if what.term is not None:
            quantity["propertyID"] = _named(what.term, terms)["@id"]
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


def _value(name: str, words: str, unit: str) -> Entity:
    known = UNITS[unit]
    value: Entity = {"@id": name, "@type": "PropertyValue", "name": words, "unitText": known.ucum}
    return value | ({"unitCode": known.iri, "qudtUnit": known.iri} if known.iri else {})


def _columns_in(measurement: Mapping[str, Any]) -> Iterator[str]:
    for name, value in measurement.items():
        if isinstance(value, list) and name in COLUMNS:
            yield name
        elif isinstance(value, dict):
            yield from _columns_in(value)


def _measured(extract: Extract) -> list[str]:
    return sorted({row["property"] for row in extract.rows["observation"]})


def _action(extract: Extract, files: Mapping[str, bytes], software: str, by: str) -> Iterator[Entity]:
    campaign = extract.campaign
    begun, ended = span(extract)
    given = [path for path in ("campaign.yaml", views.SPEC, views.LAB) if path in files]
    entity: Entity = {
        "@id": "#campaign",
        "@type": "CreateAction",
        "name": f"Campaign {campaign['name']}, run {campaign['run']}",
        "description": campaign["why"] or f"It is {campaign['state']}.",
        "startTime": begun,
        "instrument": {"@id": "#ionloop"},
        "agent": {"@id": "#exporter"},
        "object": [_at(path) for path in given],
        "result": [_at(path) for path in (*_used_folders(files), views.OBSERVATIONS, views.EXPERIMENTS)],
    }
    if not CampaignState(campaign["state"]).final:
        yield entity | {"actionStatus": {"@id": "http://schema.org/ActiveActionStatus"}}
    elif campaign["state"] == CampaignState.FAILED:
        failed = {"@id": "http://schema.org/FailedActionStatus"}
        yield entity | {"endTime": ended, "actionStatus": failed, "error": campaign["why"]}
    else:
        yield entity | {"endTime": ended, "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"}}
    yield {
        "@id": "#ionloop",
        "@type": "SoftwareApplication",
        "name": "ionloop",
        "description": "Closed-loop laboratory controller for solid polymer electrolytes",
        "softwareVersion": software,
    }
    yield {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.6"}


def _people(by: str, extract: Extract) -> Iterator[Entity]:
    yield {"@id": "#exporter", "@type": "Person", "name": by, "description": "Exported the campaign"}
    told = {str(row["by"]) for name in ("campaign_command", "approval") for row in extract.rows[name]}
    told |= {str(row["payload"].get("by") or "") for row in extract.rows["event"] if row["kind"] == "amended"}
    for place, name in enumerate(sorted(told - {"", by}), 1):
        yield {"@id": f"#person-{place}", "@type": "Person", "name": name, "description": "Stepped in, or amended"}


def _substances(extract: Extract, terms: dict[str, Term]) -> Iterator[Entity]:
    """What the films were made of, as far as it has a structure."""
    found: dict[str, tuple[str, Term]] = {}
    for row in extract.rows["experiment"]:
        made = read_formulation(row["formulation"])
        found |= {unit.smiles: (made.polymer.name or unit.smiles, POLYMER) for unit in made.polymer.units}
        if made.salt is not None:
            found[made.salt.smiles] = (made.salt.name or made.salt.smiles, salt_term(made.salt.smiles))
        found |= {one.additive.smiles: (one.additive.name or one.additive.smiles, ADDITIVE) for one in made.additives}
    for place, (smiles, (name, term)) in enumerate(sorted(found.items()), 1):
        yield {
            "@id": f"#substance-{place}",
            "@type": "MolecularEntity",
            "name": name,
            "smiles": smiles,
            "additionalType": _named(term, terms)["@id"],
        }


def _named(term: Term, terms: dict[str, Term]) -> Entity:
    terms[term.iri] = term
    return {"@id": term.iri}


def _as_entity(term: Term) -> Entity:
    return {"@id": term.iri, "@type": "DefinedTerm", "name": term.name, "inDefinedTermSet": term.vocabulary}


def _is_url(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text

"""The description of an archive as an RO-Crate: what it is, who and what made it, and what its files hold.

RO-Crate 1.3 (https://w3id.org/ro/crate/1.3, 2026-06-22), and its profile for runs of software, Process Run Crate 0.6
(https://w3id.org/ro/wfrun/process/0.6). The description says nothing that the rows do not say: it is made anew with
every export, and nothing is read back from it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from ledger import tables
from ledger.archive import views
from ledger.archive.exported import Exported
from ledger.archive.extract import Extract
from ledger.archive.terms import (
    ADDITIVE,
    ELECTROLYTE,
    POLYMER,
    POLYMER_ELECTROLYTE,
    PROPERTIES,
    QUDT,
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


def describe(extract: Extract, files: Mapping[str, bytes], told: Exported) -> bytes:
    """The metadata file of an archive.

    Args:
        extract: the campaign.
        files: everything else that the archive holds, by its path.
        told: who exported it first, with what, and under which licence.
    """
    terms: dict[str, Term] = {}
    graph = [
        _descriptor(),
        _root(extract, files, told.licence, terms),
        *_folders(files),
        *(_file(path, content, terms) for path, content in sorted(files.items())),
        {"@id": MANIFEST, "@type": "File", "name": MANIFEST, "encodingFormat": "text/plain", "description": _MANIFEST},
        *_action(extract, files, told),
        *_people(told.by, extract),
        *_licence(told.licence),
        *_quantities(extract, terms),
        *_substances(extract, terms),
    ]
    graph += [_as_entity(term) for _, term in sorted(terms.items())]
    context = f"{SPECIFICATION}/context"
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
        "hasPart": _several([*_used_folders(files), *_loose(files)]),
        "mentions": _several(["#campaign", *(f"#substance-{place}" for place, _ in enumerate(_made_of(extract), 1))]),
        "variableMeasured": _several([f"#{name}" for name in _measured(extract)]),
    }


def _status(campaign: Mapping[str, Any]) -> str:
    if CampaignState(campaign["state"]).final:
        return str(campaign["state"])
    return f"{campaign['state']}: not over when it was exported; what came later is not in this archive"


def span(extract: Extract) -> tuple[str, ...]:
    """When a campaign began, and when the last thing happened to it."""
    moments = [row["wall_time"] for row in extract.rows["event"] if row["campaign_id"] is not None]
    first, last = extract.campaign["begun_at"], max([extract.campaign["begun_at"], *moments])
    return tuple(datetime.fromisoformat(text).isoformat(timespec="seconds") for text in (first, last))


def _used_folders(files: Mapping[str, bytes]) -> list[str]:
    return [folder for folder in FOLDERS if any(path.startswith(folder) for path in files)]


def _loose(files: Mapping[str, bytes]) -> list[str]:
    """Files that lie in no folder."""
    return sorted([*(quote(path) for path in files if "/" not in path), MANIFEST])


def _at(path: str) -> Entity:
    """A reference to a file: its path as a part of a URL."""
    return {"@id": quote(path)}


def _folders(files: Mapping[str, bytes]) -> Iterator[Entity]:
    for folder in _used_folders(files):
        yield {
            "@id": folder,
            "@type": "Dataset",
            "name": folder.rstrip("/"),
            "description": FOLDERS[folder],
            "hasPart": _several([quote(path) for path in sorted(files) if path.startswith(folder)]),
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
    entity["description"] = _words(path)
    if path.startswith(views.SPECTRA):
        kind = next((kind for kind in TECHNIQUES if f"-{kind}" in path), None)
        if kind is not None:
            entity["measurementTechnique"] = _named(TECHNIQUES[kind], terms)
        entity["variableMeasured"] = _several([f"#{name}" for name in views.columns_of(content) if name in COLUMNS])
    return entity


def _words(path: str) -> str:
    """What a file holds, for people."""
    folder, _, name = path.rpartition("/")
    stem = unquote(name.rpartition(".")[0])
    if folder == "ledger":
        return _tables()[stem]
    if folder == "documents":
        return f"Documents of Bluesky run {stem}"
    if folder == "models":
        number, _, model = stem.partition("-")
        return f"Version {int(number)} of the campaign's model, {model}: weights and configuration"
    if f"{folder}/" == views.SPECTRA:
        return f"Measured curve {stem}"
    return WORDS[path]


def _tables() -> dict[str, str]:
    """The first sentence that the code says of each table."""
    rows = (row for row in vars(tables).values() if isinstance(row, type) and issubclass(row, tables.Row))
    return {str(row.__tablename__): (row.__doc__ or "").partition("\n")[0] for row in rows if row is not tables.Row}


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
            quantity["propertyID"] = _named(what.term, terms)
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
    units = [COLUMNS[name][1] for name in sorted(held)] + [PROPERTIES[name].unit for name in _measured(extract)]
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


def _measured(extract: Extract) -> list[str]:
    return sorted({row["property"] for row in extract.rows["observation"]})


def _action(extract: Extract, files: Mapping[str, bytes], told: Exported) -> Iterator[Entity]:
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
        "object": _several(given),
        "result": _several([*_used_folders(files), views.OBSERVATIONS, views.EXPERIMENTS]),
    }
    if not CampaignState(campaign["state"]).final:
        yield entity | {"actionStatus": "http://schema.org/ActiveActionStatus"}
    elif campaign["state"] == CampaignState.FAILED:
        failed = "http://schema.org/FailedActionStatus"
        yield entity | {"endTime": ended, "actionStatus": failed, "error": campaign["why"]}
    else:
        yield entity | {"endTime": ended, "actionStatus": "http://schema.org/CompletedActionStatus"}
    yield {
        "@id": "#ionloop",
        "@type": "SoftwareApplication",
        "name": "ionloop",
        "description": "Closed-loop laboratory controller for solid polymer electrolytes",
        "version": told.ionloop,
        "softwareVersion": told.ionloop,
        **({"url": told.homepage} if told.homepage else {}),
    }
    yield {"@id": PROFILE, "@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.6"}


def _licence(licence: str) -> Iterator[Entity]:
    if _is_url(licence):
        words = "The licence under which whoever exported the campaign gives its data"
        yield {"@id": licence, "@type": "CreativeWork", "name": licence, "description": words}


def _people(by: str, extract: Extract) -> Iterator[Entity]:
    yield {"@id": "#exporter", "@type": "Person", "name": by, "description": "Exported the campaign"}
    told = {str(row["by"]) for name in ("campaign_command", "approval") for row in extract.rows[name]}
    told |= {str(row["payload"].get("by") or "") for row in extract.rows["event"] if row["kind"] == "amended"}
    for place, name in enumerate(sorted(told - {"", by}), 1):
        yield {"@id": f"#person-{place}", "@type": "Person", "name": name, "description": "Stepped in, or amended"}


def _substances(extract: Extract, terms: dict[str, Term]) -> Iterator[Entity]:
    for place, (smiles, (name, term)) in enumerate(_made_of(extract).items(), 1):
        yield {
            "@id": f"#substance-{place}",
            "@type": "MolecularEntity",
            "name": name,
            "smiles": smiles,
            "additionalType": _named(term, terms),
        }


def _made_of(extract: Extract) -> dict[str, tuple[str, Term]]:
    """What the films were to be made of, as far as it has a structure: name and term by SMILES."""
    found: dict[str, tuple[str, Term]] = {}
    for row in extract.rows["experiment"]:
        made = read_formulation(row["formulation"])
        one = made.polymer.name if len(made.polymer.units) == 1 else ""
        found |= {unit.smiles: (one or unit.smiles, POLYMER) for unit in made.polymer.units}
        if made.salt is not None:
            found[made.salt.smiles] = (made.salt.name or made.salt.smiles, salt_term(made.salt.smiles))
        found |= {one.additive.smiles: (one.additive.name or one.additive.smiles, ADDITIVE) for one in made.additives}
    return dict(sorted(found.items()))


def _several(ids: list[str]) -> Entity | list[Entity]:
    """References: one as it is, more as a list."""
    references = [{"@id": name} for name in ids]
    return references[0] if len(references) == 1 else references


def _named(term: Term, terms: dict[str, Term]) -> Entity:
    terms[term.iri] = term
    return {"@id": term.iri}


def _as_entity(term: Term) -> Entity:
    return {"@id": term.iri, "@type": "DefinedTerm", "name": term.name, "inDefinedTermSet": term.vocabulary}


def _is_url(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text

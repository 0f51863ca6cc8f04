"""The description of an archive as an RO-Crate: what it is, who and what made it, and what its files hold.

RO-Crate 1.3 (https://w3id.org/ro/crate/1.3, 2026-06-22), and its profile for runs of software, Process Run Crate 0.6
(https://w3id.org/ro/wfrun/process/0.6). The description says nothing that the rows do not say: it is made anew with
every export, and nothing is read back from it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ledger.archive import views
from ledger.archive.crate_entities import Entity, Terms, described, reference, several
from ledger.archive.crate_files import (
    file_entity,
    folder_entities,
    loose_files,
    manifest_entity,
    used_folders,
)
from ledger.archive.crate_quantities import made_of, measured, quantity_entities, substance_entities
from ledger.archive.exported import Exported
from ledger.archive.extract import Extract
from ledger.archive.terms import ELECTROLYTE, POLYMER_ELECTROLYTE
from ledger.kinds import CampaignState

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.3"
PROFILE = "https://w3id.org/ro/wfrun/process/0.6"


def describe(extract: Extract, files: Mapping[str, bytes], told: Exported) -> bytes:
    """The metadata file of an archive.

    Args:
        extract: the campaign.
        files: everything else that the archive holds, by its path.
        told: who exported it first, with what, and under which licence.
    """
    terms: Terms = {}
    graph = [
        _descriptor(),
        _root(extract, files, told.licence, terms),
        *folder_entities(files),
        *(file_entity(path, content, terms) for path, content in sorted(files.items())),
        manifest_entity(),
        *_action(extract, files, told),
        *_people(told.by, extract),
        *_licence(told.licence),
        *quantity_entities(extract, terms),
        *substance_entities(extract, terms),
    ]
    graph += [described(term) for _, term in sorted(terms.items())]
    context = f"{SPECIFICATION}/context"
    return (json.dumps({"@context": context, "@graph": graph}, ensure_ascii=False, indent=1) + "\n").encode()


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": SPECIFICATION},
    }


def _root(extract: Extract, files: Mapping[str, bytes], licence: str, terms: Terms) -> Entity:
    campaign = extract.campaign
    begun, ended = span(extract)
    question = str(campaign["spec"].get("question") or "")
    about = [reference(term, terms) for term in (POLYMER_ELECTROLYTE, ELECTROLYTE)]
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
        "hasPart": several([*used_folders(files), *loose_files(files)]),
        "mentions": several(["#campaign", *(f"#substance-{place}" for place, _ in enumerate(made_of(extract), 1))]),
        "variableMeasured": several([f"#{name}" for name in measured(extract)]),
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
        "object": several(given),
        "result": several([*used_folders(files), views.OBSERVATIONS, views.EXPERIMENTS]),
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


def _is_url(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text

"""The files of an archive, as its description names them: what each holds, how it is written, and its hash."""

import hashlib
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote

from ledger import tables
from ledger.archive import views
from ledger.archive.crate_entities import Entity, Terms, reference, several
from ledger.archive.crate_quantities import COLUMNS
from ledger.archive.terms import TECHNIQUES
from ledger.archive.zipped import MANIFEST

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
_FORMATS = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "yaml": "application/yaml",
    "zip": "application/zip",
    "lock": "text/plain",
    "txt": "text/plain",
}


def used_folders(files: Mapping[str, bytes]) -> list[str]:
    """Folders of an archive that hold something."""
    return [folder for folder in FOLDERS if any(path.startswith(folder) for path in files)]


def loose_files(files: Mapping[str, bytes]) -> list[str]:
    """Files that lie in no folder."""
    return sorted([*(quote(path) for path in files if "/" not in path), MANIFEST])


def file_reference(path: str) -> Entity:
    """A reference to a file: its path as a part of a URL."""
    return {"@id": quote(path)}


def folder_entities(files: Mapping[str, bytes]) -> Iterator[Entity]:
    """Each folder, with the files that lie in it."""
    for folder in used_folders(files):
        yield {
            "@id": folder,
            "@type": "Dataset",
            "name": folder.rstrip("/"),
            "description": FOLDERS[folder],
            "hasPart": several([quote(path) for path in sorted(files) if path.startswith(folder)]),
        }


def file_entity(path: str, content: bytes, terms: Terms) -> Entity:
    """A file, what it holds, and its hash."""
    entity: Entity = {
        **file_reference(path),
        "@type": "File",
        "name": path.rpartition("/")[2],
        "description": _words(path),
        "encodingFormat": _FORMATS[path.rpartition(".")[2]],
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if path.startswith(views.SPECTRA):
        kind = next((kind for kind in TECHNIQUES if f"-{kind}" in path), None)
        if kind is not None:
            entity["measurementTechnique"] = reference(TECHNIQUES[kind], terms)
        entity["variableMeasured"] = several([f"#{name}" for name in views.columns_of(content) if name in COLUMNS])
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


def manifest_entity() -> Entity:
    """The list of all others; it cannot tell its own hash."""
    words = "sha256 of every other file, as `sha256sum --check` reads it"
    return {"@id": MANIFEST, "@type": "File", "name": MANIFEST, "encodingFormat": "text/plain", "description": words}

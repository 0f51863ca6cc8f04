"""A campaign as one archive, and back: rows, raw documents and weights, views for people, and their description."""

import json
from typing import Any

from pydantic import ValidationError

from chemistry.errors import BadInput
from chemistry.value import Value
from ledger.archive.crate import METADATA, describe
from ledger.archive.exported import Exported
from ledger.archive.extract import Extract
from ledger.archive.files import DAMAGED, extract_from, files_of
from ledger.archive.identity import digest
from ledger.archive.views import views_of
from ledger.archive.zipped import unzipped, zipped
from ledger.migrations import known_versions

FORMAT = 1
"""Of the archive; the layout of its tables is told by the ledger's own version."""
HEAD, EXPORTED = "archive.json", "exported.json"


class _Head(Value):
    format: int
    layout: str
    campaign: str
    run: int
    rows_sha256: str


def packed(extract: Extract) -> bytes:
    """The archive of an extract whose files say who exported it.

    Raises:
        BadInput: they do not.
    """
    told = exported(extract)
    campaign = extract.campaign
    head = _Head(
        format=FORMAT,
        layout=known_versions()[0],
        campaign=campaign["name"],
        run=campaign["run"],
        rows_sha256=digest(extract),
    )
    files = {**files_of(extract), **views_of(extract), HEAD: f"{head.model_dump_json(indent=1)}\n".encode()}
    return zipped({**files, METADATA: describe(extract, files, told)})


def unpacked(content: bytes, place: str) -> Extract:
    """The extract of an archive. What its rows say is not looked at yet: `ledger.archive.check` does that.

    Raises:
        BadInput: it is no archive of ours, damaged, harmful, or of a layout that this ionloop does not write.
    """
    files = unzipped(content, place)
    if METADATA not in files or HEAD not in files:
        lacking = METADATA if METADATA not in files else HEAD
        raise BadInput(f"it has no {lacking}, so it is no archive of ionloop", place=place, remedy=DAMAGED)
    head = _head(files[HEAD], place)
    _refuse_other_layout(head, place)
    try:
        extract = extract_from(files)
    except BadInput as error:
        raise BadInput(error.problem, place=place, remedy=error.remedy) from error
    exported(extract)
    if digest(extract) != head.rows_sha256:
        raise BadInput("its rows are not those that it was made of", place=place, remedy=DAMAGED)
    return extract


def exported(extract: Extract) -> Exported:
    """Who exported a campaign first; raises `BadInput` where its files do not say."""
    try:
        return Exported.model_validate_json(extract.files.get(EXPORTED, ""))
    except ValidationError as error:
        raise BadInput(f"{EXPORTED} does not say who exported the campaign, and with what", remedy=DAMAGED) from error


def _head(content: bytes, place: str) -> _Head:
    try:
        told: Any = json.loads(content)
        if isinstance(told, dict) and told.get("format", FORMAT) != FORMAT:
            raise BadInput(
                f"this archive is of format {str(told['format'])[:20]!r}, and format {FORMAT} is the newest known here",
                place=place,
                remedy="Import it with the ionloop that wrote it, or a newer one",
            )
        return _Head.model_validate(told)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{HEAD} cannot be read", place=place, remedy=DAMAGED) from error


def _refuse_other_layout(head: _Head, place: str) -> None:
    known = known_versions()
    if head.layout == known[0]:
        return
    if head.layout in known:
        raise BadInput(
            f"this archive is of an older layout of the ledger ({head.layout}; here it is {known[0]})",
            place=place,
            remedy="Export the campaign again with this ionloop, which brings its ledger to the newer layout",
        )
    raise BadInput(
        f"this archive was written by another version of ionloop (layout {head.layout}, known here: {known[0]})",
        place=place,
        remedy="Import it with the ionloop that wrote it, or a newer one",
    )

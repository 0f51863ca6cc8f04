"""An extract as the files of an archive, and back: one JSON object a row, raw documents and weights as they are."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from chemistry.errors import BadInput
from ledger.archive.extract import Extract
from ledger.archive.numbering import Row
from ledger.archive.plain_tables import CAMPAIGN_TABLES, KNOWN_BY_CONTENT

TABLES = (*CAMPAIGN_TABLES, *KNOWN_BY_CONTENT)
GIVEN = ("campaign.yaml", "requirements.lock", "exported.json")
"""Texts that belong to a campaign and lie in no table."""
DAMAGED = "Export the campaign again from the ledger that it was run in"


def table_file(name: str) -> str:
    """Path of a table's rows."""
    return f"ledger/{name}.jsonl"


def documents_file(run_uid: str) -> str:
    """Path of the documents of one Bluesky run."""
    return f"documents/{quote(run_uid, safe='')}.jsonl"


def weights_file(model: Row) -> str:
    """Path of the weights of a model version."""
    return f"models/{model['number']:04d}-{quote(model['name'], safe='')}.zip"


def files_of(extract: Extract) -> dict[str, bytes]:
    """The files that an extract is read back from, by their paths."""
    rows = extract.rows
    files = {name: text.encode() for name, text in extract.files.items()}
    for name in TABLES:
        kept = [_without(row, _APART.get(name)) for row in rows[name]]
        if kept:
            files[table_file(name)] = "".join(f"{_line(row)}\n" for row in kept).encode()
    documents: dict[str, list[str]] = {}
    for row in rows["bluesky_document"]:
        documents.setdefault(documents_file(row["run_uid"]), []).append(f"[{_line(row['name'])}, {row['content']}]\n")
    files |= {path: "".join(lines).encode() for path, lines in documents.items()}
    models = dict(enumerate(rows["model_version"], 1))
    return files | {weights_file(models[row["model_version_id"]]): row["content"] for row in rows["model_weights"]}


def extract_from(files: Mapping[str, bytes]) -> Extract:
    """The extract that was written; its rows are plain values of which nothing is known yet.

    Raises:
        BadInput: a file is missing or cannot be read.
    """
    rows = {name: list(_rows(files, name)) for name in TABLES}
    unread: dict[str, list[str]] = {}
    for row in rows["bluesky_document"]:
        path = documents_file(_text_of(row, "run_uid", "bluesky_document"))
        if path not in unread:
            unread[path] = _text(files, path).split("\n")[::-1]
        row["content"] = _content(unread[path], _text_of(row, "name", "bluesky_document"), path)
    for path, lines in unread.items():
        if lines != [""]:
            raise _unreadable(path, "it holds more documents than the ledger knows")
    models = dict(enumerate(rows["model_version"], 1))
    for row in rows["model_weights"]:
        model = models.get(row.get("model_version_id", 0), {})
        if not isinstance(model.get("number"), int) or not isinstance(model.get("name"), str):
            raise _unreadable(table_file("model_weights"), "weights of no model version")
        row["content"] = _bytes(files, weights_file(model))
    given = {name: _text(files, name) for name in GIVEN if name in files}
    return Extract(rows, given, imported=True)


_APART = {"bluesky_document": "content", "model_weights": "content"}
"""Columns that have files of their own."""


def _without(row: Row, column: str | None) -> Row:
    return row if column is None else {name: value for name, value in row.items() if name != column}


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _rows(files: Mapping[str, bytes], name: str) -> Iterator[Row]:
    path = table_file(name)
    if path not in files:
        return
    *lines, rest = _text(files, path).split("\n")
    if rest:
        raise _unreadable(path, "its last line breaks off")
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise _unreadable(path, f"line {number} is no JSON") from error
        if not isinstance(row, dict):
            raise _unreadable(path, f"line {number} is no JSON object")
        yield row


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _content(lines: list[str], name: str, path: str) -> str:
    """The text of the next document, exactly as it was emitted."""
    before = f"[{_line(name)}, "
    line = lines.pop() if lines else ""
    if not line.startswith(before) or not line.endswith("]"):
        raise _unreadable(path, f"a document {name!r} is missing")
    return line[len(before) : -1]


def _text_of(row: Row, column: str, name: str) -> str:
    value = row.get(column)
    if not isinstance(value, str):
        raise _unreadable(table_file(name), f"{column} is no text")
    return value


def _text(files: Mapping[str, bytes], path: str) -> str:
    try:
        return _bytes(files, path).decode()
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is no text in UTF-8") from error


def _bytes(files: Mapping[str, bytes], path: str) -> bytes:
    if path not in files:
        raise _unreadable(path, "it is missing")
    return files[path]


def _unreadable(path: str, why: str) -> BadInput:
    return BadInput(f"{path} cannot be read: {why}", remedy=DAMAGED)

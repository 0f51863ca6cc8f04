"""A table that somebody sends: looked at first, and brought into the ledger only as it was looked at."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field

from chemistry.errors import BadInput
from chemistry.value import Value
from flows.table_import import Brought, bring_into
from ledger.literature import LiteratureTable, Refusal, cleaning, headers, read_table
from ledger.store import Ledger

FORMATS = ("bradford", "htpmd", "tg", "columns")
"""Formats that are one file; `pe_i` needs a second one beside it, and stays with the command line."""
MOST_BYTES = 64 * 2**20
_MOST_SHOWN = 200
"""Refusals and films of each kind that a preview shows; it counts them all."""


class Reading(Value):
    """How a table is to be read."""

    format: str
    name: str = Field(pattern=r"^[^\x00-\x1f/\\]{1,200}$")
    """Of the file, by which its films are known to come from it."""
    columns: Mapping[str, str] = {}
    units: Mapping[str, str] = {}
    trust: float | None = None
    keep: tuple[str, ...] = ()
    replace: bool = False


class FilmSeen(Value):
    """One film of a table, as it would be taken."""

    film_id: str
    label: str
    reference: str
    readings: int
    lines: tuple[int, ...]
    known: bool
    """Whether the ledger has it already."""


class Preview(Value):
    """What would become of a table. Nothing is written."""

    fingerprint: str
    """Of the table and of how it is read: the import takes it, and with it nothing else."""
    rows: int
    films: int
    readings: int
    new_films: int
    known_films: int
    refused: int
    reasons: dict[str, int]
    """How many rows were refused for which kind of reason."""
    refusals: tuple[Refusal, ...]
    """The first of them, with line and detail."""
    films_seen: tuple[FilmSeen, ...]
    altered: dict[str, tuple[int, ...]]
    """Lines whose trust was changed, by remark."""
    beside: int
    """Films of an earlier table of this name that would hold beside; with `replace` they are taken back."""
    usable: bool
    """Whether there is anything to bring."""


def preview(ledger: Ledger, content: bytes, how: Reading) -> Preview:
    """What a table holds, what of it is refused and why, and what of it is new.

    Raises:
        BadInput: it cannot be read at all.
    """
    table = _read(content, how)
    known = ledger.known_films(tuple(film.film.film_id for film in table.films))
    altered: dict[str, Sequence[int]] = cleaning(table)["altered"]
    return Preview(
        fingerprint=fingerprint(content, how),
        rows=table.rows,
        films=len(table.films),
        readings=table.readings,
        new_films=len(table.films) - len(known),
        known_films=len(known),
        refused=len(table.refusals),
        reasons=table.reasons,
        refusals=table.refusals[:_MOST_SHOWN],
        films_seen=tuple(_seen(film, known) for film in table.films[:_MOST_SHOWN]),
        altered={remark: tuple(lines) for remark, lines in altered.items()},
        beside=0 if how.replace else ledger.left_beside(table.films),
        usable=bool(table.films),
    )


def bring_sent(ledger: Ledger, content: bytes, how: Reading, previewed: str) -> tuple[LiteratureTable, Brought]:
    """Bring a table in that somebody has looked at.

    Raises:
        BadInput: it is not what was looked at, or nothing of it can be imported.
    """
    if previewed != fingerprint(content, how):
        raise BadInput(
            "the table, or how it is to be read, is not what was looked at",
            remedy="Ask for a preview of just this, and send its fingerprint.",
        )
    table = _read(content, how)
    if not table.films:
        first = table.refusals[0] if table.refusals else None
        remedy = f"First, line {first.row}: {first.detail or first.reason}" if first else "The table has no rows"
        raise BadInput(f"none of {table.rows} rows can be imported", place=how.name, remedy=remedy)
    return table, bring_into(ledger, table, replace=how.replace, was=None)


def headers_of(content: bytes, name: str) -> list[str]:
    """The column names of a table that was sent.

    Raises:
        BadInput: it cannot be read.
    """
    with _lying(content, name) as path:
        return headers(path)


def fingerprint(content: bytes, how: Reading) -> str:
    """sha256 of a table and of how it is read."""
    read = json.dumps(how.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(read.encode() + b"\x00" + content).hexdigest()


def _read(content: bytes, how: Reading) -> LiteratureTable:
    if how.format not in FORMATS:
        raise BadInput(f"a table of format {how.format!r} cannot be sent", remedy=f"Use {', '.join(FORMATS)}")
    with _lying(content, how.name) as path:
        return read_table(
            path,
            how.format,
            columns=how.columns,
            units=how.units,
            trust=how.trust,
            keep=how.keep,
            sent_as=how.name,
        )


@contextmanager
def _lying(content: bytes, name: str) -> Iterator[Path]:
    """A table as a file, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="ionloop-table-") as folder:
        path = Path(folder) / "table"
        path.write_bytes(content)
        try:
            yield path
        except BadInput as error:  # the place of the file here says nothing to whoever sent it
            place = error.place.replace(str(path), name)
            raise BadInput(error.problem, place=place, remedy=error.remedy, problems=error.problems) from error


def _seen(published: Any, known: frozenset[str]) -> FilmSeen:
    film = published.film
    return FilmSeen(
        film_id=film.film_id,
        label=film.formulation.label,
        reference=published.reference,
        readings=len(film.readings),
        lines=tuple(published.provenance.get("rows", ())),
        known=film.film_id in known,
    )

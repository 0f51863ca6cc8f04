"""The pool: a CSV file of repeat units, read row by row, and a register on disk of what is in it.

A file may have more rows than memory has room for. Its rows are read once, their repeat units made canonical, and each
distinct unit is kept in a register on disk with the first row that shows it. Everything afterwards goes over the
register in the order of the units, so that neither the order of the rows nor the spelling of a polymer plays a part.
"""

import csv
import heapq
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TextIO

from chemistry.errors import BadInput
from models.crew import Crew
from models.screening.judge import Judge
from models.screening.left_out import DUPLICATE, UNREADABLE, LeftOut, LeftOutRow
from models.screening.parts import in_parts

COLUMNS = ("smiles", "SMILES", "mol_smiles", "polymer")
"""Headers that are looked for, in this order, where none is named."""
_ROWS_AT_ONCE = 128
_LARGEST_CELL = 100_000
_REMEDY = "Give a CSV file with a header and a column 'smiles' of repeat units such as *CCO* or [Cu]CCO[Au]"


@dataclass(frozen=True)
class Entry:
    """A distinct polymer: its canonical unit, the line it first stands in, its place among all sorted units."""

    unit: str
    row: int
    order: int


class Register:
    """Distinct units on disk, each with its first row, and a sample of them in memory."""

    def __init__(self, path: Path, sampled: int) -> None:
        self._connection = sqlite3.connect(path)
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32768"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.execute("CREATE TABLE unit (unit TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        self._sampled = sampled
        self._sample: list[tuple[int, str]] = []
        self.rows = 0
        """Rows of the file, whatever came of them."""
        self.size = 0
        """Distinct polymers."""

    def add(self, unit: str, row: int) -> int | None:
        """Take a unit in; the row that already shows it, or None where it is new."""
        known = self._connection.execute("SELECT row FROM unit WHERE unit = ?", (unit,)).fetchone()
        if known is not None:
            return int(known[0])
        self._connection.execute("INSERT INTO unit VALUES (?, ?)", (unit, row))
        self.size += 1
        # The units of least hash are a random sample that no order of rows changes; the heap holds their negatives.
        item = (-unit_hash(unit), unit)
        if len(self._sample) < self._sampled:
            heapq.heappush(self._sample, item)
        elif self._sampled:
            heapq.heappushpop(self._sample, item)
        return None

    def __iter__(self) -> Iterator[Entry]:
        """Every distinct polymer in the order of its unit, from the disk."""
        found = self._connection.execute("SELECT unit, row FROM unit ORDER BY unit")
        for order, (unit, row) in enumerate(found):
            yield Entry(unit, row, order)

    @property
    def sample(self) -> list[str]:
        """Some units at random, in random order, the same for the same polymers."""
        return [unit for _, unit in sorted(self._sample, reverse=True)]

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


def unit_hash(unit: str) -> int:
    """A number of 63 bits that stands for a unit."""
    return int.from_bytes(blake2b(unit.encode(), digest_size=8).digest()) >> 1


@contextmanager
def register(
    pool: Path, crew: Crew, folder: Path, left_out: LeftOut, column: str | None = None, sampled: int = 0
) -> Iterator[Register]:
    """Every distinct polymer of a pool; what cannot be read, and what repeats another row, is left out and named.

    Args:
        pool: a CSV file.
        crew: makes units canonical.
        folder: where the register lies while the block lasts.
        left_out: is told what is left out.
        column: header of the repeat units; one of `COLUMNS` where left out.
        sampled: polymers of `Register.sample`.

    Raises:
        BadInput: no such file or column, no rows, or not one that can be read.
    """
    known = Register(folder / "pool.sqlite", sampled)
    try:
        for outcomes in crew.each(read_units, in_parts(rows_of(pool, column), _ROWS_AT_ONCE)):
            for row, text, unit, problem in outcomes:
                known.rows += 1
                if unit is None:
                    left_out.add(LeftOutRow(UNREADABLE, row, text, reason=problem))
                elif (first := known.add(unit, row)) is not None:
                    left_out.add(LeftOutRow(DUPLICATE, row, unit, reason=f"repeats row {first}"))
        if not known.rows:
            raise BadInput("the pool has no rows", place=str(pool), remedy=_REMEDY)
        if not known.size:
            raise BadInput(
                f"not one of {known.rows} rows can be read",
                place=str(pool),
                problems=tuple(f"Row {item.row}: {item.reason}" for item in left_out.examples(UNREADABLE)[:3]),
                remedy=_REMEDY,
            )
        yield known
    finally:
        known.close()


def unit_rows(pool: Path, column: str | None = None) -> Iterator[tuple[int, str, str | None, str]]:
    """Each row of a pool that fits in memory: its line, its text, its canonical unit or None and what is wrong.

    Raises:
        BadInput: the file cannot be read, is no text, has no such column, or has no rows.
    """
    some = False
    for row in rows_of(pool, column):
        some = True
        yield _read(*row)
    if not some:
        raise BadInput("the pool has no rows", place=str(pool), remedy=_REMEDY)


def read_units(_: Judge, rows: list[tuple[int, str]]) -> list[tuple[int, str, str | None, str]]:
    """Each row with its canonical unit, or with None and what is wrong."""
    return [_read(row, text) for row, text in rows]


def _read(row: int, text: str) -> tuple[int, str, str | None, str]:
    from chemistry.canonical import canonical_repeat_unit

    if not text or text.casefold() in {"nan", "none", "null"}:
        return row, text, None, "the cell is empty"
    try:
        return row, text, canonical_repeat_unit(text), ""
    except BadInput as error:
        return row, text, None, error.problem


def rows_of(pool: Path, column: str | None = None) -> Iterator[tuple[int, str]]:
    """Line number and repeat unit (text) of each row, read as they are asked for; the header is line 1.

    Raises:
        BadInput: the file cannot be read, is no text, or has no such column.
    """
    csv.field_size_limit(min(_LARGEST_CELL, sys.maxsize))
    try:
        with pool.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=_delimiter(file))
            header = next(([name.strip() for name in cells] for cells in reader if any(map(str.strip, cells))), [])
            place = _column(header, column, pool)
            for cells in reader:
                if cells:  # an empty line is no row
                    yield reader.line_num, cells[place].strip() if place < len(cells) else ""
    except OSError as error:
        raise BadInput(
            f"the pool cannot be read ({error.strerror})", place=str(pool), remedy="Check its path"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(
            f"the pool is no CSV file in UTF-8 ({error})", place=str(pool), remedy=_REMEDY + ", saved as UTF-8"
        ) from error


def _delimiter(file: TextIO) -> str:
    """What parts the columns: comma, semicolon or tab, as the header says."""
    head = next((line for line in file if line.strip()), "")
    file.seek(0)
    return max(",;\t", key=head.count)


def _column(header: list[str], column: str | None, pool: Path) -> int:
    if not any(header):
        raise BadInput("the pool is empty", place=str(pool), remedy=_REMEDY)
    for name in COLUMNS if column is None else (column,):
        if header.count(name) > 1:
            remedy = "Rename or remove one of them: nothing says which is meant"
            raise BadInput(f"the column {name!r} is there {header.count(name)} times", place=str(pool), remedy=remedy)
        if name in header:
            return header.index(name)
    wanted = "column 'smiles'" if column is None else f"column {column!r}"
    found = ", ".join(header[:12])
    raise BadInput(f"no {wanted} among {found}", place=str(pool), remedy="Name the right one with --column")

"""Rows of a table in a CSV file, and the two ways a row can end: an entry or a refusal."""

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from ledger.film import Reading
from ledger.literature.spreadsheet import is_spreadsheet, sheet_lines
from ledger.text_file import read_lines


class RowRefused(BadInput):
    """A row that cannot become an observation; `reason` is the kind, the problem says what is wrong here."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(detail or reason)


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file (the header is 1) and its cells by column name."""

    number: int
    cells: Mapping[str, str]
    cut: str = ""
    """What is missing, where the line breaks off before its last column."""

    def text(self, column: str) -> str:
        """The cell without surrounding blanks; empty where there is nothing."""
        return (self.cells.get(column) or "").strip()

    def number_in(self, column: str, low: float, high: float, unit: str) -> float:
        """A finite number within physical limits.

        Raises:
            RowRefused: the cell is empty, no number, or outside the limits.
        """
        value = self.optional(column, low, high, unit)
        if value is None:
            raise RowRefused(f"no {column}", f"the cell {column!r} is empty")
        return value

    def optional(self, column: str, low: float, high: float, unit: str) -> float | None:
        """As `number_in`, but None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            comma = ": write decimals with a point" if re.fullmatch(r"[+-]?\d+,\d+", text) else ""
            raise RowRefused("not a number", f"{column} = {text!r}{comma}") from None
        if not math.isfinite(value):
            raise RowRefused("not a number", f"{column} = {text!r}")
        if not low <= value <= high:
            detail = f"{column} = {value:g} {unit} is outside {low:g} to {high:g} {unit}"
            raise RowRefused("physically impossible value", detail)
        return value


@dataclass(frozen=True)
class Entry:
    """What one row says: a formulation of a paper and what was read on it.

    Temperature and value of the conductivity tell rows of one film apart; other readings go with them.
    """

    row: int
    paper: str
    """DOI or another name of the paper; empty where the table names none."""
    formulation: Formulation
    readings: tuple[Reading, ...]
    remarks: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    """Further provenance, the same for the whole film."""


def headers(path: Path) -> list[str]:
    """The column names of a CSV file, or of a workbook's first sheet.

    Raises:
        BadInput: it cannot be read.
    """
    lines, delimiter = _lines(path)
    return [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]


def _lines(path: Path) -> tuple[list[str], str]:
    """The lines of a table, and what parts its columns."""
    if is_spreadsheet(path):
        return sheet_lines(path), ","
    lines = read_lines(path)
    return lines, max(",;\t", key=lines[0].count)


def read_rows(path: Path, required: Sequence[str], format_name: str, remedy: str | None = None) -> Iterator[Row]:
    """Rows of a CSV file with a header; comma, semicolon or tab, told by the header. Or of a workbook's first sheet.

    `remedy` is what to do about missing columns, where no `--format` is to blame.

    Raises:
        BadInput: not a readable text file, columns missing or given twice, or a row with more cells than the header.
    """
    lines, delimiter = _lines(path)
    reader = csv.DictReader(lines, delimiter=delimiter)
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    missing = [name for name in required if name not in names]
    if missing:
        remedy = remedy or f"Give the file that --format {format_name} stands for"
        remedy = f"Columns found: {', '.join(names[:12])}. {remedy}"
        raise BadInput(
            f"not a {format_name} table; missing columns: {', '.join(missing)}", place=str(path), remedy=remedy
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        remedy = "Rename or remove one of them: nothing says which is meant"
        raise BadInput(f"the column {', '.join(map(repr, twice))} is there twice", place=str(path), remedy=remedy)
    try:
        for cells in reader:
            if None in cells:
                problem = f"{len(names) + len(cells[None])} cells under {len(names)} column names"
                remedy = "Put text that holds the delimiter in quotes"
                raise BadInput(problem, place=f"{path}, line {reader.line_num}", remedy=remedy)
            there = sum(cell is not None for cell in cells.values())
            cut = f"{there} cells under {len(names)} column names" if there < len(names) else ""
            yield Row(reader.line_num, cells, cut)
    except csv.Error as error:
        place = f"{path}, line {reader.line_num}"
        raise BadInput(
            f"not a CSV file ({error})", place=place, remedy="Save it again as CSV with quoted text"
        ) from error

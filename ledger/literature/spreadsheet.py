"""A spreadsheet (.xlsx) as the lines of a CSV file: its first sheet, with the values that its formulas last gave."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from chemistry.errors import BadInput

MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes: an .xlsx file is a ZIP archive, and a small one may be made that unpacks without end."""
MOST_ROWS, MOST_COLUMNS = 200_000, 500
_EXPORT = "Save the sheet as .csv from the program that wrote it"


def is_spreadsheet(path: Path) -> bool:
    """Whether a file is an .xlsx workbook, told by its content."""
    return path.is_file() and zipfile.is_zipfile(path)


def sheet_lines(path: Path) -> list[str]:
    """Lines of the first sheet as CSV; line n is row n of the sheet.

    Raises:
        BadInput: it is no workbook, it is too large, a cell holds an error, or openpyxl is not installed.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        remedy = f"`pip install openpyxl`. Or: {_EXPORT.lower()}"
        raise BadInput("reading a spreadsheet needs the package openpyxl", place=str(path), remedy=remedy) from error
    _refuse_bomb(path)
    try:
        with path.open("rb") as file:  # whatever it is called
            lines = _lines(path, load_workbook(file, read_only=True, data_only=True).worksheets[0])
    except BadInput:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise BadInput(f"this is no workbook that can be read ({said})", place=str(path), remedy=_EXPORT) from error
    while lines and not lines[-1].strip(","):
        lines.pop()
    if not lines:
        raise BadInput("the first sheet is empty", place=str(path), remedy="Put the table on the first sheet")
    return lines


def _lines(path: Path, sheet: Any) -> list[str]:
    lines: list[str] = []
    for row in sheet.iter_rows(values_only=True):
        lines.append(_line(path, len(lines) + 1, row))
        if len(lines) > MOST_ROWS or len(row) > MOST_COLUMNS:
            what = f"more than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
            raise BadInput(f"the sheet has {what}", place=str(path), remedy=_EXPORT)
    return lines


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    if unpacked > MOST_UNPACKED:
        size = f"{unpacked // 2**20} MiB"
        limit = f"more than the {MOST_UNPACKED // 2**20} MiB that are read"
        raise BadInput(f"the workbook unpacks to {size}, {limit}", place=str(path), remedy=_EXPORT)


def _line(path: Path, number: int, row: tuple[object, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([_cell(path, number, value) for value in row])
    return text.getvalue()


def _cell(path: Path, number: int, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):  # a spreadsheet takes 1/20 for a day
        place = f"{path}, row {number}"
        raise BadInput(
            f"the cell {value} is a date or a time", place=place, remedy="Format the column as text or number"
        )
    if isinstance(value, str) and value.startswith("#") and value.rstrip("!?").isupper():
        raise BadInput(f"a formula gave {value}", place=f"{path}, row {number}", remedy="Mend it, or empty the cell")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(str(value).split()) if isinstance(value, str) else str(value)

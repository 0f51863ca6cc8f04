"""A table of numbers in lines of text: where it starts, how it is delimited, where it ends."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chemistry.errors import BadInput
from devices.spectrum_files.columns import HEADERLESS, Columns, area_specific, columns_of, names_impedance

_HALF_WRITTEN = "Copy the file again, or remove that line if the run was aborted there"
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eEdD][+-]?\d+)?")


@dataclass(frozen=True)
class Row:
    """One point: its line number in the file (from 1), Hz, ohm, ohm."""

    line: int
    frequency_Hz: float
    real_ohm: float
    imaginary_ohm: float


@dataclass(frozen=True)
class Table:
    """One table of a file: its columns and its points in the order they were written."""

    columns: Columns
    rows: tuple[Row, ...]


def tables(lines: list[str], between: str, place: str, *, text_after: bool) -> Iterator[Table]:
    """Every table of frequency and impedance in a file.

    Args:
        lines: the file.
        between: pattern of the lines that may stand between a header and its first row (units, `End Comments`).
        place: the file's name, for messages.
        text_after: whether other text may follow a table; else every line after the header must be a row.

    Raises:
        BadInput: a header without frequency, a row that is no row of its table.
    """
    index = 0
    while index < len(lines):
        columns, width = _header(lines, index, place)
        if columns is None:
            index += 1
            continue
        start = index + (1 if columns.named else 0)
        while start < len(lines) and (not lines[start].strip() or re.search(between, lines[start])):
            start += 1
        rows, index = _rows(lines, start, columns, width, place, text_after)
        yield Table(columns, rows)


def split_names(line: str) -> list[str]:
    """Column names of a header line: by tab, semicolon or comma, else by two blanks or more, else by one."""
    text = line.removeprefix("Definition=").lstrip("#% ").rstrip()
    if text.count('"') == 2 and text.strip()[0] == text.strip()[-1] == '"':
        text = text.strip()[1:-1].strip()
    for delimiter in ("\t", ";", ","):
        if delimiter in text:
            return _without_tail([_unquoted(part) for part in text.split(delimiter)])
    parts = re.split(r"\s{2,}", text.strip())
    return parts if len(parts) > 2 else re.findall(r"impedance\s+\S+|\S+", text)  # Zahner: `impedance R/Ohm`


def split_values(line: str) -> list[str]:
    """Values of a row. A comma parts values unless blanks do: then it is a decimal comma."""
    text = line.rstrip()
    if "\t" in text or ";" in text:
        return _without_tail([part.strip() for part in text.split("\t" if "\t" in text else ";")])
    decimal_comma = re.search(r"\S\s+\S", text) and not re.search(r",\s", text)
    return (
        _without_tail([part.strip() for part in text.split(",")]) if "," in text and not decimal_comma else text.split()
    )


def number(text: str) -> float | None:
    """A finite number, with decimal point or decimal comma; None for anything else (NaN, `---`, nothing)."""
    plain = text.strip().strip('"').replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", ".").replace("d", "e").replace("D", "e"))
    return value if math.isfinite(value) else None


def _header(lines: list[str], index: int, place: str) -> tuple[Columns | None, int]:
    names = split_names(lines[index])
    if len(names) < 3:
        return None, 0
    columns = columns_of(names)
    if columns is not None:
        return columns, len(names) - (1 if number(names[-1]) is not None else 0)  # VersaStudio ends its names with 0
    if (name := area_specific(names)) is not None:
        problem = f"column {name!r} is resistance times area, not resistance"
        remedy = "Divide it by the area it was multiplied with and name the column in ohm"
        raise BadInput(problem, place=f"{place}, line {index + 1}", remedy=remedy)
    if names_impedance(names):
        remedy = "Export the file again with the frequency, or give it back its name in this line"
        problem = f"the columns name an impedance but no frequency ({', '.join(names[:4])}, ...)"
        raise BadInput(problem, place=f"{place}, line {index + 1}", remedy=remedy)
    if _bare_numbers(lines, index):
        width = len(split_values(lines[index]))
        if width != 3:
            remedy = "Put a line of column names above it, such as frequency/Hz, Re(Z)/ohm, -Im(Z)/ohm"
            problem = f"{width} columns of numbers without names"
            raise BadInput(problem, place=f"{place}, line {index + 1}", remedy=remedy)
        return HEADERLESS, 3
    return None, 0


def _bare_numbers(lines: list[str], index: int) -> bool:
    """A file of nothing but numbers (and comments above them)."""
    above = all(not line.strip() or line.lstrip().startswith(("#", "%")) for line in lines[:index])
    values = split_values(lines[index])
    return above and len(values) >= 3 and all(number(value) is not None for value in values)


def _rows(
    lines: list[str], start: int, columns: Columns, width: int, place: str, text_after: bool
) -> tuple[tuple[Row, ...], int]:
    """The points from line index `start` on, and the index of the line after them."""
    rows: list[Row] = []
    ends: list[str] = []
    index = start
    while index < len(lines):
        line = lines[index]
        if line.strip() and not line.lstrip().startswith(("#", "%")):
            values = split_values(line)
            if _no_row(values) and (text_after or columns_of(split_names(line)) is not None):
                break
            rows.append(_row(values, index, columns, width, place, last=index == len(lines) - 1))
            ends.append(values[-1])
        index += 1
    if index == len(lines) and rows and _cut_off(ends):
        problem = (
            f"the last line is half written: its last number is {ends[-1]!r} where the others look like {ends[0]!r}"
        )
        raise BadInput(problem, place=f"{place}, line {rows[-1].line}", remedy=_HALF_WRITTEN)
    return tuple(rows), index


def _cut_off(ends: list[str]) -> bool:
    """Whether the last number of a file misses digits that all others have: a file cut in a number still parses."""
    shapes = [_shape(text) for text in ends]
    return (
        len(ends) > 3
        and len(set(shapes[:-1])) == 1
        and shapes[-1] != shapes[0]
        and len(ends[-1]) < min(map(len, ends[:-1]))
    )


def _shape(text: str) -> tuple[int, int]:
    """Number of decimals and of digits of the exponent."""
    match = re.fullmatch(r"[^.,]*(?:[.,](\d*))?(?:[eEdD][+-]?(\d+))?", text)
    return (len(match[1] or ""), len(match[2] or "")) if match else (-1, -1)


def _no_row(values: list[str]) -> bool:
    """Text after the table, rather than a row that lost its numbers."""
    lost = {"nan", "-nan", "inf", "-inf", "---", "n/a", "na", "null", "none"}
    return all(number(value) is None for value in values[:2]) and not any(value.lower() in lost for value in values)


def _row(values: list[str], index: int, columns: Columns, width: int, place: str, *, last: bool) -> Row:
    here = f"{place}, line {index + 1}"
    if len(values) != width:
        if last and len(values) < width:
            problem = f"the last line is half written: {len(values)} of {width} values"
            raise BadInput(
                problem, place=here, remedy="Copy the file again, or remove that line if the run was aborted there"
            )
        remedy = "Mend the line; in a comma-separated file the decimals need points"
        raise BadInput(f"{len(values)} values under {width} columns", place=here, remedy=remedy)
    read: list[float] = []
    for column in (columns.frequency, columns.first, columns.second):
        value = number(values[column.index])
        if value is None:
            problem = f"{values[column.index]!r} under {column.name!r} is not a finite number"
            raise BadInput(problem, place=here, remedy="Remove the point, or export the file again")
        read.append(value * column.factor)
    frequency, first, second = read
    if columns.polar:
        first, second = first * math.cos(second), first * math.sin(second)
    return Row(index + 1, frequency, first, second)


def _without_tail(parts: list[str]) -> list[str]:
    """Without the empty cells that a delimiter at the end of the line makes."""
    while parts and not parts[-1]:
        parts = parts[:-1]
    return parts


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == '"' else text

"""The record of a comparison: a line of JSON for each fold of each model, added as soon as it is done."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

from chemistry.errors import BadInput
from ledger.text_file import read_lines

_BEGINS = '{"comparison": '
_COLUMNS = ("truth", "mean", "sd")
_ANOTHER = "Give --record another file"


def keep(record: Path, line: Mapping[str, object]) -> None:
    """Add a line; raises `BadInput` where the file cannot be written."""
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        raise BadInput(
            f"the record cannot be written ({error.strerror})", place=str(record), remedy=_ANOTHER
        ) from error


def read_record(
    record: Path,
    key: str,
    names: tuple[str, str] = ("model", "fold"),
    checked: Callable[[dict[str, object]], dict[str, object]] | None = None,
) -> dict[tuple[str, int], dict[str, object]]:
    """Lines of the comparison `key`, by model and fold; a last line that a kill cut short is dropped, and done again.

    Args:
        record: the file, which may be missing.
        key: of the comparison; lines of others are passed over.
        names: of what is compared and of the number of its part, where a line is of no fold.
        checked: gives a line back, or raises `ValueError`, `KeyError` or `TypeError`; what a fold holds where left out.

    Raises:
        BadInput: the file is no record, or a line of it is broken or holds what no fold can hold.
    """
    checked = checked or _checked
    if not record.exists() or (record.is_file() and not record.stat().st_size):
        return {}
    done: dict[tuple[str, int], dict[str, object]] = {}
    lines = read_lines(record)
    if not record.read_bytes().endswith(b"\n"):
        _drop_cut(record, lines)
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text, parse_constant=_no_number)
            if line["comparison"] == key:
                done[str(line[names[0]]), whole_number(line[names[1]])] = checked(line)
        except (ValueError, KeyError, TypeError) as error:
            why = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
            raise BadInput(
                f"this is no record of a comparison ({why})",
                place=f"{record}, line {number}",
                remedy=f"{_ANOTHER}, or delete the line, so that its {names[1]} is done again",
            ) from error
    return done


def _drop_cut(record: Path, lines: list[str]) -> None:
    """Take the half line away, from the list and from the file; refused where it was never a line of a record."""
    cut = lines.pop()
    if cut[: len(_BEGINS)] != _BEGINS[: len(cut)]:
        raise BadInput("this is no record of a comparison", place=f"{record}, line {len(lines) + 1}", remedy=_ANOTHER)
    content = record.read_bytes()
    try:
        record.write_bytes(content[: content.rfind(b"\n") + 1])
    except OSError as error:
        raise BadInput(
            f"the record cannot be written ({error.strerror})", place=str(record), remedy=_ANOTHER
        ) from error


def _checked(line: dict[str, object]) -> dict[str, object]:
    """The line, where it holds what a fold, or a point of a learning curve, holds."""
    if "mae" in line:
        whole_number(line["films"])
        number(line["mae"])
        return line
    columns = [line[name] for name in _COLUMNS]
    if not all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):  # pyright: ignore[reportArgumentType]
        raise ValueError("truth, mean and sd are not three lists of one length")
    for column in columns:
        for value in column:  # pyright: ignore[reportGeneralTypeIssues]
            number(value)
    for name in ("fit_seconds", "predict_seconds"):
        number(line[name])
    return line


def whole_number(value: object) -> int:
    """The value; raises `ValueError` where it is no whole number from zero up."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no whole number")
    return value


def number(value: object) -> float:
    """The value; raises `ValueError` where it is no finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")

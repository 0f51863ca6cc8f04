"""The record of a search of settings: optuna's journal, a line of JSON for each thing that happened."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from ledger.text_file import read_lines

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_BEGINS = '{"op_code":'
_ANOTHER = "Give --record another file"


def trial_storage(record: Path) -> "BaseStorage":
    """Where optuna keeps trials; the file is made if need be, and a last line that a kill cut short is dropped.

    Raises:
        BadInput: the file is no such record, or cannot be written.
    """
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        if record.exists() and (not record.is_file() or record.stat().st_size):
            _mended(record)
        return JournalStorage(JournalFileBackend(str(record)))
    except (OSError, ValueError, KeyError, TypeError, AssertionError, IndexError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise BadInput(f"this is no record of a search ({why})", place=str(record), remedy=_ANOTHER) from error


def _mended(record: Path) -> None:
    """Take a half line away that a kill left at the end; refuse lines that no search wrote."""
    if not record.is_file():  # a device could be read for ever
        raise BadInput("this is no file", place=str(record), remedy=_ANOTHER)
    lines, content = read_lines(record), record.read_bytes()
    cut = "" if content.endswith(b"\n") else lines.pop()
    for number, text in enumerate(lines, start=1):
        if not _is_step(text):
            raise BadInput(
                "this is no record of a search",
                place=f"{record}, line {number}",
                remedy=f"{_ANOTHER}: the trials after a broken line are not to be trusted",
            )
    if cut[: len(_BEGINS)] != _BEGINS[: len(cut)]:
        raise BadInput("this is no record of a search", place=f"{record}, line {len(lines) + 1}", remedy=_ANOTHER)
    if cut:
        record.write_bytes(content[: content.rfind(b"\n") + 1])


def _is_step(text: str) -> bool:
    try:
        step = json.loads(text)
    except ValueError:
        return False
    return isinstance(step, dict) and isinstance(step.get("op_code"), int)

"""What a screening leaves out: counted, some of it remembered, all of it written where a file is asked for."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TextIO

from chemistry.errors import BadInput
from ledger.whole_file import written_whole

UNREADABLE, DUPLICATE, INFEASIBLE = "unreadable", "duplicate", "infeasible"
KINDS = (UNREADABLE, DUPLICATE, INFEASIBLE)
_REMEMBERED = 20
"""Examples of each kind that are kept in memory."""


@dataclass(frozen=True)
class LeftOutRow:
    """One row, or one formulation of a row, that is not in the ranking."""

    kind: str
    row: int
    polymer: str
    salt: str = ""
    loading: str = ""
    reason: str = ""


class LeftOut:
    """Counts of each kind, and the first examples."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._writer = None if file is None else csv.writer(file)
        if self._writer is not None:
            self._writer.writerow([field.name for field in fields(LeftOutRow)])
        self._examples: dict[str, list[LeftOutRow]] = {kind: [] for kind in KINDS}
        self.counts: dict[str, int] = dict.fromkeys(KINDS, 0)

    def add(self, item: LeftOutRow) -> None:
        """Count one more."""
        self.counts[item.kind] += 1
        if len(self._examples[item.kind]) < _REMEMBERED:
            self._examples[item.kind].append(item)
        if self._writer is not None:
            self._writer.writerow(astuple(item))

    def examples(self, kind: str) -> list[LeftOutRow]:
        """The first of a kind."""
        return self._examples[kind]


@contextmanager
def left_out(path: Path | None) -> Iterator[LeftOut]:
    """A record of what is left out, written to a CSV file where one is named; raises `BadInput` if it cannot be."""
    if path is None:
        yield LeftOut()
        return
    try:
        with written_whole(path) as file:
            yield LeftOut(file)
    except OSError as error:
        raise BadInput(
            f"the list of what is left out cannot be written ({error.strerror})",
            place=str(path),
            remedy="Name another file",
        ) from error

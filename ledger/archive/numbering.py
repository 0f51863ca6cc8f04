"""Rows with their numbers changed: those of a ledger into those of an archive, which count from one, and back."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from ledger.archive.plain_tables import KNOWN_EVENTS, is_name, numbered, target
from ledger.kinds import EventKind

Row = dict[str, Any]

_SUBJECT = re.compile(r"(campaign|observation|sample) (.+)", re.DOTALL)
_PAYLOAD_EVENTS = ("knowledge_event", "known_event")
"""Keys of payloads that say which event was known."""


@dataclass
class Numbering:
    """Which number, or name, stands for which.

    Attributes:
        rows: for each numbered table, old number → new one.
        events: old number → new one.
        names: old name of a sample or film → new one; what is not here keeps its name.
        before: the number that stands for whatever came before the first event.
    """

    events: Mapping[int, int]
    names: Mapping[str, str] = field(default_factory=dict)
    before: int = 0
    rows: dict[str, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order: Sequence[int] = sorted(self.events)

    def renumbered(self, table: Table, row: Row) -> Row:
        """A row as it is called on the other side; what it refers to and is not taken along becomes None."""
        return {column.name: self._value(column, row[column.name], row) for column in table.columns}

    def known(self, event: int) -> int:
        """The event up to which everything is known that was known at an event: the last one that is taken along."""
        place = bisect_right(self._order, event)
        return self.events[self._order[place - 1]] if place else self.before

    def _value(self, column: Any, value: Any, row: Row) -> Any:
        table = column.table.name
        if value is None:
            return None
        if table == "event" and column.name in ("subject", "payload"):
            return self._subject(value) if column.name == "subject" else self._payload(value, row["kind"])
        if (table == "event" and column.name == "number") or target(column) == "event":
            return self.events.get(value)
        if column.name in KNOWN_EVENTS:
            return self.known(value)
        if is_name(column):
            return self.names.get(value, value)
        if column.name == "id" and numbered(column.table):
            return self.rows.get(table, {}).get(value)
        referred = target(column)
        return value if referred not in self.rows else self.rows[referred].get(value)

    def _subject(self, text: str) -> str:
        found = _SUBJECT.fullmatch(text)
        if found is None:
            return text
        what, which = found.groups()
        if what == "sample":
            return f"sample {self.names.get(which, which)}"
        new = self.rows.get(what, {}).get(int(which)) if which.isdecimal() else None
        return text if new is None else f"{what} {new}"

    def _payload(self, payload: Row, kind: str) -> Row:
        """Few payloads name rows by their numbers; what else they say is what was said."""
        told = dict(payload)
        for key in _PAYLOAD_EVENTS:
            if isinstance(told.get(key), int):
                told[key] = self.known(told[key])
        if isinstance(told.get("used_by"), list):
            campaigns = self.rows.get("campaign", {})
            told["used_by"] = [campaigns[used] for used in told["used_by"] if used in campaigns]
        if kind == EventKind.COMMAND_DONE.value and isinstance(told.get("id"), int):
            told["id"] = self.rows.get("campaign_command", {}).get(told["id"])
        return told

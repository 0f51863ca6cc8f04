"""What reading a table left out and altered, declared: each judgement by its name, with the lines that it fell on."""

from collections.abc import Mapping
from typing import Any

from ledger.literature.table import LiteratureTable

KEEPABLE = ("duplicates", "conflicts")
"""Judgements on rows that can be read; `keep` takes each back. All else that is refused cannot be read at all."""


def cleaning(table: LiteratureTable) -> dict[str, Any]:
    """The rows of a table, those left out by reason, and those altered by remark, with their line numbers."""
    left_out: dict[str, list[int]] = {}
    for refusal in table.refusals:
        left_out.setdefault(refusal.reason, []).append(refusal.row)
    altered: dict[str, list[int]] = {}
    for item in table.films:
        if remark := str(item.provenance.get("remark", "")):
            altered.setdefault(remark, []).extend(item.provenance["rows"])
    return {
        "table": table.file,
        "rows": table.rows,
        "used": table.rows - len(table.refusals),
        "left_out": left_out,
        "altered": {remark: sorted(rows) for remark, rows in altered.items()},
    }


def in_words(found: Mapping[str, Any]) -> list[str]:
    """What `cleaning` found, a line for each judgement; nothing where nothing was left out or altered."""
    return [
        f"{found['table']}: {len(rows)} rows {what}, {reason}: {lines_in_words(rows)}"
        for key, what in (("left_out", "left out"), ("altered", "altered"))
        for reason, rows in found[key].items()
    ]


def lines_in_words(rows: list[int], most: int = 12) -> str:
    """Line numbers, the first of them where they are many."""
    shown = ", ".join(str(row) for row in rows[:most])
    return f"line {shown}" + (f" and {len(rows) - most} more" if len(rows) > most else "")

"""The audit: who changed what over the network, when, from where, and what was there before."""

import asyncio
import json
from typing import Any

from fastapi import Request
from nicegui import ui

from flows.web.desk import Desk, Signed
from flows.web.pages.frame import page_frame
from flows.web.pages.paged_table import Answer, Page, PagedTable
from flows.web.pages.pieces import Column, faint
from ledger.audit import Audited

_COLUMNS = (
    Column("at", "at (UTC)", sortable=False),
    Column("by", "by", sortable=False),
    Column("role", "as", sortable=False),
    Column("action", "asked for", "words", sortable=False),
    Column("what", "what changed", "words", sortable=False),
    Column("address", "from", sortable=False),
    Column("via", "known by", sortable=False),
)
_LONGEST = 300


async def show_audit(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    everybody = "everybody"

    async def read(page: Page) -> Answer:
        by = None if who.value in (None, everybody) else who.value
        found = await asyncio.to_thread(desk.audit.page, by, offset=page.offset, limit=page.size)
        return Answer(found.total, [_row(one) for one in found.items])

    people = await asyncio.to_thread(desk.people.all)
    with page_frame("Audit", visitor, request, here="/audit"):
        faint("Every change over the network and by `ionloop people`. Nothing here is ever changed or deleted.")
        who = ui.select([everybody, *(person.name for person in people)], value=everybody, label="By").classes("narrow")
        shown = PagedTable("Audit, the latest first", _COLUMNS, read)
        await shown.first()
        who.on_value_change(shown.anew)


def _row(one: Audited) -> dict[str, Any]:
    return {
        "key": one.id,
        "at": f"{one.at:%Y-%m-%d %H:%M:%S}",
        "by": one.by,
        "role": one.role or "command line",
        "action": one.action,
        "what": "; ".join(
            f"{change.kind}, {change.subject}: {_short(change.before)} → {_short(change.after)}"
            if change.before is not None or change.after is not None
            else f"{change.kind}, {change.subject}"
            for change in one.changes
        )[:_LONGEST],
        "address": one.address,
        "via": one.via,
    }


def _short(value: Any) -> str:
    return "nothing" if value is None else str(value) if isinstance(value, str | float | int) else json.dumps(value)

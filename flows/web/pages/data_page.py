"""Data: every observation of the ledger, found by what people ask for, a page at a time."""

import asyncio
from typing import Any
from urllib.parse import quote

from fastapi import Request
from nicegui import ui
from pydantic import ValidationError

from chemistry.quantities import with_uncertainty
from flows.web.desk import Desk, Signed
from flows.web.pages.campaign_tables import experiment_way
from flows.web.pages.film_tables import asked
from flows.web.pages.frame import page_frame
from flows.web.pages.paged_table import Page, PagedTable
from flows.web.pages.pieces import Column, faint
from flows.web.pages.questions import Questions
from ledger.author import Role
from ledger.browsing import ObservationTold, Question, Sort

_COLUMNS = (
    Column("film", "film", "link"),
    Column("label", "formulation", "words", sortable=False),
    Column("property", "property", "words"),
    Column("value", "value", "number"),
    Column("temperature", "at (°C)", "number"),
    Column("source", "source", sortable=False),
    Column("holds", "holds", "state", sortable=False),
    Column("whence", "whence", "words", sortable=False),
    Column("written", "written (UTC)"),
)


async def show_data(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page; what the address asks for is asked first."""

    async def read(page: Page) -> tuple[int, list[dict[str, Any]]]:
        try:
            question = questions.question(
                sort=Sort(page.sort) if page.sort in set(Sort) else Sort.WRITTEN,
                descending=page.descending,
                offset=page.offset,
                limit=page.size,
            )
        except ValidationError as wrong:
            said.set_text("; ".join(str(one["msg"]).removeprefix("Value error, ") for one in wrong.errors()))
            return 0, []
        found = await asyncio.to_thread(desk.browsing.observations, question)
        said.set_text(_counted(found.total, question))
        return found.total, [_row(one) for one in found.items]

    campaigns = await asyncio.to_thread(desk.browsing.campaigns)
    with page_frame("Data", visitor, request, here="/data"):
        with ui.element("div").classes("row"):
            if visitor.may(Role.OPERATOR):
                ui.link("Add an entry", "/data/new")
        questions = Questions(campaigns, request)
        said = faint("")
        said.props('role="status"')
        shown = PagedTable("Observations", _COLUMNS, read)
        await shown.first()
        questions.on_change(shown.anew)


def _counted(total: int, question: Question) -> str:
    found = f"{total:,} observation{'s' * (total != 1)}"
    return found if question.holds != "now" else f"{found} that hold"


def _row(one: ObservationTold) -> dict[str, Any]:
    made_here = one.campaign_id is not None and one.experiment is not None
    return {
        "key": one.id,
        "film": f"{one.campaign}, {one.experiment}" if made_here else one.film_id,
        "film to": experiment_way(one.campaign_id or 0, one.experiment or 0)
        if made_here
        else f"/films/{quote(one.film_id)}",
        "label": one.label,
        "property": asked(one.property, None),
        "value": with_uncertainty(one.value, one.sd),
        "temperature": "" if one.temperature_C is None else f"{one.temperature_C:g}",
        "source": f"{one.source.value}, from the law" if one.derived else one.source.value,
        "holds": one.holds.value + (", corrected" if one.amended and one.closed_event is None else ""),
        "whence": one.reference,
        "written": f"{one.at:%Y-%m-%d %H:%M}",
    }

"""Data: every observation of the ledger, found by what people ask for, a page at a time."""

import asyncio
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from nicegui import ui
from pydantic import ValidationError

from chemistry.quantities import with_uncertainty
from flows.web.desk import Desk, Signed
from flows.web.pages.campaign_tables import experiment_way
from flows.web.pages.frame import page_frame
from flows.web.pages.paged_table import Answer, Page, PagedTable
from flows.web.pages.pieces import Column, faint
from flows.web.pages.plainly import asked
from flows.web.pages.questions import Questions
from ledger.author import Role
from ledger.browsing import ObservationTold, Question, Sort

_FILES = {"csv": "CSV", "parquet": "Parquet", "jsonld": "JSON-LD"}
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

    async def read(page: Page) -> Answer:
        try:
            question = questions.question(
                sort=Sort(page.sort) if page.sort in set(Sort) else Sort.WRITTEN,
                descending=page.descending,
                offset=page.offset,
                limit=page.size,
            )
        except ValidationError as wrong:
            problem = "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in wrong.errors())
            return Answer(0, [], lambda: said.set_text(problem))
        found = await asyncio.to_thread(desk.browsing.observations, question)

        def tell() -> None:
            said.set_text(_counted(found.total, question))
            for form, link in ways.items():
                link.props["href"] = _file_way(form, question)
                link.update()

        return Answer(found.total, [_row(one) for one in found.items], tell)

    campaigns = await asyncio.to_thread(desk.browsing.campaigns)
    with page_frame("Data", visitor, request, here="/data"):
        with ui.element("div").classes("beside"):
            if visitor.may(Role.OPERATOR):
                ui.link("Add an entry", "/data/new")
                ui.link("Import a table", "/data/import")
        questions = Questions(campaigns, request)
        said = faint("")
        said.props('role="status"')
        with ui.element("div").classes("beside"):
            faint("All of them as a file:")
            ways = {form: ui.link(words, _file_way(form, Question())) for form, words in _FILES.items()}
        shown = PagedTable("Observations", _COLUMNS, read)
        await shown.first()
        questions.on_change(shown.anew)


def _file_way(form: str, question: Question) -> str:
    """Where all that a question finds is had as a file: the REST interface, by the session of the page."""
    asked = question.model_dump(mode="json", exclude_defaults=True, exclude={"offset", "limit"})
    return f"/api/v1/observations/files/{form}?{urlencode(asked)}"


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

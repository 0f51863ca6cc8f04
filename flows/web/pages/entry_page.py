"""Add an entry: a film from a paper, a notebook or another laboratory, with what it is made of and what was read."""

import asyncio
from typing import Any

from fastapi import Request
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from pydantic import ValidationError

from chemistry.wording import in_words
from flows.entering import Entry, enter, enter_instead
from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.entry_fields import EntryFields
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import faint, note
from ledger.browsing import FilmHistory


async def show_entry(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page; `instead` in the address names the published film that the entry takes the place of.

    Raises:
        LedgerError: there is no such film.
    """
    instead = request.query_params.get("instead")
    before = await asyncio.to_thread(desk.browsing.film, instead) if instead else None
    acting = Acting(desk, request)
    with page_frame("Add an entry" if before is None else "Enter a film anew", visitor, request):
        faint(
            "For films of papers, notebooks and other laboratories. What is measured here comes into the ledger "
            "through its instruments. The entry bears your name; nothing that is there is overwritten."
        )
        if before is not None:
            note(f"It takes the place of {before.film.film_id}, whose numbers are taken back and stay in its history.")
        with ui.element("form").classes("section").on("submit.prevent", lambda: None).props('aria-label="Entry"'):
            fields = EntryFields(before)
            problems = ui.element("div").props('role="alert"')
            ui.button("Write it", on_click=lambda: _write(fields, problems, acting, before)).props("no-caps")


async def _write(fields: EntryFields, problems: ui.element, acting: Acting, before: FilmHistory | None) -> None:
    problems.clear()
    try:
        entry = await asyncio.to_thread(Entry.model_validate, fields.said())
    except ValidationError as wrong:
        with problems:
            _show(wrong)
        return
    written: list[str] = []

    def deed(signed: Signed) -> None:
        if before is None:
            name, _ = enter(signed.ledger, entry, by=signed.name)
        else:
            name, _ = enter_instead(signed.ledger, before.film.film_id, entry, by=signed.name, note=entry.note)
        written.append(name)

    if await acting.do("add an entry", deed, "Written to the ledger."):
        ui.navigate.to(f"/films/{written[0]}")


def _show(wrong: ValidationError) -> None:
    """Every problem of the form, each with its field, so that all can be mended at once."""
    with ui.element("div").classes("note bad"):
        TextElement(tag="b", text="Nothing was written:")
        with ui.element("ul"):
            for details in wrong.errors():
                TextElement(tag="li", text=_problem(details))


def _problem(details: Any) -> str:
    where = " ".join(str(part + 1 if isinstance(part, int) else part) for part in details["loc"])
    return f"{where.replace('_', ' ')}: {in_words(details)}" if where else in_words(details)

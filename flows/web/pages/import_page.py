"""Import a table: looked at first, with every row that is refused and why, and brought in just as it was looked at."""

import asyncio
from urllib.parse import quote

from fastapi import Request
from nicegui import events, ui
from nicegui.elements.mixins.text_element import TextElement
from pydantic import ValidationError

from chemistry.errors import IonloopError
from chemistry.wording import in_words
from flows.sent_table import MOST_BYTES, Preview, Reading, bring_sent, headers_of, preview
from flows.table_import import Brought
from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import Column, faint, heading, note, numbers, table
from flows.web.pages.table_fields import TableFields
from flows.web.pages.visitor import visitor_of
from ledger.author import Role
from ledger.literature import LiteratureTable

_LONGEST_NAME = 200
_CHOOSE = """<q-btn no-caps flat class="full" label="Choose a table, or drop it here" @click="props.pickFiles">
<q-uploader-add-trigger /></q-btn>"""
"""In the place of the library's own button, which has no name for readers of the screen."""
_REFUSED = (
    Column("line", "line", "number"),
    Column("reason", "refused, because of", "words"),
    Column("detail", "what is wrong with it", "words", sortable=False),
)
_FILMS = (
    Column("label", "formulation", "words"),
    Column("readings", "readings", "number"),
    Column("reference", "whence", "words"),
    Column("lines", "lines", "words", sortable=False),
    Column("state", "in the ledger", "state"),
)


async def show_import(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    with page_frame("Import a table", visitor, request):
        faint(
            "CSV, or the first sheet of a workbook (.xlsx). Nothing is written before you have seen what is taken and "
            "what is refused. A table is known by its name; the same one twice adds nothing."
        )
        upload = ui.upload(
            on_upload=lambda event: importing.received(event),
            on_rejected=lambda: ui.notify(f"A table may have {MOST_BYTES // 2**20} MiB.", type="negative"),
            auto_upload=True,
            max_file_size=MOST_BYTES,
        ).props('accept=".csv,.tsv,.txt,.xlsx" flat bordered')
        upload.classes("full").add_slot("header", _CHOOSE)
        importing = _Importing(desk, request)


class _Importing:
    """One table on its way from a browser into the ledger."""

    def __init__(self, desk: Desk, request: Request) -> None:
        self._desk, self._request, self._acting = desk, request, Acting(desk, request)
        self._content = b""
        self._fields: TableFields | None = None
        self._form = ui.element("div").classes("section")
        self._seen = ui.element("div").classes("section").props('role="status"')

    async def received(self, event: events.UploadEventArguments) -> None:
        """Show the fields for a table that has come; whoever may not import is told so."""
        self._form.clear()
        self._seen.clear()
        if not await self._may():
            return
        self._content, name = await event.file.read(), event.file.name[-_LONGEST_NAME:]
        try:
            headers = await asyncio.to_thread(headers_of, self._content, name)
        except IonloopError as unreadable:
            self._refused(str(unreadable))
            return
        with self._form:
            heading(2, name)
            self._fields = TableFields(name, headers, self._seen.clear)
            ui.button("Look at it", on_click=self._look).props("no-caps")

    async def _look(self) -> None:
        self._seen.clear()
        try:
            how = self._fields.said() if self._fields else None
        except ValidationError as wrong:
            self._refused("; ".join(f"{details['loc'][0]} {in_words(details)}" for details in wrong.errors()))
            return
        if how is None or not await self._may():
            return
        try:
            seen = await asyncio.to_thread(preview, self._desk.ledger, self._content, how)
        except IonloopError as unfit:
            self._refused(str(unfit))
            return
        with self._seen:
            self._show(seen, how)

    def _show(self, seen: Preview, how: Reading) -> None:
        heading(2, "What would become of it")
        shown = {"rows": seen.rows, "films": seen.films, "readings": seen.readings}
        shown |= {"films that are new": seen.new_films, "films known already": seen.known_films}
        numbers((f"{count:,}", meaning) for meaning, count in {**shown, "rows refused": seen.refused}.items())
        if seen.beside:
            there = f"{seen.beside} films of an earlier table of this name would hold beside"
            note(f"{there}; tick the box to take them back.")
        for remark, lines in seen.altered.items():
            faint(f"{remark}: {_lines(lines)}")
        if seen.usable:
            what = f"Import {seen.films:,} film{'s' * (seen.films != 1)}"
            ui.button(what, on_click=lambda: self._bring(how, seen.fingerprint)).props("no-caps")
        else:
            note("Nothing of it can be imported.", bad=True)
        if seen.refused:
            heading(3, "Refused")
            faint("; ".join(f"{reason}: {count:,}" for reason, count in seen.reasons.items()))
            rows = [{"line": one.row, "reason": one.reason, "detail": one.detail} for one in seen.refusals]
            table("Rows that are refused", _REFUSED, rows, page=10)
            _of_many(len(rows), seen.refused)
        if seen.films_seen:
            heading(3, "Taken")
            rows = [
                {
                    "label": one.label,
                    "readings": one.readings,
                    "reference": one.reference,
                    "lines": _lines(one.lines),
                    "state": "known" if one.known else "new",
                }
                for one in seen.films_seen
            ]
            table("Films that are taken", _FILMS, rows, page=10)
            _of_many(len(rows), seen.films)

    async def _bring(self, how: Reading, fingerprint: str) -> None:
        told: list[tuple[LiteratureTable, Brought]] = []

        def deed(signed: Signed) -> None:
            told.append(bring_sent(signed.ledger, self._content, how, fingerprint))

        if not await self._acting.do(f"import {how.name}", deed, "Written to the ledger."):
            return
        (read, brought) = told[0]
        added = brought.added
        self._seen.clear()
        with self._seen:
            note(
                f"{added.films} films with {added.readings} readings are new, {added.known} were known, "
                f"{added.taken_back} were taken back; {len(read.refusals)} rows were refused."
            )
            ui.link("See what is published", f"/data?campaign={quote('published')}")

    async def _may(self) -> bool:
        """Whether the visitor still may: a table is work to read."""
        signed = await visitor_of(self._desk, self._request)
        if signed is None or not signed.may(Role.OPERATOR):
            self._refused("This takes somebody who is signed in as operator.")
            return False
        return True

    def _refused(self, words: str) -> None:
        with self._seen, ui.element("div").classes("note bad").props('role="alert"'):
            TextElement(tag="b", text="This table is not read:")
            TextElement(tag="p", text=words)


def _lines(lines: tuple[int, ...], most: int = 12) -> str:
    """`lines 2, 3, 4`, however many there are."""
    told = ", ".join(str(line) for line in lines[:most])
    return f"line{'s' * (len(lines) != 1)} {told}" + (f" and {len(lines) - most} more" if len(lines) > most else "")


def _of_many(shown: int, there: int) -> None:
    if shown < there:
        faint(f"The first {shown:,} of {there:,} are shown.")

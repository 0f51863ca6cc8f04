"""Buttons that write: each asks once more, looks anew whether the visitor may, and says what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from chemistry.errors import IonloopError
from flows.web.desk import Desk, Signed
from flows.web.pages.visitor import visitor_of
from ledger.author import Role

LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Asked:
    """What a button asks before it writes."""

    title: str
    text: str
    button: str
    grave: bool = False
    """Whether it cannot be taken back."""


class Acting:
    """What a visitor does on one page; the ledger has it under their name, and the audit as theirs.

    Questions and answers hang on the page itself: the part that the button is in may be built anew while somebody
    thinks, because something happened in the ledger.
    """

    def __init__(self, desk: Desk, request: Request, role: Role = Role.OPERATOR) -> None:
        self._desk, self._request, self._role = desk, request, role
        self._page = ui.context.client

    async def after_asking(self, asked: Asked, deed: Callable[[Signed, str], object], done: str) -> bool:
        """Ask, with a note; then do it as the visitor, with the note, and say `done`."""
        with self._page:
            note = await _note(asked)
        return note is not None and await self.do(asked.title, lambda signed: deed(signed, note), done)

    async def do(self, what: str, deed: Callable[[Signed], object], done: str) -> bool:
        """Do it as the visitor, and say `done`; a refusal is shown with its reason, and nothing is written."""
        with self._page:
            signed = await visitor_of(self._desk, self._request, what)
            if signed is None or not signed.may(self._role):
                ui.notify(
                    f"This takes somebody who is signed in as {self._role}. Nothing was written.", type="negative"
                )
                return False
            try:
                await asyncio.to_thread(deed, signed)
            except IonloopError as refused:
                ui.notify(str(refused), type="negative", multi_line=True, timeout=10_000, close_button="Close")
                return False
            ui.notify(done, type="positive")
            return True


async def _note(asked: Asked) -> str | None:
    """The note that was given, or None where the visitor thought better of it."""
    with ui.dialog() as dialog, ui.card().classes("asked"):
        TextElement(tag="h2", text=asked.title)
        TextElement(tag="p", text=asked.text)
        note = ui.input("Why (kept in the ledger)").props(f"autofocus maxlength={LONGEST_NOTE}")
        with ui.element("div").classes("beside"):
            colour = "negative" if asked.grave else "primary"
            ui.button(asked.button, on_click=lambda: dialog.submit(note.value or ""), color=colour).props("no-caps")
            ui.button("Not now", on_click=lambda: dialog.submit(None), color=None).props("flat no-caps")
    given = await dialog
    dialog.delete()
    return given

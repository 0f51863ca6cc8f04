"""Buttons that write: each asks once more, looks anew whether the visitor may, and says what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from chemistry.errors import IonloopError
from flows.web.pages.place import Place

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
    """What a visitor does on one page.

    A page lives as long as its tab, and a role may be taken away meanwhile: so each deed asks who it is again.
    """

    def __init__(self, place: Place, request: Request) -> None:
        self._place, self._request = place, request

    async def after_asking(self, asked: Asked, deed: Callable[[str, str], object], done: str) -> bool:
        """Ask, with a note; then do it with the visitor's name and the note, and say `done`."""
        note = await _note(asked)
        return note is not None and await self.do(lambda who: deed(who, note), done)

    async def do(self, deed: Callable[[str], object], done: str) -> bool:
        """Do it with the visitor's name, and say `done`; a refusal is shown with its reason, and nothing is written."""
        visitor = await asyncio.to_thread(self._place.visitor, self._request)
        if visitor is None or not visitor.may_act:
            ui.notify("You may look, and no longer act: sign in again.", type="negative")
            return False
        try:
            await asyncio.to_thread(deed, visitor.name)
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
        note = ui.input("Why (kept in the ledger)").props(f"autofocus maxlength={LONGEST_NOTE}").classes("full")
        with ui.element("div").classes("row"):
            ui.button(asked.button, on_click=lambda: dialog.submit(note.value or ""), color="negative" if asked.grave else "primary").props("no-caps")
            ui.button("Not now", on_click=lambda: dialog.submit(None), color=None).props("flat no-caps")
    given = await dialog
    dialog.delete()
    return given

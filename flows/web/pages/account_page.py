"""One's own account: tokens for one's programs, and another password."""

import asyncio

from fastapi import Request
from nicegui import ui

from chemistry.errors import BadInput
from flows.web.access import address_of
from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import faint, heading
from flows.web.pages.tokens_section import TokensSection
from ledger.author import Role
from ledger.people import People


async def show_account(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    acting = Acting(desk, request, Role.VIEWER)
    with page_frame("Your account", visitor, request):
        faint(f"{visitor.name}, signed in as {visitor.role}.")

        async def read() -> None:
            section.show(await asyncio.to_thread(desk.people.tokens, visitor.name))

        section = TokensSection(desk, acting, None, read)
        await read()
        _password(desk, acting, address_of(request))


def _password(desk: Desk, acting: Acting, address: str) -> None:
    heading(2, "Another password")
    faint("It ends every session of yours, this one too. Tokens go on.")
    with ui.element("form").classes("beside").on("submit.prevent", lambda: None).props('aria-label="Another password"'):
        old = ui.input("Password now", password=True).props("autocomplete=current-password").classes("narrow")
        new = ui.input("New password", password=True).props("autocomplete=new-password").classes("narrow")
        again = ui.input("New password again", password=True).props("autocomplete=new-password").classes("narrow")

        def deed(signed: Signed) -> None:
            if (new.value or "") != (again.value or ""):
                raise BadInput("the two new passwords are not the same", remedy="Type it twice.")
            if not desk.sign_ins.knows(signed.name, old.value or "", address):
                raise BadInput("the password now is another one", remedy="Type the one you signed in with.")
            People(signed.ledger, desk.cost).set_password(signed.name, new.value or "")

        async def write() -> None:
            if await acting.do("set another password", deed, "Sign in with the new one."):
                ui.navigate.to("/sign-in")

        ui.button("Change it", on_click=write).props("no-caps")

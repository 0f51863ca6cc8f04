"""People: who may sign in, and as what. For admins."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import Column, faint, heading, table
from ledger.author import Role
from ledger.people import People, Person, Token

ADD, ROLE, PASSWORD, REMOVE, TOKEN = (
    "open an account",
    "change the role",
    "set another password",
    "close the account",
    "revoke the token",
)


async def show_people(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    people, tokens = await asyncio.to_thread(_read, desk)
    acting = Acting(desk, request, Role.ADMIN)
    with page_frame("People", visitor, request, here="/people"):

        @ui.refreshable
        def people_now() -> None:
            _show(people, tokens)

        people_now()

        async def changed() -> None:
            nonlocal people, tokens
            people, tokens = await asyncio.to_thread(_read, desk)
            people_now.refresh()

        heading(2, "Change")
        with ui.element("form").classes("row").on("submit.prevent", lambda: None).props('aria-label="Change people"'):
            what = ui.select([ADD, ROLE, PASSWORD, REMOVE, TOKEN], value=ADD, label="What").classes("narrow")
            name = ui.input("Name").props("maxlength=100 autocomplete=off").classes("narrow")
            role = ui.select([role.value for role in Role], value=Role.VIEWER.value, label="Role").classes("narrow")
            secret = ui.input("Password", password=True).props("autocomplete=new-password").classes("narrow")
            token = ui.input("Token").props("maxlength=100").classes("narrow")

            def shown() -> None:
                role.set_visibility(what.value in (ADD, ROLE))
                secret.set_visibility(what.value in (ADD, PASSWORD))
                token.set_visibility(what.value == TOKEN)

            what.on_value_change(shown)
            shown()

            def deed(signed: Signed) -> None:
                of, whom, word = People(signed.ledger, desk.cost), name.value or "", secret.value or ""
                {
                    ADD: lambda: of.add(whom, str(role.value), word),
                    ROLE: lambda: of.change_role(whom, str(role.value)),
                    PASSWORD: lambda: of.set_password(whom, word),
                    REMOVE: lambda: of.remove(whom),
                    TOKEN: lambda: of.revoke(whom, token.value or ""),
                }[str(what.value)]()

            async def write() -> None:
                if await acting.do(str(what.value), deed, f"Done: {what.value}."):
                    secret.set_value("")
                    await changed()

            ui.button("Do it", on_click=write).props("no-caps")
        faint(
            "A token for a program is made with `ionloop people token`: its secret is shown once, and not in a browser."
        )


def _read(desk: Desk) -> tuple[Sequence[Person], Sequence[Token]]:
    return desk.people.all(), desk.people.tokens()


def _show(people: Sequence[Person], tokens: Sequence[Token]) -> None:
    columns = (Column("name", "name"), Column("role", "role"), Column("tokens", "tokens", "words", sortable=False))
    rows = [
        {
            "name": person.name,
            "role": person.role.value,
            "tokens": ", ".join(
                f"{t.name} ({t.role.value}{f', until {t.expires_at:%Y-%m-%d}' if t.expires_at else ''})"
                for t in tokens
                if t.person == person.name
            ),
        }
        for person in people
    ]
    table("People who may sign in", columns, rows)

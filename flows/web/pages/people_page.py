"""People: who may sign in, and as what; and the tokens of their programs. For admins."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import Column, heading, table
from flows.web.pages.tokens_section import TokensSection
from ledger.author import Role
from ledger.people import People, Person, Token

ADD, ROLE, PASSWORD, REMOVE = ("open an account", "change the role", "set another password", "close the account")


async def show_people(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    people, tokens = await asyncio.to_thread(_read, desk)
    acting = Acting(desk, request, Role.ADMIN)
    with page_frame("People", visitor, request, here="/people"):

        @ui.refreshable
        def people_now() -> None:
            _show(people)

        people_now()

        async def changed() -> None:
            nonlocal people, tokens
            people, tokens = await asyncio.to_thread(_read, desk)
            people_now.refresh()
            section.show(tokens, [person.name for person in people])

        heading(2, "Change")
        with (
            ui.element("form").classes("beside").on("submit.prevent", lambda: None).props('aria-label="Change people"')
        ):
            what = ui.select([ADD, ROLE, PASSWORD, REMOVE], value=ADD, label="What").classes("narrow")
            name = ui.input("Name").props("maxlength=100 autocomplete=off").classes("narrow")
            role = ui.select([role.value for role in Role], value=Role.VIEWER.value, label="Role").classes("narrow")
            secret = ui.input("Password", password=True).props("autocomplete=new-password").classes("narrow")

            def shown() -> None:
                role.set_visibility(what.value in (ADD, ROLE))
                secret.set_visibility(what.value in (ADD, PASSWORD))

            what.on_value_change(shown)
            shown()

            def deed(signed: Signed) -> None:
                of, whom, word = People(signed.ledger, desk.cost), name.value or "", secret.value or ""
                {
                    ADD: lambda: of.add(whom, str(role.value), word),
                    ROLE: lambda: of.change_role(whom, str(role.value)),
                    PASSWORD: lambda: of.set_password(whom, word),
                    REMOVE: lambda: of.remove(whom),
                }[str(what.value)]()

            async def write() -> None:
                if await acting.do(str(what.value), deed, f"Done: {what.value}."):
                    secret.set_value("")
                    await changed()

            ui.button("Do it", on_click=write).props("no-caps")
        section = TokensSection(desk, acting, [person.name for person in people], changed)
        section.show(tokens, [person.name for person in people])


def _read(desk: Desk) -> tuple[Sequence[Person], Sequence[Token]]:
    return desk.people.all(), desk.people.tokens()


def _show(people: Sequence[Person]) -> None:
    columns = (Column("name", "name"), Column("role", "role"))
    rows = [{"name": person.name, "role": person.role.value} for person in people]
    table("People who may sign in", columns, rows)

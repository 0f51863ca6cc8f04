"""Tokens for programs: made and shown this once, listed, revoked."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.pieces import Column, faint, heading, table
from ledger.author import Role
from ledger.people import LONGEST_LIFE_DAYS, People, Token

AS_PERSON = "as the person may"
_COLUMNS = (
    Column("person", "whose"),
    Column("name", "what it is for"),
    Column("role", "acts as"),
    Column("until", "until (UTC)"),
)


class TokensSection:
    """The list, and below it the two forms.

    Args:
        desk: The ledger, and who may use it.
        acting: As whom: an admin for everybody's tokens, anybody for their own.
        whose: People whose tokens may be made; None: the visitor's own alone.
        read: Reads anew what there is, and shows it.
    """

    def __init__(
        self, desk: Desk, acting: Acting, whose: Sequence[str] | None, read: Callable[[], Awaitable[None]]
    ) -> None:
        self._desk, self._acting, self._read, self._own = desk, acting, read, whose is None
        heading(2, "Tokens for programs")
        faint(
            "A program sends its token with every request of the REST interface. It may do no more than its person, "
            "and what it does bears that name in the ledger."
        )
        self._list = ui.element("div").classes("section")
        self._maker(whose or ())
        self._revoker()

    def show(self, tokens: Sequence[Token], whose: Sequence[str] = ()) -> None:
        """Show what there is now, and of whom tokens may be made."""
        self._list.clear()
        with self._list:
            table("Tokens for programs", _COLUMNS, [_row(token) for token in tokens])
        self._which.set_options({index: f"{one.name} of {one.person}" for index, one in enumerate(tokens)})
        self._tokens = list(tokens)
        self._revoking.set_visibility(bool(tokens))
        if not self._own:
            self._whose.set_options(list(whose), value=self._whose.value if self._whose.value in whose else None)

    def _of(self, signed: Signed, whose: str | None) -> str:
        """Whose token is meant: whatever a browser may say, of the visitor alone where no other may be."""
        return signed.name if self._own else str(whose or "")

    def _maker(self, whose: Sequence[str]) -> None:
        with ui.element("form").classes("beside").on("submit.prevent", lambda: None).props('aria-label="Make a token"'):
            self._whose = ui.select(list(whose), value=whose[0] if whose else None, label="Whose").classes("narrow")
            self._whose.set_visibility(not self._own)
            purpose = ui.input("What it is for").props("maxlength=100 autocomplete=off").classes("narrow")
            roles = [AS_PERSON, *(role.value for role in Role)]
            role = ui.select(roles, value=AS_PERSON, label="May act").classes("narrow")
            days = ui.number("Days", min=1, max=LONGEST_LIFE_DAYS, precision=0).classes("narrow")
            days.props["hint"] = "until it is revoked, if empty"

            async def make() -> None:
                made: list[str] = []

                def deed(signed: Signed) -> None:
                    as_role = None if role.value == AS_PERSON else str(role.value)
                    until = None if days.value is None else int(days.value)
                    of = People(signed.ledger, self._desk.cost)
                    made.append(
                        of.make_token(self._of(signed, self._whose.value), purpose.value or "", as_role, until)[1]
                    )

                if await self._acting.do("make a token", deed, "The token is made."):
                    await _show_once(purpose.value or "", made[0])
                    purpose.set_value("")
                    await self._read()

            ui.button("Make a token", on_click=make).props("no-caps")

    def _revoker(self) -> None:
        self._tokens: list[Token] = []
        self._revoking = ui.element("form").classes("beside").on("submit.prevent", lambda: None)
        with self._revoking.props('aria-label="Revoke a token"'):
            self._which = ui.select({}, label="Token").classes("narrow")

            async def revoke() -> None:
                if self._which.value is None:
                    ui.notify("Choose a token.", type="negative")
                    return
                one = self._tokens[int(self._which.value)]
                done = f"The token {one.name} of {one.person} is no longer taken."

                def deed(signed: Signed) -> None:
                    People(signed.ledger, self._desk.cost).revoke(self._of(signed, one.person), one.name)

                if await self._acting.do("revoke a token", deed, done):
                    self._which.set_value(None)
                    await self._read()

            ui.button("Revoke it", on_click=revoke, color="negative").props("no-caps outline")


async def _show_once(purpose: str, secret: str) -> None:
    """The secret, until somebody says that they have it; it leaves the page with the dialog."""
    with ui.dialog().props("persistent") as dialog, ui.card().classes("asked"):
        TextElement(tag="h2", text=f"The token for {purpose}")
        TextElement(tag="p", text="It is shown this once. Put it where the program finds it, and nowhere else.")
        TextElement(tag="code", text=secret).classes("secret").props('aria-label="Secret"')
        with ui.element("div").classes("beside"):
            ui.button("Copy", on_click=lambda: ui.clipboard.write(secret)).props("no-caps outline")
            ui.button("I have it", on_click=lambda: dialog.submit(True)).props("no-caps")
    await dialog
    dialog.delete()


def _row(token: Token) -> dict[str, str]:
    return {
        "person": token.person,
        "name": token.name,
        "role": token.role.value,
        "until": f"{token.expires_at:%Y-%m-%d %H:%M}" if token.expires_at else "revoked",
    }

"""What every page has around it: the head with the ways to the others, who is signed in, light or dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from fastapi import Request
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from flows.web.desk import Signed
from flows.web.pages.pieces import heading, note
from ledger.author import Role

WAYS = (
    ("Campaigns", "/"),
    ("Data", "/data"),
    ("Approvals", "/approvals"),
    ("Models", "/models"),
    ("Stations and stock", "/stations"),
)
ADMIN_WAYS = (("People", "/people"), ("Audit", "/audit"))
LOOKS: dict[str, bool | None] = {"as the system": None, "light": False, "dark": True}
_COOKIE = "ionloop_look"


@contextmanager
def page_frame(title: str, visitor: Signed, request: Request, *, here: str = "") -> Iterator[None]:
    """The page around what the block adds to it; `here` is the way that it lies on."""
    ui.page_title(f"{title} · ionloop")
    look = request.cookies.get(_COOKIE, "")
    dark = ui.dark_mode(LOOKS.get(look))
    with ui.header(fixed=False).classes("head"):
        ui.link("ionloop", "/").classes("name")
        with ui.element("nav").props('aria-label="Pages"'):
            for words, target in (*WAYS, *(ADMIN_WAYS if visitor.may(Role.ADMIN) else ())):
                way = ui.link(words, target)
                if target == here:
                    way.props["aria-current"] = "page"
        with ui.element("div").classes("who"):
            _look_menu(dark)
            _visitor_menu(visitor)
    with ui.element("main").classes("main") as main:
        heading(1, title)
        yield
    ui.skip_link("Skip to what this page shows", target=main)


def _look_menu(dark: ui.dark_mode) -> None:
    def choose(look: str) -> None:
        dark.set_value(LOOKS[look])
        ui.run_javascript(f"document.cookie = '{_COOKIE}={look}; path=/; max-age=31536000; samesite=lax'")

    with ui.button("Look", color=None).props("flat dense no-caps"), ui.menu():
        for look in LOOKS:
            ui.menu_item(look.capitalize(), partial(choose, look))


def _visitor_menu(visitor: Signed) -> None:
    with ui.button(visitor.name, color=None).props("flat dense no-caps aria-label='Account'"), ui.menu():
        TextElement(tag="div", text=f"signed in as {visitor.role}").classes("faint small q-px-md q-py-sm")
        ui.menu_item("Your account", lambda: ui.navigate.to("/account"))
        ui.menu_item("Sign out", lambda: ui.navigate.to("/sign-out"))


def show_refusal(why: str, visitor: Signed, request: Request) -> None:
    """A page that says why there is none."""
    with page_frame("Nothing to show", visitor, request):
        note(why, bad=True)
        ui.link("All campaigns", "/")

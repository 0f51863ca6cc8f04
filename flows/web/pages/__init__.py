"""The dashboard: pages for people, on the application that programs use too."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import Client, ui
from nicegui import app as library

from chemistry.errors import BadInput
from flows.web.desk import Desk, Signed
from flows.web.pages import sign_in_page
from flows.web.pages.account_page import show_account
from flows.web.pages.approvals_page import show_approvals
from flows.web.pages.audit_page import show_audit
from flows.web.pages.campaign_page import show_campaign
from flows.web.pages.campaigns_page import show_campaigns
from flows.web.pages.data_page import show_data
from flows.web.pages.entry_page import show_entry
from flows.web.pages.experiment_page import show_experiment
from flows.web.pages.film_page import show_film
from flows.web.pages.frame import show_refusal
from flows.web.pages.import_page import show_import
from flows.web.pages.models_page import show_models
from flows.web.pages.people_page import show_people
from flows.web.pages.stations_page import show_stations
from flows.web.pages.visitor import visitor_of
from flows.web.pages.warmth import warm_up
from ledger.author import Role
from ledger.errors import LedgerError

Builder = Callable[..., Awaitable[None]]
RECONNECTED_WITHIN_S = 20.0
"""A page whose line breaks off for longer is built anew: a phone changes its network, a machine is busy."""
LONGEST_BUILD_S = 60.0
"""A page of a busy machine may take this long; the first one imports what the others find there."""


def add_pages(app: FastAPI, desk: Desk) -> None:
    """Add the dashboard to an application; once in a process, for the library behind it keeps one set of pages.

    Nothing is kept beside the ledger but a cookie for light or dark, and no other host is ever asked for anything.
    """
    Client.shared_head_html += f"<style>{(Path(__file__).parent / 'look.css').read_text(encoding='utf-8')}</style>"

    def add(path: str, build: Builder, role: Role = Role.VIEWER) -> None:
        _add_page(desk, path, build, role)

    add("/", show_campaigns)
    add("/campaigns/{campaign_id}", show_campaign)
    add("/campaigns/{campaign_id}/experiments/{number}", show_experiment)
    add("/films/{film_id:path}", show_film)
    add("/data", show_data)
    add("/data/new", show_entry, Role.OPERATOR)
    add("/data/import", show_import, Role.OPERATOR)
    add("/approvals", show_approvals)
    add("/models", show_models)
    add("/stations", show_stations)
    add("/account", show_account)
    add("/people", show_people, Role.ADMIN)
    add("/audit", show_audit, Role.ADMIN)
    sign_in_page.add(app, desk)
    library.on_startup(warm_up)
    ui.run_with(
        app,
        title="ionloop",
        dark=None,
        language="en-US",
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECTED_WITHIN_S,
        show_welcome_message=False,
    )


def _add_page(desk: Desk, path: str, build: Builder, role: Role) -> None:
    """One page, for whoever is signed in as this role or more; others are sent to sign in, or told why not."""

    @ui.page(path, response_timeout=LONGEST_BUILD_S)
    async def page(request: Request) -> Response | None:
        signed = await visitor_of(desk, request)
        if signed is None:
            asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(sign_in_page.next_way(asked), status_code=303)
        await _built(desk, signed, request, build, role)
        return None


async def _built(desk: Desk, signed: Signed, request: Request, build: Builder, role: Role) -> None:
    if not signed.may(role):
        show_refusal(f"This page takes somebody who is signed in as {role}; you are {signed.role}.", signed, request)
        return
    try:
        await build(desk, signed, request, **request.path_params)
    except (LedgerError, BadInput) as missing:
        show_refusal(str(missing), signed, request)

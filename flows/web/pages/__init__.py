"""The dashboard: pages for people, on the application that the programs' interface is on."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from nicegui import ui

from flows.web.pages.place import Place
from ledger.store import Ledger

def add_pages(app, ledger, visitor) -> None:
    from flows.web.pages.campaigns_page import show_campaigns
    from flows.web.pages.campaign_page import show_campaign
    from flows.web.pages.film_page import show_film
    place = Place(ledger, visitor)
    ui.add_css((Path(__file__).parent / "look.css").read_text(encoding="utf-8"), shared=True)

    @ui.page("/", response_timeout=30)
    async def campaigns(request: Request):
        await show_campaigns(place, place.visitor(request), request)
    @ui.page("/campaigns/{campaign_id}", response_timeout=30)
    async def campaign(request: Request, campaign_id: int):
        await show_campaign(place, place.visitor(request), request, campaign_id)
    @ui.page("/films/{film_id:path}", response_timeout=30)
    async def film(request: Request, film_id: str):
        await show_film(place, place.visitor(request), request, film_id)
    @ui.page("/campaigns/{campaign_id}/experiments/{number}")
    async def experiment(request: Request, campaign_id: int, number: int):
        e = next(e for e in place.ledger.experiments(campaign_id) if e.number == number)
        return RedirectResponse(f"/films/{place.ledger.samples(e.id)[-1].id}")
    ui.run_with(app, title="ionloop", dark=None, language="en-US", tailwind=False, binding_refresh_interval=None, show_welcome_message=False)

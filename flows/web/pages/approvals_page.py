"""Approvals: what waits for a person's answer in any campaign, and what was answered."""

import asyncio

from fastapi import Request
from nicegui import ui

from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.answering import requests_shown
from flows.web.pages.campaign_tables import experiment_way
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import Column, faint, heading, table
from flows.web.pages.watching import follow
from ledger.author import Role
from ledger.browsing.now import RequestTold


async def show_approvals(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    event, waiting, answered = await asyncio.to_thread(_read, desk)
    acting = Acting(desk, request) if visitor.may(Role.OPERATOR) else None
    with page_frame("Approvals", visitor, request, here="/approvals"):

        @ui.refreshable
        def requests_now() -> None:
            if not waiting:
                faint("Nothing waits for an answer.")
            requests_shown(waiting, acting, with_campaign=True)
            _answered(answered)

        requests_now()

        async def news() -> None:
            nonlocal waiting, answered
            _, waiting, answered = await asyncio.to_thread(_read, desk)
            requests_now.refresh()

        follow(desk, event, news)


def _read(desk: Desk) -> tuple[int, tuple[RequestTold, ...], tuple[RequestTold, ...]]:
    event, browsing = desk.ledger.last_event(), desk.browsing
    return event, browsing.requests(), browsing.requests(waiting=False)


def _answered(answered: tuple[RequestTold, ...]) -> None:
    if not answered:
        return
    heading(2, "Answered")
    columns = (
        Column("film", "film", "link"),
        Column("label", "formulation", "words"),
        Column("state", "answer", "state"),
        Column("by", "by"),
        Column("note", "note", "words"),
        Column("via", "via"),
        Column("asked", "asked (UTC)"),
    )
    rows = [
        {
            "film": f"{one.campaign}, run {one.run}, experiment {one.experiment}",
            "film to": experiment_way(one.campaign_id, one.experiment),
            "label": one.label,
            "state": one.state,
            "by": one.by,
            "note": one.note,
            "via": one.via,
            "asked": f"{one.asked_at:%Y-%m-%d %H:%M}",
        }
        for one in answered
    ]
    table("Requests that were answered", columns, rows, page=25)

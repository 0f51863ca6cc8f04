"""The first page: campaigns now and past, how far each is, its best so far, and who waits for an answer."""

import asyncio
from typing import Any

from fastapi import Request
from nicegui import ui

from chemistry.quantities import with_uncertainty
from flows.report.words import axis_title
from flows.web.best_so_far import Best, best_of
from flows.web.desk import Desk, Signed
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import Column, faint, heading, note, numbers, table
from flows.web.pages.visitor import whole_number
from flows.web.pages.watching import follow
from ledger.browsing import CampaignTold, Counts
from ledger.kinds import CampaignState, ExperimentState

SHOWN = 25
"""Campaigns at a time: the best of each is looked up for those that are shown."""

_COLUMNS = (
    Column("campaign", "campaign", "link"),
    Column("state", "state", "state"),
    Column("progress", "experiments", "number"),
    Column("best", "best so far", "words", sortable=False),
    Column("waiting", "waits for approval", "link", sortable=False),
    Column("begun", "begun (UTC)"),
    Column("last", "last event (UTC)"),
)


async def show_campaigns(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    first = whole_number(request.query_params.get("from", "0"))
    event, counts, campaigns, best = await asyncio.to_thread(_read, desk, first)

    with page_frame("Campaigns", visitor, request, here="/"):

        @ui.refreshable
        def campaigns_now() -> None:
            _show(counts, campaigns, best, first)

        campaigns_now()

        async def news() -> None:
            nonlocal counts, campaigns, best
            _, counts, campaigns, best = await asyncio.to_thread(_read, desk, first)
            campaigns_now.refresh()

        follow(desk, event, news)


def _read(desk: Desk, first: int) -> tuple[int, Counts, tuple[CampaignTold, ...], dict[int, Best]]:
    event, browsing = desk.ledger.last_event(), desk.browsing
    campaigns = browsing.campaigns()
    shown = campaigns[first : first + SHOWN]
    return event, browsing.counts(), campaigns, best_of(desk.ledger, [campaign.id for campaign in shown])


def _show(counts: Counts, campaigns: tuple[CampaignTold, ...], best: dict[int, Best], first: int) -> None:
    waiting = sum(campaign.waiting for campaign in campaigns)
    if waiting:
        note(f"{waiting} film{'s wait' if waiting > 1 else ' waits'} for an answer: see Approvals.")
    now = [campaign for campaign in campaigns if not CampaignState(campaign.state).final]
    numbers(
        [
            (f"{len(now)}", "campaigns now"),
            (f"{counts.campaigns - len(now)}", "campaigns past"),
            (f"{counts.films:,}", f"films and samples, {counts.published_films:,} of them published"),
            (f"{counts.observations:,}", "observations that hold"),
        ]
    )
    if now:
        heading(2, "Now")
        table("Campaigns now", _COLUMNS, [_row(campaign, best) for campaign in now])
    heading(2, "Past" if now else "Campaigns")
    past = [campaign for campaign in campaigns[first : first + SHOWN] if campaign not in now]
    if not campaigns:
        faint("No campaign was run in this ledger. `ionloop run CAMPAIGN.yaml` begins one.")
        return
    table("Campaigns that are over", _COLUMNS, [_row(campaign, best) for campaign in past])
    with ui.element("div").classes("beside"):
        if first:
            ui.link("Later campaigns", f"/?from={max(first - SHOWN, 0)}")
        if first + SHOWN < len(campaigns):
            ui.link("Earlier campaigns", f"/?from={first + SHOWN}")


def _row(campaign: CampaignTold, best: dict[int, Best]) -> dict[str, Any]:
    begun, budget = sum(campaign.experiments.values()), campaign.budget
    with_result = campaign.experiments.get(ExperimentState.OBSERVED, 0)
    return {
        "key": campaign.id,
        "campaign": f"{campaign.name}, run {campaign.run}",
        "campaign to": f"/campaigns/{campaign.id}",
        "state": campaign.state.value,
        "progress": f"{with_result} with a result of {begun}{'' if budget is None else f'; at most {budget}'}",
        "best": _best(best.get(campaign.id)),
        "waiting": str(campaign.waiting) if campaign.waiting else "",
        "waiting to": "/approvals" if campaign.waiting else "",
        "begun": f"{campaign.begun_at:%Y-%m-%d %H:%M}",
        "last": f"{campaign.last_event_at:%Y-%m-%d %H:%M}",
    }


def _best(best: Best | None) -> str:
    if best is None:
        return "no result yet"
    return f"{axis_title(best.objective)} {with_uncertainty(best.value, best.sd)}: {best.label}"

"""One campaign, live: how it stands, what is under way, its figures, the best, and the buttons that command it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import Request
from nicegui import ui

from flows.report.content import Shown
from flows.report.figures import front_figure, progress_figure
from flows.report.film_figures import temperature_figure
from flows.report.model_figures import calibration_figure, parity_figure
from flows.report.words import limit_in_words
from flows.web.campaign_content import CampaignContent, read_campaign_content
from flows.web.desk import Desk, Signed
from flows.web.pages import campaign_tables as tables
from flows.web.pages.acting import Acting
from flows.web.pages.answering import requests_shown
from flows.web.pages.commanding import command_buttons
from flows.web.pages.drawn import Drawn
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import faint, heading, note, numbers, words
from flows.web.pages.visitor import whole_number
from flows.web.pages.watching import follow
from ledger.author import Role

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


async def show_campaign(desk: Desk, visitor: Signed, request: Request, campaign_id: str) -> None:
    """Build the page.

    Raises:
        LedgerError: there is no such campaign.
        BadInput: it has no campaign file that this ionloop reads.
    """
    number = whole_number(campaign_id)
    content = await asyncio.to_thread(read_campaign_content, desk.ledger, number)
    acting = Acting(desk, request)
    campaign = content.content.campaign
    with page_frame(f"{campaign.name}, run {campaign.run}", visitor, request):
        words(content.content.spec.question, "faint")
        if visitor.may(Role.OPERATOR) and not content.over:
            command_buttons(acting, number, campaign.name)

        @ui.refreshable
        def standing_now() -> None:
            _show_standing(content)
            requests_shown(content.waiting, acting if visitor.may(Role.OPERATOR) else None, with_campaign=False)
            tables.under_way(content, number)
            tables.best(content, number)

        standing_now()
        figures = ui.element("div").classes("section")

        @ui.refreshable
        def history_now() -> None:
            tables.every_experiment(content, number)
            tables.theory(content)
            tables.failures(content, number)
            tables.models(content, number)
            tables.commands(content)

        history_now()
        live: dict[str, Drawn] = {}

        async def draw() -> None:
            drawn = await asyncio.to_thread(_figures, content)
            for name, (title, said, figure) in drawn.items():
                if name in live:
                    live[name].renew(figure)
                    continue
                with figures:
                    heading(2, title)
                    live[name] = Drawn(said, figure)

        async def news() -> None:
            nonlocal content
            content = await asyncio.to_thread(read_campaign_content, desk.ledger, number)
            standing_now.refresh()
            history_now.refresh()
            await draw()

        ui.timer(0, draw, once=True)  # after the words are there: the first look costs no figure
        if not content.over:
            follow(desk, content.event, news)


def _show_standing(shown: CampaignContent) -> None:
    content, now = shown.content, shown.content.standing
    state = content.campaign.state
    several = len(now.objectives) > 1
    numbers(
        [
            (state, content.campaign.why or ("run by " + shown.runner if shown.runner else "state")),
            (f"{len(now.results)} / {now.budget}", "films with a result"),
            (f"{len(now.best)}", "in the front" if several else "best"),
            (f"{len(now.without_result)}", "without a result"),
            (f"{content.lab_hours:.0f} h", "of lab time"),
        ]
    )
    if not shown.over and shown.runner is None:
        note("No process runs it now; `ionloop run` with the same file goes on.")
    for drift in content.drifts:
        note(f"Drift: {drift}")
    if now.limits:
        faint("Hard limits: " + "; ".join(limit_in_words(limit) for limit in now.limits) + ".")


def _figures(shown: CampaignContent) -> dict[str, tuple[str, str, "Figure"]]:
    """Title, what it shows in words, and the figure, in their order; none before there is a result."""
    content = shown.content
    if not content.standing.results:
        return {}
    made: dict[str, tuple[str, str, Callable[[Shown], Figure | None]]] = {
        "front": ("The front", "Films by their objectives; the front is marked.", front_figure),
        "progress": ("Best so far", "How far the campaign had come after each result.", progress_figure),
        "temperature": (
            "Conductivity and temperature",
            "Conductivity of the films by temperature.",
            temperature_figure,
        ),
        "parity": ("Predicted and found", "What the model expected against what was found.", parity_figure),
        "calibration": ("Calibration", "Share of results below each quantile that was foretold.", calibration_figure),
    }
    drawn = ((name, title, said, figure(content)) for name, (title, said, figure) in made.items())
    return {name: (title, said, figure) for name, title, said, figure in drawn if figure is not None}

"""Models: the versions of a campaign's model, how far each can be believed, and who or what promoted it."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from flows.report.words import metrics_in_words
from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.drawn import Drawn
from flows.web.pages.frame import page_frame
from flows.web.pages.models_figure import calibration_of, errors_of
from flows.web.pages.pieces import Column, faint, heading, note, table
from flows.web.pages.promoting import promotion_form
from ledger.author import Role
from ledger.browsing import CampaignTold
from ledger.browsing.models import ModelDecisionTold
from ledger.kinds import ModelState
from ledger.tables import ModelVersionRow


async def show_models(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page: of the campaign that the address names, or of the latest."""
    campaigns = await asyncio.to_thread(desk.browsing.campaigns)
    wanted = request.query_params.get("campaign", "")
    chosen = next((one for one in campaigns if str(one.id) == wanted), campaigns[0] if campaigns else None)
    with page_frame("Models", visitor, request, here="/models"):
        if chosen is None:
            faint("No campaign was run in this ledger, so nothing has learnt yet.")
            return
        _choice(campaigns, chosen)
        versions, decisions = await asyncio.to_thread(
            lambda: (desk.ledger.model_versions(chosen.id), desk.browsing.model_decisions(chosen.id))
        )
        if not versions:
            faint("This campaign has no model yet: it learns from its first results.")
            return
        _figures(versions)
        _versions(versions, decisions)
        if visitor.may(Role.OPERATOR):
            promotion_form(Acting(desk, request), chosen.id, versions, decisions)


def _choice(campaigns: Sequence[CampaignTold], chosen: CampaignTold) -> None:
    ui.select(
        {one.id: f"{one.name}, run {one.run}" for one in campaigns},
        value=chosen.id,
        label="Campaign",
        with_input=True,
        on_change=lambda told: ui.navigate.to(f"/models?campaign={told.value}"),
    ).classes("narrow")


def _figures(versions: Sequence[ModelVersionRow]) -> None:
    champion = next((v for v in reversed(versions) if v.state == ModelState.CHAMPION), versions[-1])
    calibration, errors = calibration_of(champion), errors_of(versions)
    heading(2, f"Version {champion.number}, {champion.state}: {champion.name}")
    faint("; ".join(metrics_in_words(champion.metrics)) or "Nothing was measured of it.")
    with ui.element("div").classes("pair"):
        if calibration is not None:
            with ui.element("div"):
                heading(3, "Calibration")
                Drawn("Share of left-out readings that each interval held.", calibration)
        if errors is not None:
            with ui.element("div"):
                heading(3, "Error from version to version")
                Drawn("Error over films that were left out, by version.", errors)
    faint("Measured on films that were left out in turn. The line of a well calibrated model runs along the dots.")


def _versions(versions: Sequence[ModelVersionRow], decisions: Sequence[ModelDecisionTold]) -> None:
    if decisions and decisions[0].holds:
        last = decisions[0]
        note(f"{last.by} went back to version {last.version}, which holds until somebody promotes another: {last.why}")
    heading(2, "Versions")
    said = {one.version: one for one in reversed(decisions)}
    columns = (
        Column("number", "version", "number"),
        Column("name", "model"),
        Column("state", "state", "state"),
        Column("n", "readings", "number"),
        Column("trained", "trained on events to", "number"),
        Column("worth", "how well it foretells", "words", sortable=False),
        Column("why", "last decision", "words", sortable=False),
    )
    rows = [
        {
            "key": v.number,
            "number": v.number,
            "name": v.name,
            "state": v.state,
            "n": v.n,
            "trained": v.training_event,
            "worth": "; ".join(metrics_in_words(v.metrics)),
            "why": _decision(said.get(v.number)),
        }
        for v in reversed(versions)
    ]
    table("Versions of the model", columns, rows, page=25)


def _decision(said: ModelDecisionTold | None) -> str:
    if said is None:
        return ""
    return (
        said.kind.removeprefix("model ") + (f" by {said.by}" if said.by else "") + (f": {said.why}" if said.why else "")
    )

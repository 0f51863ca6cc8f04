"""An experiment by its number: the page of its last sample, or what is known of it before it has one."""

import asyncio

from fastapi import Request
from nicegui import ui

from flows.web.desk import Desk, Signed
from flows.web.pages.film_page import show_film
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import faint, heading, numbers, words
from flows.web.pages.visitor import whole_number
from ledger.errors import LedgerError
from ledger.store import Ledger
from ledger.tables import ExperimentRow, SuggestionRow


async def show_experiment(desk: Desk, visitor: Signed, request: Request, campaign_id: str, number: str) -> None:
    """Build the page.

    Raises:
        LedgerError: there is no such experiment.
    """
    of, which = whole_number(campaign_id), whole_number(number)
    experiment, said, sample = await asyncio.to_thread(_read, desk.ledger, of, which)
    if sample is not None:
        await show_film(desk, visitor, request, sample)
        return
    with page_frame(f"Experiment {experiment.number}", visitor, request):
        words(experiment.formulation.label)
        ui.link("Its campaign", f"/campaigns/{campaign_id}")
        numbers([(experiment.state, experiment.why or "state")])
        heading(2, "Why it was suggested")
        words(str(said.reason.get("summary", "")))
        faint(f"Suggestion {said.index + 1} by the planner {said.planner}. Nothing was made of it yet.")


def _read(ledger: Ledger, campaign_id: int, number: int) -> tuple[ExperimentRow, SuggestionRow, str | None]:
    found = next((row for row in ledger.experiments(campaign_id) if row.number == number), None)
    if found is None:
        raise LedgerError(f"The campaign has no experiment {number}")
    samples = ledger.samples(found.id)
    observed = next((s.id for s in samples if ledger.observations(s.id)), None)
    return found, ledger.suggestion_of(found), observed or (samples[-1].id if samples else None)

"""What the campaign's model says now of a formulation whose film it has seen since: asked for, as it takes seconds."""

import asyncio

from nicegui import ui

from chemistry.errors import IonloopError
from chemistry.quantities import with_uncertainty
from flows.web.desk import Desk
from flows.web.film_content import present_prediction
from flows.web.pages.pieces import Column, faint, heading, table
from flows.web.pages.plainly import asked
from ledger.browsing import FilmHistory


def present_model(desk: Desk, history: FilmHistory) -> None:
    """A button that asks the present champion, and its answer in the place of the button."""
    campaign_id = history.film.campaign_id
    if campaign_id is None or not history.predictions:
        return
    heading(2, "Predicted after")
    answer = ui.element("div").classes("section")

    async def ask() -> None:
        button.disable()
        try:
            version, told = await asyncio.to_thread(
                present_prediction, desk.ledger, campaign_id, history.film.formulation
            )
        except IonloopError as refused:
            button.enable()
            ui.notify(str(refused), type="negative", multi_line=True)
            return
        answer.clear()
        with answer:
            faint(f"Model version {version} says of a film as this one was made (if it is newer, it learnt from it):")
            columns = (Column("what", "property", "words"), Column("value", "of a new film of it", "number"))
            rows = [
                {
                    "what": asked(p.property, p.temperature_C),
                    "value": with_uncertainty(p.mean, (p.sd**2 + p.film_sd**2) ** 0.5),
                }
                for p in told
            ]
            table("What the present model says", columns, rows)

    with answer:
        button = ui.button("Ask the present model", on_click=ask).props("no-caps outline")

"""Requests for approval, each with why it is asked and the two answers."""

from collections.abc import Callable, Sequence
from functools import partial

from nicegui import ui

from flows.approving.answer import answered
from flows.web.desk import Signed
from flows.web.pages.acting import Acting, Asked
from flows.web.pages.pieces import faint, heading, words
from ledger.browsing.now import RequestTold

VIA = "dashboard"


def requests_shown(requests: Sequence[RequestTold], acting: Acting | None, *, with_campaign: bool) -> None:
    """The requests that wait; with buttons where the visitor may act."""
    if not requests:
        return
    heading(2, "Waits for approval")
    for request in requests:
        with ui.element("section").classes("note"):
            whose = f"{request.campaign}, run {request.run}: " if with_campaign else ""
            ui.link(
                f"{whose}experiment {request.experiment}, {request.label}",
                f"/campaigns/{request.campaign_id}/experiments/{request.experiment}",
            )
            for reason in request.reasons:
                words(reason)
            faint(
                f"Asked {request.asked_at:%Y-%m-%d %H:%M} UTC; "
                f"no answer until {request.expires_at:%Y-%m-%d %H:%M} UTC means refused."
            )
            if acting is not None:
                _buttons(request, acting)


def _buttons(request: RequestTold, acting: Acting) -> None:
    approve = Asked(f"Approve experiment {request.experiment}?", request.label, "Approve")
    refuse = Asked(f"Refuse experiment {request.experiment}?", f"{request.label} is not made.", "Refuse", grave=True)

    def given(approved: bool) -> Callable[[Signed, str], object]:
        return lambda signed, note: answered(
            signed.ledger,
            signed.ledger.campaign(request.campaign_id),
            request.experiment,
            approved=approved,
            who=signed.name,
            note=note,
            via=VIA,
        )

    with ui.element("div").classes("beside"):
        for asked, approved in ((approve, True), (refuse, False)):
            done = f"Experiment {request.experiment} is {'approved' if approved else 'refused'}."
            ui.button(
                asked.button,
                on_click=partial(acting.after_asking, asked, given(approved), done),
                color="primary" if approved else "negative",
            ).props("no-caps outline")

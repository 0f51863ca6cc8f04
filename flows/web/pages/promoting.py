"""What a person says of model versions: promote one, or go back to one that was the champion."""

from collections.abc import Sequence

from nicegui import ui

from flows import model_life
from flows.model_fit import shelf_of_run
from flows.web.desk import Signed
from flows.web.pages.acting import Acting
from flows.web.pages.pieces import faint, heading
from ledger.browsing.models import ModelDecisionTold
from ledger.kinds import ModelState
from ledger.tables import ModelVersionRow

PROMOTE = "promote it, where it foretells recent results no worse"
WHATEVER = "promote it, whatever its score"
GO_BACK = "go back to it, and hold it"


def promotion_form(
    acting: Acting, campaign_id: int, versions: Sequence[ModelVersionRow], decisions: Sequence[ModelDecisionTold]
) -> None:
    """The form below the versions: the same rules as `ionloop models promote` and `rollback`."""
    heading(2, "Decide")
    faint(
        "The champion is what the planner asks. One that is promoted retires the one before, which can be gone back "
        "to; a version that was gone back to is held until somebody promotes another."
    )
    champion = next((v.number for v in reversed(versions) if v.state == ModelState.CHAMPION), None)
    were = {one.version for one in decisions if one.kind == "model promoted"}
    names = {v.number: f"version {v.number}, {v.state}" for v in reversed(versions)}
    first = next((number for number in names if number != champion), versions[-1].number)
    with ui.element("form").classes("beside").on("submit.prevent", lambda: None).props('aria-label="Decide"'):
        which = ui.select(names, value=first, label="Version").classes("narrow")
        ways = [PROMOTE, WHATEVER, *([GO_BACK] if were - {champion} else [])]
        way = ui.select(ways, value=PROMOTE, label="What").classes("wide")
        why = ui.input("Why", validation={"Say why: it is kept for ever.": lambda text: bool(text.strip())})
        why.classes("wide").props("maxlength=1000 hide-bottom-space").without_auto_validation()

        def deed(signed: Signed) -> None:
            shelf = shelf_of_run(signed.ledger, signed.ledger.campaign(campaign_id))
            number, words = int(which.value or 0), (why.value or "").strip()
            if way.value == GO_BACK:
                model_life.roll_back(shelf, number, by=signed.name, why=words)
            else:
                scored = way.value != WHATEVER
                model_life.promote(shelf, number, by=signed.name, why=words, whatever_its_score=not scored)

        async def write() -> None:
            if not why.validate():
                return
            button.disable()
            ui.notify("The two versions are put to the test; that may take a minute.", type="info")
            try:
                if await acting.do(str(way.value), deed, f"Version {which.value} is the champion."):
                    ui.navigate.reload()
            finally:
                button.enable()

        button = ui.button("Write it", on_click=write).props("no-caps")

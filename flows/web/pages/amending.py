"""Correct a film's numbers: replace one, take one back, or say that the film has another thickness."""

from nicegui import ui

from flows.amend import Correction, corrected
from flows.web.pages.acting import Acting
from flows.web.pages.pieces import faint, heading
from flows.web.pages.plainly import asked
from ledger.browsing import FilmHistory
from ledger.browsing.told import ObservationTold

REPLACE, TAKE_BACK, THICKNESS = "replace a number", "take a number back", "correct the thickness"


def amend_section(acting: Acting, history: FilmHistory) -> None:
    """The form; what it writes shows in the tables above it, and the old numbers stay in their history."""
    film_id = history.film.film_id
    held = {row.id: row for row in history.observations if row.closed_event is None}
    heading(2, "Correct a number")
    faint("Nothing is overwritten. What rested on the old number is marked, and the model learns again.")
    ways = [REPLACE, TAKE_BACK, *([THICKNESS] if history.film.experiment is not None else [])]
    with ui.element("form").classes("beside").on("submit.prevent", lambda: None).props('aria-label="Correct a number"'):
        way = ui.select(ways, value=REPLACE, label="What").classes("narrow")
        which = ui.select(
            {number: asked(row.property, row.temperature_C) for number, row in held.items()},
            value=next(iter(held)),
            label="Which number",
        ).classes("narrow")
        value = ui.number("New value", format="%.6g").classes("narrow")
        sd = ui.number("Its standard deviation (as before, if empty)", min=0, format="%.4g").classes("narrow")
        thickness = ui.number("Thickness (µm)", min=0.001).classes("narrow")
        why = ui.input("Why", validation={"Say why: it is kept for ever.": lambda text: bool(text.strip())})
        why.classes("narrow").props("hide-bottom-space").without_auto_validation()

        def shown() -> None:
            which.set_visibility(way.value != THICKNESS)
            for field in (value, sd):
                field.set_visibility(way.value == REPLACE)
            thickness.set_visibility(way.value == THICKNESS)

        way.on_value_change(shown)
        shown()

        async def write() -> None:
            if not why.validate():
                return
            said = _correction(str(way.value), held[which.value], value.value, sd.value, thickness.value)
            if isinstance(said, str):
                ui.notify(said, type="negative")
                return
            await acting.do(
                str(way.value),
                lambda signed: corrected(signed.ledger, film_id, said, who=signed.name, note=(why.value or "").strip()),
                "Written to the ledger; the old number stays in its history.",
            )

        ui.button("Write it", on_click=write).props("no-caps")


def _correction(
    way: str, row: ObservationTold, value: float | None, sd: float | None, thickness_um: float | None
) -> Correction | str:
    """What the form says, or what it lacks."""
    plain = Correction(thickness_um=None, property=None, at_C=None, value=None, sd=None, retract=False)
    if way == THICKNESS:
        return (
            "Give the thickness."
            if thickness_um is None
            else Correction(**{**vars(plain), "thickness_um": thickness_um})
        )
    named = {"property": row.property, "at_C": row.temperature_C}
    if way == TAKE_BACK:
        return Correction(**{**vars(plain), **named, "retract": True})
    if value is None:
        return "Give the new value."
    return Correction(**{**vars(plain), **named, "value": value, "sd": sd})

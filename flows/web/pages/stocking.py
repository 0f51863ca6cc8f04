"""Fill a container, or say what somebody weighed: the same account that `ionloop stock` keeps."""

from collections.abc import Sequence

from nicegui import ui

from flows.person import one_line
from flows.stock import LEAST_FULL_mg, refuse_mass
from flows.web.desk import Signed
from flows.web.pages.acting import Acting
from flows.web.pages.pieces import heading
from ledger.browsing.now import ContainerTold
from ledger.stock import Stock

WEIGH, FILL = "what is left was weighed", "a full container stands in its place"


def stock_form(acting: Acting, containers: Sequence[ContainerTold]) -> None:
    """The form below the shelves."""
    heading(2, "Fill or weigh")
    labs = len({one.lab for one in containers})
    names = {i: f"{one.label} ({one.lab})" if labs > 1 else one.label for i, one in enumerate(containers)}
    with ui.element("form").classes("beside").on("submit.prevent", lambda: None).props('aria-label="Fill or weigh"'):
        which = ui.select(names, value=0, label="Component").classes("narrow")
        what = ui.select([WEIGH, FILL], value=WEIGH, label="What").classes("narrow")
        mass = ui.number("Mass (mg)", min=0).classes("narrow")
        lot = ui.input("Lot").classes("narrow").props("maxlength=100")
        lot.bind_visibility_from(what, "value", value=FILL)
        why = ui.input("Note").classes("narrow").props("maxlength=1000")

        def deed(signed: Signed) -> None:
            one = containers[int(which.value or 0)]
            stock, mass_mg = Stock(signed.ledger, one.lab), float("nan") if mass.value is None else float(mass.value)
            if what.value == WEIGH:
                refuse_mass(mass_mg, least_mg=0.0)
                stock.weighed(one.component, mass_mg, by=signed.name, note=why.value or "")
            else:
                refuse_mass(mass_mg, least_mg=LEAST_FULL_mg)
                stock.fill(
                    one.component,
                    one.label,
                    mass_mg,
                    by=signed.name,
                    lot=one_line(lot.value or "", "the lot"),
                    note=why.value or "",
                )

        ui.button("Write it", on_click=lambda: acting.do(str(what.value), deed, "Written to the ledger.")).props(
            "no-caps"
        )

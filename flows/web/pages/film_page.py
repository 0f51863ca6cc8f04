"""One film with its history: who suggested it and why, how it was made, what was measured, what was made of it."""

import asyncio

from fastapi import Request
from nicegui import ui

from flows.web.desk import Desk, Signed
from flows.web.film_content import Analysed, analysed, last_sample
from flows.web.pages import film_known, film_made, film_measured
from flows.web.pages.acting import Acting
from flows.web.pages.amending import amend_section
from flows.web.pages.commanding import command_buttons
from flows.web.pages.drawn import Drawn
from flows.web.pages.frame import page_frame
from flows.web.pages.law_figure import law_figure
from flows.web.pages.pieces import faint, heading, numbers, words
from flows.web.pages.present_model import present_model
from flows.web.pages.spectra_figure import bode, nyquist, warm_colours
from flows.web.pages.watching import follow
from ledger.author import Role
from ledger.browsing import FilmHistory
from ledger.kinds import ExperimentState

ALL = "all temperatures"


async def show_film(desk: Desk, visitor: Signed, request: Request, film_id: str) -> None:
    """Build the page.

    Raises:
        LedgerError: there is no film and no sample of this name.
    """
    event, history = await asyncio.to_thread(lambda: (desk.ledger.last_event(), desk.browsing.film(film_id)))
    title = f"Experiment {history.film.experiment}" if history.film.experiment is not None else history.film.film_id
    with page_frame(title, visitor, request):
        words(history.film.label)
        _show_whence(history)

        @ui.refreshable
        def story() -> None:
            _show_standing(history)
            film_known.suggestion(history)
            film_made.composition(history)
            film_made.steps(history)

        if visitor.may(Role.OPERATOR) and _is_under_way(history) and history.film.campaign_id is not None:
            command_buttons(Acting(desk, request), history.film.campaign_id, title.lower(), history.film.experiment)
        story()
        figures = ui.element("div").classes("section")

        @ui.refreshable
        def learnt() -> None:
            film_measured.decisions(history)
            film_known.predictions(history)
            present_model(desk, history)
            film_known.theory(history)
            film_known.observations(history)

        learnt()
        if visitor.may(Role.OPERATOR) and any(row.closed_event is None for row in history.observations):
            amend_section(Acting(desk, request), history)
        happened = ui.expansion("Everything that happened").classes("full")
        with happened:
            film_known.happenings(history)

        async def draw() -> None:
            measured = [m.measurement for m in history.measurements if m.sample_id == last_sample(history)]
            if not measured:
                return
            found = await asyncio.to_thread(analysed, measured)
            with figures:
                _show_measured(found)
                film_measured.other_measurements(history, last_sample(history))

        ui.timer(0, draw, once=True)

        async def news() -> None:
            nonlocal history
            anew = await asyncio.to_thread(desk.browsing.film, film_id)
            if anew == history:
                return
            measured_more = len(anew.measurements) != len(history.measurements)
            history = anew
            story.refresh()
            learnt.refresh()
            if measured_more:
                figures.clear()
                await draw()

        follow(desk, event, news)


def _is_under_way(history: FilmHistory) -> bool:
    return bool(history.state) and not ExperimentState(history.state).final


def _show_whence(history: FilmHistory) -> None:
    film = history.film
    with ui.element("div").classes("beside"):
        if film.campaign_id is not None:
            ui.link(f"{film.campaign}, run {film.run}", f"/campaigns/{film.campaign_id}")
        else:
            faint(f"Published: {film.reference}")
        ui.link("Its numbers among the data", f"/data?film={film.film_id}")


def _show_standing(history: FilmHistory) -> None:
    if not history.state:
        return
    sample = next((s for s in history.samples if s.id == last_sample(history)), None)
    shown = [(history.state, history.why or "state")]
    if _is_under_way(history) and history.steps:
        shown.append((history.steps[-1].step, f"step {history.steps[-1].state.replace('_', ' ')}"))
    if sample is not None:
        shown.append((sample.id, f"sample, at {sample.position}"))
        if sample.thickness_um is not None:
            shown.append((f"{sample.thickness_um:.0f} µm", "thickness"))
        if sample.area_cm2 is not None:
            shown.append((f"{sample.area_cm2:.3f} cm²", "area"))
    numbers(shown)


def _show_measured(found: Analysed) -> None:
    """Spectra with their fits, one temperature or all, and the law of the conductivities."""
    if not found.spectra:
        return
    heading(2, "Spectra and fits")
    faint("Points as measured, lines as fitted.")
    labels = list(dict.fromkeys(one.label for one in found.spectra))
    colours = warm_colours(found.spectra)

    def chosen(which: str) -> tuple[list, list[str]]:
        kept = [i for i, one in enumerate(found.spectra) if which in (ALL, one.label)]
        return [found.spectra[i] for i in kept], [colours[i] for i in kept]

    choice = ui.select([ALL, *labels], value=labels[0], label="Spectra at").classes("narrow")
    with ui.element("div").classes("pair"):
        with ui.element("div"):
            heading(3, "Nyquist")
            first = Drawn("Nyquist picture: measured points and the fit.", nyquist(*chosen(labels[0])))
        with ui.element("div"):
            heading(3, "Bode")
            second = Drawn("Bode picture: modulus and phase over frequency, and the fit.", bode(*chosen(labels[0])))
    choice.on_value_change(
        lambda told: (first.renew(nyquist(*chosen(told.value))), second.renew(bode(*chosen(told.value))))
    )
    film_measured.spectra(found)
    heading(2, "Temperature law")
    if found.law is None:
        faint("The points carry no law: fewer than three temperatures gave a conductivity, or they lie too close.")
    else:
        film_measured.law(found.law)
    Drawn("Conductivity over temperature with the law that was fitted.", law_figure(found))

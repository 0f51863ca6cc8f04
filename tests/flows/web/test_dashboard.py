"""The dashboard in a real browser: what people see on a desk and on a phone, and what they do there."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.approvals import Approvals
from ledger.author import Role
from ledger.browsing import Browsing, Question
from ledger.people import People
from ledger.store import Ledger
from tests.flows.web.dashboard import CHEAP, DESK, FINISHED, IN_CHROMIUM, NAMES, PHONE, RUNNING, Looker, looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("playwright", reason="needs playwright, of the development packages")
pytestmark = [*IN_CHROMIUM]


@pytest.fixture
def ledger(place: Path) -> Iterator[Ledger]:
    """The ledger itself, to hold the pages against."""
    with Ledger.open(place, create=False) as ledger:
        yield ledger


def test_nobody_sees_anything_before_they_sign_in(browser: "Browser", address: str) -> None:
    with looking(browser, address) as somebody:
        page = somebody.page
        for way in ("/", f"/campaigns/{FINISHED}", "/films/table:1", "/data/new", "/people", "/audit"):
            page.goto(f"{address}{way}")
            assert page.url.startswith(f"{address}/sign-in?next=%2F")
            assert page.get_by_role("heading", name="Sign in").count() == 1
        page.goto(f"{address}/sign-in?next=//elsewhere.example/")
        page.get_by_label("Name").fill(NAMES[Role.VIEWER])
        page.get_by_label("Password").fill("a wrong one, surely")
        page.get_by_role("button", name="Sign in").click()
        assert "do not belong together" in page.get_by_role("alert").inner_text()
        somebody.wrong.clear()  # the browser calls the refusal an error
        somebody.signed_in(Role.VIEWER)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_viewer_follows_a_campaign_to_a_film(browser: "Browser", address: str, size: tuple[int, int]) -> None:
    with looking(browser, address, size) as viewer:
        viewer.signed_in(Role.VIEWER)
        page = viewer.page
        past = viewer.table("Campaigns that are over")
        assert "finished" in past.inner_text()
        viewer.nothing_hangs_out()
        past.get_by_role("link").first.click()
        page.get_by_role("heading", name="peo_salts, run 1", level=1).wait_for()
        figures = viewer.figures(4)
        assert all(figure["points"] and figure["said"] and figure["right"] <= size[0] for figure in figures)
        assert _colours(page.locator(".js-plotly-plot").first.screenshot()) > 3
        viewer.nothing_hangs_out()
        assert page.evaluate("'hostile' in window") is False  # the question in the campaign file is hostile
        assert page.get_by_role("button", name="Pause").count() == 0
        page.get_by_label("The best films").get_by_role("link").first.click()
        page.get_by_role("heading", name="Spectra and fits").wait_for()
        nyquist, bode, law = viewer.figures(3)
        assert nyquist["points"] > 10 < bode["points"]
        assert nyquist["lines"] >= 1 <= bode["lines"]
        assert law["points"] == 3
        for heading in ("Why it was suggested", "Composition", "Every step", "Temperature law"):
            assert page.get_by_role("heading", name=heading).count() == 1
        viewer.nothing_hangs_out()
        assert page.get_by_role("heading", name="Correct a number").count() == 0


def test_the_page_of_a_campaign_under_way_follows_the_ledger(operator: Looker, ledger: Ledger) -> None:
    page = operator.goes_to(f"/campaigns/{RUNNING}", "peo_salts, run 2")
    under_way = operator.table("Films under way")
    assert "dose PEO (intended)" in under_way.inner_text()
    assert page.get_by_text("No process runs it now").count() == 1
    experiment = ledger.experiments(RUNNING)[0]
    ledger.move(experiment.id, "failed", "the dispenser is broken")
    operator.table("Experiments without a result").wait_for()
    assert "the dispenser is broken" in operator.table("Experiments without a result").inner_text()


def test_an_operator_commands_a_campaign_and_answers_a_request(operator: Looker, ledger: Ledger) -> None:
    page = operator.goes_to(f"/campaigns/{RUNNING}", "peo_salts, run 2")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_label("Why (kept in the ledger)").fill("lunch")
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    page.get_by_text("Pause: written to the ledger").wait_for()
    (command,) = ledger.commands(RUNNING)
    assert (command.command, command.by, command.note) == ("pause", NAMES[Role.OPERATOR], "lunch")
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    page.get_by_text("is approved").wait_for()
    answered = next(row for row in Approvals(ledger).of(RUNNING) if row.state == "approved")
    assert (answered.by, answered.via) == (NAMES[Role.OPERATOR], "dashboard")


def test_who_is_no_operator_any_more_acts_no_more(browser: "Browser", address: str, ledger: Ledger) -> None:
    people = People(ledger, CHEAP)
    people.add("Otto", Role.OPERATOR, "correct horse battery")
    with looking(browser, address) as otto, pytest.MonkeyPatch.context() as names:
        names.setitem(NAMES, Role.OPERATOR, "Otto")
        page = otto.signed_in(Role.OPERATOR).goes_to("/approvals", "Approvals")
        people.change_role("Otto", Role.VIEWER)
        page.get_by_role("button", name="Refuse").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Refuse").click()
        page.get_by_text("Nothing was written").wait_for()
    assert all(row.state != "refused" for row in Approvals(ledger).of(RUNNING))


def test_data_are_found_by_words_and_pages_are_turned(operator: Looker, ledger: Ledger) -> None:
    page = operator.goes_to("/data", "Data")
    all_of_them = Browsing(ledger).observations(Question()).total
    said = page.locator("p[role=status]")
    assert said.inner_text() == f"{all_of_them:,} observations that hold"
    rows = operator.table("Observations").locator("tbody tr")
    assert rows.count() == 25
    first = rows.first.inner_text()
    page.get_by_role("button", name="Next page").click()
    page.wait_for_function("first => document.querySelector('tbody tr').innerText !== first", arg=first)
    words = Browsing(ledger).observations(Question(text="libf4 10.1/xyz"))
    page.get_by_label("Words").fill("libf4 10.1/xyz")
    page.get_by_text(f"{words.total} observations that hold").wait_for()
    assert rows.count() == words.total == 2
    page.get_by_label("Coldest").fill("90")
    page.get_by_label("Hottest").fill("10")
    page.get_by_text("lies above the most").wait_for()


def test_a_number_is_corrected_and_its_history_stays(operator: Looker, ledger: Ledger) -> None:
    page = operator.goes_to("/films/table:1", "table:1")
    page.get_by_label("New value").fill("-6.4")
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("Say why: it is kept for ever.").wait_for()
    assert all(row.closed_event is None for row in ledger.observations("table:1"))
    page.get_by_label("Why", exact=True).fill("a typing error in the table")
    page.get_by_role("button", name="Write it").click()
    history = operator.table("Observations and their history")
    history.get_by_text("a typing error in the table").wait_for()
    assert "replaced" in history.inner_text()
    before, _, now = ledger.observations("table:1")
    assert (before.superseded_by, now.value) == (now.id, -6.4)


def test_an_entry_tells_all_its_problems_and_is_then_written(operator: Looker, ledger: Ledger) -> None:
    page = operator.goes_to("/data/new", "Add an entry")
    films = Browsing(ledger).counts().films
    page.get_by_label("Name or repeat unit").fill("*CCO")
    page.get_by_label("Value", exact=True).fill("3")
    page.get_by_role("button", name="Write it").click()
    problems = page.get_by_role("alert")
    problems.get_by_text("Nothing was written").wait_for()
    assert problems.get_by_role("listitem").count() >= 3  # the polymer, the reading, the reference
    assert Browsing(ledger).counts().films == films
    page.get_by_label("Reference").fill("doi:10.1/abc")
    page.get_by_label("Name or repeat unit").fill("*CCO*")
    page.get_by_label("Mole fraction").fill("0.8")
    page.get_by_role("button", name="One more: a repeat unit").click()
    page.get_by_label("Name or repeat unit").nth(1).fill("*COC(*)C")
    page.get_by_label("Mole fraction").nth(1).fill("0.2")
    page.get_by_label("Salt").fill("LiTFSI")
    page.get_by_label("Loading", exact=True).fill("0.05")
    page.get_by_label("Value", exact=True).fill("-4.2")
    page.get_by_label("Standard deviation").fill("0.4")
    page.get_by_label("Temperature (°C)").fill("60")
    page.get_by_role("button", name="Write it").click()
    page.wait_for_url("**/films/hand-*")
    film = Browsing(ledger).films(text="abc").items[0]
    assert film.reference == "doi:10.1/abc"
    assert film.formulation.polymer.fractions == (0.8, 0.2)
    assert film.provenance["by"] == NAMES[Role.OPERATOR]


def test_admins_alone_see_people_and_audit(browser: "Browser", address: str, operator: Looker, ledger: Ledger) -> None:
    for way in ("/people", "/audit"):
        page = operator.goes_to(way, "Nothing to show")
        assert page.get_by_text("takes somebody who is signed in as admin").count() == 1
    with looking(browser, address) as admin:
        page = admin.signed_in(Role.ADMIN).goes_to("/people", "People")
        page.get_by_label("Name", exact=True).fill("Nina")
        page.get_by_label("Password").fill("four words will do")
        page.get_by_role("button", name="Do it").click()
        admin.table("People who may sign in").get_by_text("Nina").wait_for()
        page = admin.goes_to("/audit", "Audit")
        assert "person added" in admin.table("Audit, the latest first").locator("tbody tr").first.inner_text()
    assert "Nina" in {person.name for person in People(ledger, CHEAP).all()}


def test_every_field_and_button_has_a_name_and_the_keyboard_reaches_the_page(operator: Looker) -> None:
    for way, heading in (("/data", "Data"), ("/data/new", "Add an entry"), ("/stations", "Stations and stock")):
        page = operator.goes_to(way, heading)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('input, button, select, a')]
                 .filter(one => one.offsetParent && !one.innerText.trim() && !one.getAttribute('aria-label')
                                && !one.labels?.length && !one.title)
                 .map(one => one.outerHTML)"""
        )
        assert nameless == []
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Skip to what this page shows"


def test_figures_and_words_are_light_on_dark(browser: "Browser", address: str) -> None:
    with looking(browser, address, color_scheme="dark") as viewer:
        viewer.signed_in(Role.VIEWER).goes_to(f"/campaigns/{FINISHED}", "peo_salts, run 1")
        viewer.figures(4)
        paper, ink, axis = viewer.page.evaluate(
            """() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
                      getComputedStyle(document.querySelector('.js-plotly-plot .xtick text')).fill]"""
        )
    assert max(_rgb(paper)) < 60
    assert min(*_rgb(ink), *_rgb(axis)) > 160


def _rgb(colour: str) -> list[int]:
    return [int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]


def _colours(picture: bytes) -> int:
    """How many colours cover at least 20 pixels of a picture: paper, ink, grid, and what is drawn."""
    from PIL import Image

    counted = Image.open(io.BytesIO(picture)).convert("P", palette=Image.Palette.ADAPTIVE, colors=16).getcolors() or []
    return sum(pixels >= 20 for pixels, _ in counted)

"""What people write by the dashboard beside what campaigns ask: tables, model versions, tokens, passwords."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from ledger.audit import Audit
from ledger.author import Role
from ledger.browsing import Browsing
from ledger.people import People
from ledger.sign_in import SignIns
from ledger.store import Ledger
from tests.flows.web.dashboard import CHEAP, FINISHED, IN_CHROMIUM, NAMES, PASSWORD, PHONE, Looker, looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("playwright", reason="needs playwright, of the development packages")
pytestmark = [*IN_CHROMIUM]
HEADER = ["polymer", "salt", "loading (Li/O)", "temperature", "conductivity (mS/cm)", "paper"]
ROWS = [
    ["PEO", "LiTFSI", 0.05, 30, 1e-2, "10.1/x"],
    ["PEO", "LiTFSI", 0.05, 60, 1e-1, "10.1/x"],
    ["PEO", "", 0.05, 60, 1e-4, "10.1/x"],
    ["PEO", "LiTFSI", 0.05, 60, "seven", "10.1/x"],
    ["<b>PPO</b>", "LiTFSI", 0.08, 60, 0.03, "10.1/y"],
]


@pytest.fixture
def ledger(place: Path) -> Iterator[Ledger]:
    with Ledger.open(place, create=False) as ledger:
        yield ledger


def as_csv() -> bytes:
    return "\n".join(",".join(str(cell) for cell in row) for row in [HEADER, *ROWS]).encode()


def as_workbook() -> bytes:
    openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl (extra tables)")
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def chosen(looker: Looker, name: str, content: bytes) -> None:
    """The file that the button on the page lets somebody choose."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    with looker.page.expect_file_chooser() as choosing:
        looker.page.get_by_role("button", name="Choose a table").click()
    choosing.value.set_files(file)  # type: ignore[arg-type]


def sent(looker: Looker, name: str, content: bytes) -> None:
    page = looker.goes_to("/data/import", "Import a table")
    chosen(looker, name, content)
    page.get_by_role("button", name="Look at it").wait_for()
    page.get_by_role("button", name="Look at it").click()


def test_a_table_is_looked_at_and_then_brought_in_as_a_csv_or_a_workbook(operator: Looker, ledger: Ledger) -> None:
    sent(operator, "films.csv", as_csv())
    refused = operator.table("Rows that are refused")
    refused.get_by_text("not a number").wait_for()
    told = refused.inner_text()
    assert all(words in told for words in ("loading without salt", "seven", "<b>PPO</b>")), "shown, and not obeyed"
    assert "PEO + LiTFSI" in operator.table("Films that are taken").inner_text()
    before = ledger.last_event()
    operator.page.get_by_role("button", name="Import 1 film").click()
    operator.page.get_by_text("1 films with 2 readings are new").wait_for()
    film = Browsing(ledger).films(text="10.1/x").items[0]
    assert (film.reference, ledger.last_event()) == ("10.1/x", before + 1)
    newest = Audit(ledger).page().items[0]
    assert (newest.by, newest.action) == (NAMES[Role.OPERATOR], "dashboard /data/import: import films.csv")

    sent(operator, "films.xlsx", as_workbook())
    operator.page.get_by_text("films known already").wait_for()
    assert "known" in operator.table("Films that are taken").inner_text()
    assert ledger.last_event() == before + 1, "a look writes nothing"


def test_what_is_no_table_and_a_reading_that_lacks_a_unit_are_told(operator: Looker) -> None:
    page = operator.goes_to("/data/import", "Import a table")
    chosen(operator, "picture.csv", b"\x00\x01\x02")
    page.get_by_role("alert").get_by_text("binary").wait_for()
    sent(operator, "bare.csv", as_csv().replace(b" (Li/O)", b""))
    page.get_by_role("alert").get_by_text("the unit of loading is not given").wait_for()
    assert page.get_by_role("button", name=re.compile("^Import ")).count() == 0


def test_an_operator_goes_back_to_a_version_and_a_program_promotes_another(
    operator: Looker, ledger: Ledger, address: str
) -> None:
    champion = ledger.champion(FINISHED)
    assert champion is not None
    earlier = champion.number - 1
    page = operator.goes_to(f"/models?campaign={FINISHED}", "Models")
    page.get_by_label("What", exact=True).click()
    page.get_by_role("option", name="go back to it, and hold it").click()
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("Say why: it is kept for ever.").wait_for()
    page.get_by_label("Why", exact=True).fill("it foretold better")
    page.get_by_role("button", name="Write it").click()
    page.get_by_text(f"went back to version {earlier}").wait_for()
    now, last = ledger.champion(FINISHED), ledger.last_promotion(FINISHED)
    assert now is not None
    assert last is not None
    assert now.number == earlier
    assert (last.payload["by"], last.payload["why"]) == (NAMES[Role.OPERATOR], "it foretold better")
    assert last.payload["holds"]

    _, secret = People(ledger, CHEAP).make_token(NAMES[Role.OPERATOR], "tests")
    with httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {secret}"}, timeout=120) as lab:
        models = f"/campaigns/{FINISHED}/models"
        again = lab.post(f"{models}/{earlier}/return", json={"why": "twice"})
        assert (again.status_code, "champion already" in again.text) == (400, True)
        told = lab.post(f"{models}/{champion.number}/promotion", json={"why": "more films", "whatever_its_score": True})
        assert told.raise_for_status().json()["champion"]["version"] == champion.number
    decided = [one.action for one in Audit(ledger).page().items if "model" in str(one.changes)]
    assert decided[0] == f"POST /api/v1{models}/{champion.number}/promotion"
    assert decided[1].startswith("dashboard /models")


def test_a_viewer_decides_and_imports_nothing(browser: "Browser", address: str) -> None:
    with looking(browser, address) as viewer:
        page = viewer.signed_in(Role.VIEWER).goes_to(f"/models?campaign={FINISHED}", "Models")
        assert page.get_by_role("heading", name="Decide").count() == 0
        page = viewer.goes_to("/data", "Data")
        assert page.get_by_role("link", name="Import a table").count() == 0
        viewer.goes_to("/data/import", "Nothing to show")


def test_a_token_is_shown_once_opens_the_rest_interface_and_is_revoked(
    browser: "Browser", address: str, ledger: Ledger
) -> None:
    def status(secret: str) -> int:
        return httpx.get(
            f"{address}/api/v1/session", headers={"Authorization": f"Bearer {secret}"}, timeout=60
        ).status_code

    with looking(browser, address, PHONE) as admin:
        page = admin.signed_in(Role.ADMIN).goes_to("/people", "People")
        page.get_by_label("Whose").click()
        page.get_by_role("option", name=NAMES[Role.VIEWER]).click()
        page.get_by_label("What it is for").fill("lims")
        page.get_by_role("button", name="Make a token").click()
        secret = page.get_by_label("Secret").inner_text()
        admin.nothing_hangs_out()
        page.get_by_role("button", name="I have it").click()
        page.get_by_label("Secret").wait_for(state="detached")
        assert secret not in page.content()
        assert status(secret) == httpx.codes.OK
        (token,) = People(ledger, CHEAP).tokens(NAMES[Role.VIEWER])
        assert (token.name, token.role) == ("lims", Role.VIEWER)
        page.get_by_label("Token", exact=True).click()
        page.get_by_role("option", name=f"lims of {NAMES[Role.VIEWER]}").click()
        page.get_by_role("button", name="Revoke it").click()
        page.get_by_text("is no longer taken").wait_for()
        assert status(secret) == httpx.codes.UNAUTHORIZED
    kinds = [change.kind for one in Audit(ledger).page().items for change in one.changes]
    assert kinds.index("token revoked") < kinds.index("token made")


def test_everybody_has_tokens_and_a_password_of_their_own_and_no_other(
    browser: "Browser", address: str, ledger: Ledger
) -> None:
    with looking(browser, address) as viewer:
        page = viewer.signed_in(Role.VIEWER).goes_to("/account", "Your account")
        assert page.get_by_label("Whose").count() == 0 or not page.get_by_label("Whose").is_visible()
        page.get_by_label("What it is for").fill("mine")
        page.get_by_label("May act").click()
        page.get_by_role("option", name="admin").click()
        page.get_by_role("button", name="Make a token").click()
        page.get_by_text("a role no higher than theirs").wait_for()
        assert People(ledger, CHEAP).tokens(NAMES[Role.VIEWER]) == ()
        page.get_by_label("Password now").fill("a wrong one, surely")
        for label in ("New password", "New password again"):
            page.get_by_label(label, exact=True).fill("four other words please")
        page.get_by_role("button", name="Change it").click()
        page.get_by_text("the password now is another one").wait_for()
        page.get_by_label("Password now").fill(PASSWORD)
        page.get_by_role("button", name="Change it").click()
        page.wait_for_url(f"{address}/sign-in*")
    assert SignIns(ledger, CHEAP).knows(NAMES[Role.VIEWER], "four other words please", "here")
    People(ledger, CHEAP).set_password(NAMES[Role.VIEWER], PASSWORD)


@pytest.mark.parametrize("form", ["CSV", "Parquet", "JSON-LD"])
def test_what_the_page_finds_is_had_as_a_file(operator: Looker, ledger: Ledger, form: str, tmp_path: Path) -> None:
    page = operator.goes_to("/data?text=LiBF4", "Data")
    page.get_by_text("observations that hold").wait_for()
    with page.expect_download() as coming:
        page.get_by_role("link", name=form, exact=True).click()
    file = tmp_path / "file"
    coming.value.save_as(file)
    content = file.read_bytes()
    there = sum(1 for film in Browsing(ledger).films(text="LiBF4").items)
    assert there >= 1
    assert b"table:1" in content
    assert (b"peo_salts" in content) == (form == "never"), "of that question alone"


def test_beside_the_pages_too_a_strange_address_is_answered_as_programs_read_it(address: str) -> None:
    answer = httpx.get(f"{address}/api/v1/nonsense", timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")


def test_the_new_pages_name_every_field_and_fit_a_phone(browser: "Browser", address: str) -> None:
    with looking(browser, address, PHONE) as admin:
        admin.signed_in(Role.ADMIN)
        ways = (
            ("/account", "Your account"),
            ("/people", "People"),
            ("/data/import", "Import a table"),
            (f"/models?campaign={FINISHED}", "Models"),
        )
        for way, heading in ways:
            page = admin.goes_to(way, heading)
            admin.nothing_hangs_out()
            nameless = page.evaluate(
                """() => [...document.querySelectorAll('input, button, select, a')]
                     .filter(one => one.tabIndex >= 0)  // no key leads to the input of files, but to its button
                     .filter(one => one.offsetParent && !one.innerText.trim() && !one.getAttribute('aria-label')
                                    && !one.labels?.length && !one.title)
                     .map(one => one.outerHTML)"""
            )
            assert nameless == []

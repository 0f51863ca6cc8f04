"""A served ledger for each test, one for those that only read, and a dashboard with a browser that looks at it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.author import Role
from tests.flows.small_campaign import Place
from tests.flows.web.dashboard import CHROMIUM, Looker, looking, prepare
from tests.flows.web.dashboard import served as dashboard
from tests.flows.web.served import Served, served, write_ledger

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger to copy."""
    place = tmp_path_factory.mktemp("web") / "ledger.sqlite"
    write_ledger(place)
    return place


@pytest.fixture
def web(written: Path, tmp_path: Path) -> Iterator[Served]:
    """A ledger of the test's own, served."""
    with served(shutil.copy(written, tmp_path / "ledger.sqlite")) as running:
        yield running


@pytest.fixture(scope="module")
def reading(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A ledger for tests that leave it as it is."""
    with served(shutil.copy(written, tmp_path_factory.mktemp("reading") / "ledger.sqlite")) as running:
        yield running


@pytest.fixture(scope="module")
def place(finished: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger that a dashboard of the module's own shows."""
    place = tmp_path_factory.mktemp("dashboard") / "ledger.sqlite"
    prepare(finished.ledger, place)
    return place


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    """Where that dashboard is."""
    with dashboard(place, place.parent / "home") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def operator(browser: "Browser", address: str) -> Iterator[Looker]:
    """An operator at a desk."""
    with looking(browser, address) as looker:
        yield looker.signed_in(Role.OPERATOR)

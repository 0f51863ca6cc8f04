"""A dashboard over a ledger in which something is going on, and somebody who looks at it with a real browser."""

import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from ledger.approvals import Approvals
from ledger.author import Role
from ledger.film import Source
from ledger.journal import Journal
from ledger.leases import Leases
from ledger.passwords import Cost
from ledger.people import People
from ledger.published import PublishedFilm
from ledger.store import Ledger
from tests.flows.small_campaign import PATIENCE_S, environment
from tests.ledger.conftest import film_on, formulation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
IN_CHROMIUM = (
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH; .ci/run installs it"),
    pytest.mark.timeout(600),
)
"""Marks of a module that looks at a dashboard with a browser."""
CHEAP = Cost(log2_n=4, block=1, lanes=1)
PASSWORD = "correct horse battery"
NAMES = {Role.VIEWER: "Vera", Role.OPERATOR: "Olga", Role.ADMIN: "Ada"}
FINISHED, RUNNING = 1, 2
"""Campaigns: one that ran on the simulated lab, and one under way, of which a film is being made and one waits."""
DESK, PHONE = (1280, 900), (390, 844)


def prepare(finished: Path, place: Path) -> None:
    """A copy of a finished campaign's ledger, with a second run under way, a published film, and people."""
    shutil.copy(finished, place)
    with Ledger.open(place, create=False) as ledger:
        first = ledger.campaign(FINISHED)
        run = ledger.begin_campaign(first.name, first.spec, 7, first.lab).id
        for index in range(3):
            ledger.add_suggestion(
                run,
                index=index,
                formulation=formulation(1.0 + index),
                action={"source": "experiment", "plan": "make_film", "cost_h": 20.0},
                reason={"summary": "It fills the space.", "expected": {}},
                planner="sobol",
                knowledge_event=ledger.last_event(),
            )
        making, *waiting = ledger.experiments(run)
        ledger.move(making.id, "making")
        sample = ledger.add_sample(making.id, "rack 1")
        token = Leases(ledger).acquire("bench", "elsewhere:1:1", 3600.0).token
        Journal(ledger).intend(str(uuid.uuid4()), "dispenser", "bench", "dose PEO", sample.id, {"mass_mg": 50.0}, token)
        for experiment in waiting:
            Approvals(ledger).ask(experiment.id, ["It takes 30 h, more than 24 h."], 3600.0)
        film = film_on("table:1", formulation(0.5), -6.1, -5.8)
        readings = tuple(r.model_copy(update={"source": Source.LITERATURE}) for r in film.readings)
        published = PublishedFilm(film=film.model_copy(update={"readings": readings}), reference="doi:10.1/xyz")
        ledger.add_literature("table.csv", [published])
        for role, name in NAMES.items():
            People(ledger, CHEAP).add(name, role, PASSWORD)


@contextmanager
def served(place: Path, home: Path) -> Iterator[str]:
    """`ionloop web` over a ledger, in a process of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = (sys.executable, "-m", "flows.cli.main", "web", "--ledger", str(place), "--port", str(port))
    with subprocess.Popen(words, env=environment(home), stderr=subprocess.PIPE, text=True) as process:
        try:
            _until_it_listens(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            said = process.communicate(timeout=30)[1]
    assert "Traceback" not in said, said


def _until_it_listens(process: "subprocess.Popen[str]", port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()[1]
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the dashboard does not listen")


@dataclass
class Looker:
    """Somebody with a browser window, and everything that went wrong in it."""

    page: "Page"
    address: str
    wrong: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        page = self.page
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda opened: self.hosts.add(urlsplit(opened.url).netloc))

    def signed_in(self, role: Role) -> "Looker":
        """Sign in as the person of this role."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.get_by_label("Name").fill(NAMES[role])
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.address}/")
        return self

    def goes_to(self, way: str, heading: str) -> "Page":
        """Go to a page, and wait for its heading and for the line to the server."""
        self.page.goto(f"{self.address}{way}")
        self.page.get_by_role("heading", name=heading, level=1).wait_for()
        self.page.wait_for_function("() => window.socket && window.socket.connected")
        return self.page

    def table(self, name: str) -> "Locator":
        """A table by what readers of the screen are told."""
        return self.page.locator(f"[aria-label='{name}']")

    def figures(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many figures are drawn; of each how many points and lines, and how far right it goes."""
        self.page.wait_for_function(
            """count => [...document.querySelectorAll('.js-plotly-plot')]
                 .filter(plot => plot.querySelector('.points path, .lines path')).length >= count""",
            arg=count,
        )
        return self.page.evaluate(
            """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => ({
                 points: plot.querySelectorAll('.points path').length,
                 lines: plot.querySelectorAll('.lines path').length,
                 right: plot.getBoundingClientRect().right,
                 said: plot.getAttribute('aria-label')}))"""
        )

    def nothing_hangs_out(self) -> None:
        """No sideways scrolling of the page."""
        needed, width = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert needed <= width

    def all_was_well(self) -> None:
        """No error in the browser, and nobody else was asked for anything."""
        assert self.wrong == []
        assert self.hosts <= {urlsplit(self.address).netloc}


@contextmanager
def looking(browser: "Browser", address: str, size: tuple[int, int] = DESK, **more: Any) -> Iterator[Looker]:
    """A window of its own, in which all went well when the block ends."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    context.set_default_timeout(60_000)
    try:
        looker = Looker(context.new_page(), address)
        yield looker
        looker.all_was_well()
    finally:
        context.close()

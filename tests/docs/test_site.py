"""The site is built without a warning and fetches nothing from elsewhere; what pages and sources point to is there."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT
from tests.flows.small_campaign import Place
from tests.test_house import written_files


@pytest.fixture(scope="module")
def site(finished: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, its notebook run on the finished campaign; warnings are errors."""
    pytest.importorskip("sphinx", reason="needs sphinx (extra docs)")
    built = tmp_path_factory.mktemp("site")
    words = ("-W", "--keep-going", "-q", "-b", "html", "-c", "docs/site", "-d", built / "read", "docs", built / "html")
    environment = os.environ | {"IONLOOP_LEDGER": str(finished.ledger), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *map(str, words)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return built / "html"


class Fetched(HTMLParser):
    """What a browser fetches to show a page: scripts, styles, fonts, pictures, frames."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "iframe", "source", "video", "audio", "embed"}:
            self.addresses.append(given.get("src") or "")
        elif tag == "link" and given.get("rel") not in {"canonical", "author", "license"}:
            self.addresses.append(given.get("href") or "")


@pytest.mark.timeout(900)
def test_every_page_is_in_the_site_and_fetches_nothing_from_elsewhere(site: Path) -> None:
    pages = {str(page.relative_to(ROOT / "docs").with_suffix(".html")) for page in PAGES if page.name != "README.md"}
    built = {str(file.relative_to(site)): file.read_text() for file in site.rglob("*.html")}
    assert pages <= built.keys()
    for name, text in built.items():
        reader = Fetched()
        reader.feed(text)
        assert [address for address in reader.addresses if "//" in address] == [], name
    styles = {file.name: file.read_text() for file in site.rglob("*.css")}
    foreign = re.compile(r"(?:@import|url\()[^;)]*//")
    assert [name for name, text in styles.items() if foreign.search(text)] == []


def test_what_is_written_from_the_code_stands_in_the_site(site: Path) -> None:
    for page, words in {
        "command_line": ("ionloop models rollback", "--whatever-its-score", "recompute every suggestion"),
        "campaign_file": ("Experiments that fill the space before the planner learns from results.", "at most 1000"),
        "lab_file": ("Wall time after which a served lab", "must be given"),
        "seams": ("planners.protocols.Planner", "models.protocols.Surrogate", "devices.protocols.Instrument"),
    }.items():
        text = (site / "reference" / f"{page}.html").read_text()
        assert [word for word in words if word not in re.sub(r"<[^>]+>", "", text)] == [], page


def test_the_notebook_shows_what_this_ledger_says(site: Path, finished: Place) -> None:
    text = (site / "how_to" / "read_the_ledger.html").read_text()
    assert "c1-e006a" in text
    assert "accepted log10 sigma" in text
    assert list((site / "_images").glob("*.png"))
    assert str(finished.folder) not in text


LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    """The README's as well, which is no part of the site, and those to files beside the pages."""
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_pages_that_sources_speak_of_are_there() -> None:
    spoken = re.compile(r"\bdocs/[a-z_/0-9-]+\.(?:md|png)")
    found = {(str(file), name) for file, text in written_files().items() for name in spoken.findall(text)}
    assert found
    assert sorted(pair for pair in found if not (ROOT / pair[1]).exists()) == []

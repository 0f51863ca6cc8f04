"""The report is one page that needs nothing else, tells everything, and appears whole."""

import contextlib
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chemistry.quantities import with_uncertainty
from flows.report.page import SECTIONS, write_report
from flows.spec import read_campaign
from flows.standing import standing
from ledger.store import Ledger
from tests.flows.command import Command
from tests.flows.conftest import HOSTILE
from tests.flows.small_campaign import Place, run_here, write_campaign

LOADS = {"src", "href", "srcset", "data", "poster", "action", "background"}
"""Attributes by which a page asks for something else."""


class Page(HTMLParser):
    """What of a page matters here: what people read, what it loads, and its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.loads: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.loads += [f"{tag} {name}={value}" for name, value in attrs if name in LOADS]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        {"script": self.scripts, "style": self.styles}.get(self._inside, self.words).append(data)


@pytest.fixture(scope="module")
def ledger(finished: Place) -> Iterator[Ledger]:
    with contextlib.closing(Ledger.open(finished.ledger, create=False)) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(write_report(ledger, 1, tmp_path_factory.mktemp("page") / "report.html").read_text())


def test_it_loads_nothing_from_anywhere(page: Page) -> None:
    assert [load for load in page.loads if not load.startswith("a href=#")] == []
    assert sorted(load.removeprefix("a href=#") for load in page.loads) == sorted(SECTIONS)
    assert not [style for style in page.styles if "@import" in style or "url(" in style]


def test_it_holds_the_question_the_best_and_every_experiment(page: Page, ledger: Ledger, finished: Place) -> None:
    now = standing(ledger, 1, read_campaign(finished.file))
    assert HOSTILE in page.text
    for result in now.best:
        value, sd = result.values[0], result.sds[0]
        assert f"{result.number} {result.formulation.label} {with_uncertainty(value, sd)}" in page.text
    for experiment, suggestion in zip(ledger.experiments(1), ledger.suggestions(1), strict=True):
        said = (
            f"{experiment.number} {experiment.formulation.label} {suggestion.planner}: {suggestion.reason['summary']}"
        )
        assert " ".join(said.split()) in page.text
        assert experiment.why in page.text
    versions = ledger.model_versions(1)
    assert versions
    assert versions[-1].training_hash[:12] in page.text
    assert "seed 7" in page.text
    assert "prefect" in page.text


def test_what_a_campaign_file_says_is_never_a_script(page: Page) -> None:
    assert not [script for script in page.scripts if "window.hostile" in script]


def test_it_draws_every_figure_from_data_inside_it(page: Page, ledger: Ledger, finished: Place) -> None:
    now = standing(ledger, 1, read_campaign(finished.file))
    drawn = [script for script in page.scripts if "Plotly.newPlot(" in script and len(script) < 1e6]
    told = "front, progress, hours, parity, calibration, temperature, and the spectra of the front"
    assert len(drawn) == 6 + len(now.best), told
    library = [script for script in page.scripts if len(script) > 1e6]
    assert len(library) == 1
    first = now.results[0]
    assert any(json.dumps(round(first.values[0], 6))[:6] in script for script in drawn)


def test_it_appears_whole_or_not_at_all(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("the report of yesterday")
    with path.open() as reader:
        write_report(ledger, 1, path)
        assert reader.read() == "the report of yesterday", "who reads it now is not cut off"
    assert path.read_text().endswith("</html>")
    assert list(tmp_path.iterdir()) == [path], "no draft is left"


def test_a_place_that_cannot_be_written_is_named(ionloop: Command, finished: Place, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    for out in ("folder", "file/report.html"):
        said = ionloop("report", finished.file, "--folder", finished.run, "--out", out)
        assert said.status == 2
        assert said.err.startswith(f"ionloop: {out}: the report cannot be written")
        assert said.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


def test_what_is_no_page_is_left_as_it_is(ionloop: Command, finished: Place) -> None:
    for path in (finished.file, finished.run / "ledger.sqlite"):
        before = path.read_bytes()
        status, _, err = ionloop("report", finished.file, "--folder", finished.run, "--out", path)
        assert (status, err.count("\n")) == (2, 1)
        assert "--out" in err
        assert path.read_bytes() == before


def test_a_campaign_without_results_has_a_report_too(finished: Place, tmp_path: Path) -> None:
    spec = read_campaign(finished.file)
    with contextlib.closing(Ledger.open(tmp_path / "ledger.sqlite")) as ledger:
        campaign = ledger.begin_campaign(spec.name, spec.model_dump(mode="json"), spec.seed)
        page = Page(write_report(ledger, campaign.id, tmp_path / "report.html").read_text())
    assert "No film has given a result yet" in page.text
    assert "0 / 6 films with a result" in page.text


def test_one_objective_is_shown_against_the_experiments(tmp_path: Path) -> None:
    conductivity = {"property": "log10_conductivity", "temperature": "30 °C", "reference": -9}
    write_campaign(tmp_path, experiments=2, batch=2, start=2, objectives=[conductivity])
    place = Place(tmp_path, tmp_path / "home")
    run_here(place)
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        page = Page(write_report(ledger, 1, tmp_path / "report.html").read_text())
    assert "1 best" in page.text
    assert "storage modulus" not in page.text
    assert any("best log" in script for script in page.scripts)

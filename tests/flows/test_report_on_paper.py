"""The report as PDF: every section and figure is on its pages; without a browser nothing is written."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from flows.report import pdf
from flows.report.page import SECTIONS
from tests.flows.command import Command
from tests.flows.small_campaign import Place
from tests.flows.test_report_in_browser import BROWSER

needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs Chromium on the PATH; .ci/run installs it")


@needs_browser
@pytest.mark.timeout(300)
def test_every_section_and_figure_is_on_paper(ionloop: Command, finished: Place, tmp_path: Path) -> None:
    page, paper = tmp_path / "report.html", tmp_path / "on paper" / "report.pdf"
    said = ionloop("report", finished.file, "--folder", finished.run, "--out", page, "--pdf", paper, "--json")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out) == {"report": str(page), "pdf": str(paper)}
    assert list(paper.parent.iterdir()) == [paper], "no draft and no profile is left"
    pages = PdfReader(paper).pages
    assert all(round(float(side)) in (595, 842) for p in pages for side in p.mediabox.upper_right), "A4"
    texts = [" ".join(p.extract_text().split()) for p in pages]
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(pages)}" in text
        assert len(text) > 100, "no page is blank"
    whole = " ".join(texts)
    for title in SECTIONS.values():
        assert title in whole
    for axis in (
        "results, in the order they came",
        "lab time (h)",
        "quantile that was foretold",
        "1000 K / T",
        "Re Z (Ω)",
    ):
        assert axis in whole, "a figure is drawn where its axes are"
    assert "What they said" not in whole
    drawn = sum(content.get_data().count(b" c\n") for p in pages if (content := p.get_contents()) is not None)
    assert drawn > 500, "markers are curves on the page"


def test_without_a_browser_nothing_is_written(
    ionloop: Command, finished: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = ionloop("report", finished.file, "--folder", finished.run, "--out", "report.html", "--pdf", "report.pdf")
    assert (said.status, said.err.count("\n")) == (2, 1)
    assert "printed by Chromium" in said.err
    assert "print the HTML report" in said.err
    assert not list(tmp_path.glob("report*"))


@pytest.mark.parametrize(
    ("script", "words"), [("echo no display >&2; exit 1", "no display"), ("exit 0", "said nothing")]
)
def test_a_browser_that_fails_is_quoted(
    script: str, words: str, ionloop: Command, finished: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / pdf.BROWSERS[0]
    broken.parent.mkdir()
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/bin")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.4 of yesterday")
    said = ionloop("report", finished.file, "--folder", finished.run, "--out", "report.html", "--pdf", "report.pdf")
    assert (said.status, said.err.count("\n")) == (1, 1)
    assert words in said.err
    assert "The HTML report is there" in said.err
    assert (tmp_path / "report.pdf").read_bytes() == b"%PDF-1.4 of yesterday"


@pytest.mark.parametrize("name", ["notes.txt", "report.html", "folder"])
def test_a_pdf_takes_no_other_files_place(ionloop: Command, finished: Place, tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "folder").mkdir()
    said = ionloop("report", finished.file, "--folder", finished.run, "--out", "report.html", "--pdf", name)
    assert (said.status, said.err.count("\n")) == (2, 1)
    assert "--pdf" in said.err
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not (tmp_path / "report.html").exists()

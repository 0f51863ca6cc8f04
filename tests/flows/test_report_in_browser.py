"""The report in a real browser: its figures are drawn, and it fits a phone."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from flows.report.page import write_report
from flows.spec import read_campaign
from flows.standing import standing
from ledger.store import Ledger
from tests.flows.small_campaign import Place

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium on the PATH; .ci/run installs it"),
    pytest.mark.timeout(300),
]

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=8000",
    "--window-size=1400,1000",
    "--dump-dom",
)
PROBE = """<script>
  const wrong = [];
  addEventListener("error", event => wrong.push(String(event.message)));
  addEventListener("unhandledrejection", event => wrong.push(String(event.reason)));
  console.error = (...words) => wrong.push(words.join(" "));
  addEventListener("load", () => setTimeout(() => {
    const plots = [...document.querySelectorAll(".plotly-graph-div")];
    const drawn = plots.filter(plot => plot.querySelector("svg.main-svg .points path, svg.main-svg .lines path"));
    const widest = Math.max(...plots.map(plot => plot.getBoundingClientRect().right));
    parent.postMessage(JSON.stringify({
      plots: plots.length, drawn: drawn.length, widest, wrong, hostile: "hostile" in window,
      width: innerWidth, needed: document.documentElement.scrollWidth, title: document.title,
    }), "*");
  }, 3000));
</script>"""
FRAME = """<!doctype html><pre id="told"></pre>
<script>addEventListener("message", event => document.getElementById("told").textContent = event.data)</script>
<iframe src="probed.html" width="{width}" height="{height}" style="border: 0"></iframe>"""


def seen(report: Path, width: int, height: int) -> dict[str, Any]:
    """What a script inside the page sees in a frame of this size: a headless window cannot be as narrow as a phone."""
    folder = report.parent
    (folder / "probed.html").write_text(report.read_text().replace("<head>", f"<head>{PROBE}", 1))
    frame = folder / f"frame-{width}.html"
    frame.write_text(FRAME.format(width=width, height=height))
    command = [str(BROWSER), *OPTIONS, f"--user-data-dir={folder / 'profile'}", frame.as_uri()]
    page = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    told = re.search(r'<pre id="told">(.*?)</pre>', page.stdout, re.DOTALL)
    assert told is not None, page.stderr
    assert told[1], page.stderr
    return json.loads(unescape(told[1]))


@pytest.fixture(scope="module")
def report(finished: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Ledger.open(finished.ledger, create=False) as ledger:
        return write_report(ledger, 1, tmp_path_factory.mktemp("browser") / "report.html")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["desk", "phone"])
def test_every_figure_is_drawn_and_nothing_hangs_out(report: Path, finished: Place, width: int, height: int) -> None:
    with Ledger.open(finished.ledger, create=False) as ledger:
        figures = 6 + len(standing(ledger, 1, read_campaign(finished.file)).best)
    page = seen(report, width, height)
    assert page["title"].startswith("peo_salts")
    assert (page["plots"], page["drawn"]) == (figures, figures)
    assert page["wrong"] == []
    assert not page["hostile"], "a question in the campaign file was run as a script"
    assert page["width"] <= width
    assert page["needed"] <= page["width"], "people would have to scroll sideways"
    assert page["widest"] <= page["width"]

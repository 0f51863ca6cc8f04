"""The report on paper: the same page, printed by a Chromium that is on this machine (docs/decisions)."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from chemistry.errors import BadInput, IonloopError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
"""Programs that print a page, by the names that systems give them."""
PATIENCE_S = 180.0
DRAWN_IN_ms = 10_000
"""Of the page's own clock, which jumps: scripts have drawn every figure long before."""
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # the page asks for nothing, and could reach nobody
    f"--virtual-time-budget={DRAWN_IN_ms}",
    "--no-pdf-header-footer",
)


class NotPrinted(IonloopError):
    """The browser printed nothing."""


def browser() -> str:
    """The program that prints.

    Raises:
        BadInput: there is none on this machine.
    """
    for name in BROWSERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise BadInput(
        "a PDF is printed by Chromium, and there is none on this machine",
        place="--pdf",
        remedy=(
            "Install it (Debian: `apt install chromium`), or leave --pdf out and print the HTML report "
            "from any browser: it is laid out for A4"
        ),
    )


def print_page(program: str, page: Path, out: Path) -> Path:
    """Print an HTML file of ours as PDF; the file appears whole or not at all.

    Args:
        program: as `browser` found it.
        page: the HTML file, which needs nothing else.
        out: the PDF file; an older one is replaced.

    Raises:
        BadInput: the file cannot be written.
        NotPrinted: the browser failed, or did not end.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".report-") as folder:
            draft = Path(folder).resolve() / "report.pdf"
            said = _run(program, page.resolve(), draft, Path(folder) / "profile")
            if not draft.is_file() or not draft.read_bytes().startswith(b"%PDF-"):
                last = said.strip().splitlines()[-1:] or ["it said nothing"]
                raise NotPrinted(f"{program} printed no PDF: {last[0][:300]}. The HTML report is there: {page}")
            draft.replace(out)
    except OSError as error:
        raise BadInput(
            f"the PDF cannot be written ({error.strerror})", place=str(out), remedy="Name another file with --pdf."
        ) from error
    return out


def _run(program: str, page: Path, draft: Path, profile: Path) -> str:
    """Run the browser in its own sandbox, which it does not have for root; what it said."""
    free = ("--no-sandbox",) if os.geteuid() == 0 else ()
    command = [program, *_OPTIONS, *free, f"--user-data-dir={profile}", f"--print-to-pdf={draft}", page.as_uri()]
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise NotPrinted(
            f"{program} printed nothing within {PATIENCE_S:.0f} s. The HTML report is there: {page}"
        ) from late
    return ended.stderr

"""Commands of the pages that cost little are run as they stand there, on a small finished campaign."""

from collections.abc import Iterator
from pathlib import Path

from tests.docs.command_line import understood
from tests.docs.pages import PAGES, Documented, documented
from tests.flows.command import Command
from tests.flows.small_campaign import Place

RUN_HERE = frozenset(
    {
        "approvals", "data export", "data import", "export", "import", "models list", "report", "schema", "status",
        "stock fill", "stock show", "stock weigh",
    }
)  # fmt: skip
"""Commands whose every line in the pages is run, where all that it needs is at hand."""
CAMPAIGNS = {"CAMPAIGN.yaml", "campaign.yaml", "examples/peo_salts.yaml"}
OF_A_CAMPAIGN = RUN_HERE - {"data export", "data import", "import", "schema"}
FILMS = """polymer,salt,r,temperature,sigma (mS/cm)
PEO,LiTFSI,0.05,333.15,0.3
PEO,LiTFSI,0.05,353.15,0.8
"""
"""A table of one's own, with the columns that the page on data speaks of."""


def runnable() -> Iterator[tuple[Documented, list[str]]]:
    """Every line that can be run, and its words here."""
    for line in (line for page in PAGES for line in documented(page)):
        try:
            path = understood(line.words[1:]).path
        except Exception:  # noqa: BLE001 a command that is only spoken of, without what it needs
            continue
        if path in RUN_HERE and "FILE" not in line.words and "spe_conductivity.csv" not in line.words:
            words = ["campaign.yaml" if word in CAMPAIGNS else word for word in line.words[1:]]
            yield line, words + (["--folder", "run"] if path in OF_A_CAMPAIGN else [])


def test_commands_of_the_pages_do_what_they_are_told(campaign: Place, ionloop: Command, tmp_path: Path) -> None:
    (tmp_path / "films.csv").write_text(FILMS)
    (tmp_path / "ledger.sqlite").write_bytes(campaign.ledger.read_bytes())
    ran: set[str] = set()
    for line, words in runnable():
        if "export" in words and "--crate" in words:
            (tmp_path / "out.zip").unlink(missing_ok=True)
        said = ionloop(*words)
        assert said.status == 0, f"{line}: {said.err}"
        ran.add(understood(line.words[1:]).path)
    assert ran == RUN_HERE

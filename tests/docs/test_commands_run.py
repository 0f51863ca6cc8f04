"""Commands of the pages that cost little are run as they stand there, on a small finished campaign."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from flows.lab_files import read_files
from flows.spec import read_campaign
from tests.docs.command_line import understood
from tests.docs.pages import PAGES, ROOT, Documented, documented
from tests.flows.command import Command
from tests.flows.small_campaign import Place

RUN_HERE = frozenset(
    {
        "approvals", "data export", "data import", "export", "import", "models list", "report", "schema", "status",
        "stock fill", "stock show", "stock weigh",
    }
)  # fmt: skip
"""Commands whose every line in the pages is run, where all that it needs is at hand."""
CAMPAIGNS = {"CAMPAIGN.yaml", "campaign.yaml", "examples/peo_salts.yaml", "first_night.yaml"}
OF_A_CAMPAIGN = RUN_HERE - {"data export", "data import", "import", "schema"}
ELSEWHERE = {"FILE", "spe_conductivity.csv", "--pdf", "backups"}
"""What words of lines begin with that need what is not at hand: a table, a browser, a back-up."""
FILMS = """polymer,salt,r,temperature,sigma (mS/cm)
PEO,LiTFSI,0.05,333.15,0.3
PEO,LiTFSI,0.05,353.15,0.8
"""
"""A table of one's own, with the columns that the page on data speaks of."""


def runnable() -> Iterator[tuple[Documented, list[str]]]:
    """Every line that can be run, the first of those that are alike, and its words here."""
    known: set[tuple[str, ...]] = set()
    for line in (line for page in PAGES for line in documented(page)):
        try:
            path = understood(line.words[1:]).path
        except Exception:  # noqa: BLE001 a command that is only spoken of, without what it needs
            continue
        if path in RUN_HERE and not ELSEWHERE & {word.partition("/")[0] for word in line.words}:
            words = tuple("campaign.yaml" if word in CAMPAIGNS else word for word in line.words[1:])
            if words not in known:
                known.add(words)
                yield line, [*words, *(("--folder", "run") if path in OF_A_CAMPAIGN else ())]


def test_files_that_a_page_makes_of_the_examples_can_be_used(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    before = set(tmp_path.rglob("*.yaml"))
    for line in (line for page in PAGES for line in documented(page)):
        of_examples = not {"backups", "deploy"} & {word.partition("/")[0] for word in line.words}
        if line.whole and line.words[0] in ("cp", "sed") and of_examples:
            subprocess.run(["bash", "-c", line.typed], cwd=tmp_path, check=True)
    made = {file.relative_to(tmp_path).as_posix(): file for file in set(tmp_path.rglob("*.yaml")) - before}
    assert made.keys() == {"examples/peo_salts_served.yaml", "first_night.yaml", "simulated_lab.yaml"}
    served = read_campaign(made["examples/peo_salts_served.yaml"])  # its lab is another than that of this process
    assert served.lab == "epics_lab.yaml"
    night, _ = read_files(made["first_night.yaml"], hardware=False)
    assert (served.name, night.name, night.budget.experiments) == ("peo_salts_served", "first_night", 8)


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

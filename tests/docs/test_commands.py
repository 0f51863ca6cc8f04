"""Every command of the README and the pages is one that there is, and says so where nobody can run it here.

Each line of a code block is parsed by the real command line, with all its options, and every file that it names is an
example of this repository, something that the page says the reader has, or something that the command writes. What is
spoken of in a sentence must be a command with those options. Cheap commands are run in `test_commands_run.py`, and
every other one by a test that says so by calling it.
"""

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from flows.web.app import create_app
from ledger.store import Ledger
from tests.docs.command_line import Understood, command_of, understood
from tests.docs.pages import PAGES, ROOT, Documented, documented
from tests.docs.test_commands_run import RUN_HERE

WRITTEN = {
    "plot",
    "page",
    "map_page",
    "map",
    "out",
    "save",
    "frames",
    "picture",
    "geometry",
    "crate",
    "refused",
    "to",
    "pdf",
}
WRITTEN |= {"folder", "record", "table_page"}
"""Parameters that name what a command writes."""
READERS_OWN = {
    "CAMPAIGN.yaml", "LAB.yaml", "FILE", "FILE...", "FILE…", "FILE.yaml", "POOL.csv", "A.csv", "B.csv", "campaign.yaml",
    "my_campaign.yaml", "faults.yaml", "films.csv", "out.zip", "fitted", "dump.lammpstrj.gz", "other_pool.csv",
    "spe_conductivity.csv", "tg.csv", "htpmd.csv", "candidate_polymers.csv",
    "serve.yaml", "backups/2026-11-30T05-30-00Z",
}  # fmt: skip
"""Files that the pages say a reader has: a name for any, a table that was published, or what a command before wrote."""
MADE_BY_THE_PAGE = {
    "examples/my_campaign.yaml", "examples/peo_salts_served.yaml", "first_night.yaml", "simulated_lab.yaml",
}  # fmt: skip
"""What a page tells the reader to write first."""
OTHER_PROGRAMS = {"cd", "cp", "git", "kill", "pip", "python", "rm", "sed", "source"}
ELSEWHERE = {"docker", "install", "kubectl", "sbatch", "systemctl", "useradd"}
"""What needs a cluster or a daemon: the page says beside it that it was `not run here`."""
PLACEHOLDERS = {"N": "1", "OUT.csv": "out.csv"}

LINES = [line for page in PAGES for line in documented(page)]
WHOLE = [line for line in LINES if line.whole]


@cache
def meant(line: Documented) -> Understood:
    return understood(tuple(PLACEHOLDERS.get(word, word) for word in line.words[1:]))


def files_of(values: dict[str, Any]) -> list[tuple[str, Path]]:
    """Every path among the values of a command, with the name of its parameter."""
    found = []
    for name, value in values.items():
        several = value if isinstance(value, list | tuple) else [value]
        found += [(name, one) for one in several if isinstance(one, Path)]
    return found


@pytest.mark.parametrize("line", [line for line in WHOLE if line.words[0] == "ionloop"], ids=str)
def test_a_command_of_a_block_is_understood_and_its_files_are_there(line: Documented) -> None:
    for name, file in files_of(meant(line).values):
        known = name in WRITTEN or str(file) in READERS_OWN | MADE_BY_THE_PAGE or (ROOT / file).is_file()
        assert known, f"{line}: nobody has or writes {file} ({name})"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_of_a_sentence_exists_with_its_options(page: Path) -> None:
    for line in documented(page):
        if line.whole or line.words[1:] in {("--help",), ("-h",)}:
            continue
        path, command = command_of(line.words[1:])
        assert path, str(line)
        inner = getattr(command, "commands", {}).values()
        known = {word for own in (command, *inner) for parameter in own.params for word in parameter.opts}
        assert {word for word in line.words if re.match(r"--\w", word)} <= known, str(line)


@pytest.mark.parametrize("line", [line for line in WHOLE if line.words[0] != "ionloop"], ids=str)
def test_any_other_line_for_the_shell_is_known(line: Documented) -> None:
    program, *words = line.words
    if program in ELSEWHERE:
        assert "not run here" in line.section, f"{line}: say beside it that it was not run here"
    elif program == "make":
        targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert {word for word in words if "=" not in word} <= targets, str(line)
    elif program == "curl":
        (url,) = (word for word in words if word.startswith("http://"))
        assert any(re.fullmatch(route, urlsplit(url).path) for route in routes()), f"{line}: there is no such address"
    else:
        assert program in OTHER_PROGRAMS, f"{line}: nobody knows {program}"
        scripts = [word for word in words if program == "python" and word.endswith(".py")]
        assert all((ROOT / script).is_file() for script in scripts), str(line)


@cache
def routes() -> tuple[str, ...]:
    """The addresses of the REST interface, as patterns."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger.sqlite"
        Ledger.open(ledger).close()
        paths = create_app(ledger).openapi()["paths"]
    return tuple(re.sub(r"\{[^}]*\}", "[^/]+", path) for path in paths)


CALL = re.compile(r'(?:[(\[]|cli\.main",)\s*((?:"[a-z-]+",?\s*){1,2})')
"""Where a test calls the command: its first words."""


def test_every_command_of_the_pages_is_run_by_some_test() -> None:
    said = {command_of(line.words[1:])[0] for line in LINES if line.words[0] == "ionloop"} - {""}
    own = Path(__file__).parent
    tests = [file.read_text() for file in (ROOT / "tests").rglob("*.py") if own not in file.parents]
    called = {tuple(re.findall(r"[a-z-]+", call)) for text in tests for call in CALL.findall(text)}
    called |= {call[:1] for call in called}
    assert sorted(path for path in said - RUN_HERE if tuple(path.split()) not in called) == []

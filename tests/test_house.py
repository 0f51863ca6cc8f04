"""The house itself: its rooms are the ones imported, its files are short, and it names no machine."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("chemistry", "ledger", "devices", "models", "planners", "sim", "flows")
NO_PACKAGES = ("scripts", "docs", "build", "examples")
LONGEST = 400
BROUGHT_IN = re.compile(r"\.(png|jpg|svg|lock)$|^LICENSE")
"""Files that nobody here wrote line by line."""


def tracked_files() -> list[Path]:
    """What git knows; a copy without git (a source archive) is walked instead."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this copy is no git repository, so nobody can say which files belong to it")
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def written_files() -> dict[Path, str]:
    return {file: (ROOT / file).read_text() for file in tracked_files() if not BROUGHT_IN.search(str(file))}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_the_one_of_this_repository(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / room / "__init__.py"


def test_nothing_else_at_the_root_can_be_imported() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == set(ROOMS)
    assert not list(ROOT.glob("*.py"))
    assert not [name for name in NO_PACKAGES if list((ROOT / name).glob("*.py"))]


def test_no_file_is_too_long_to_read() -> None:
    lines = {str(file): text.count("\n") for file, text in written_files().items() if file.suffix in {".py", ".html"}}
    assert lines
    assert {file: count for file, count in lines.items() if count > LONGEST} == {}


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    left = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    assert [str(file) for file, text in written_files().items() if left.search(text)] == []


def test_no_machine_and_no_registry_is_named() -> None:
    """Paths of somebody's machine, and hosts that serve packages: the lock says what, pip's settings say from where."""
    hosts = (r"\bpypi\.o" r"rg", r"pythonhosted\.o" r"rg", r"\bnpmjs\.o" r"rg")
    options = (r"--(extra-)?index-u" r"rl", r"--find-li" r"nks")
    named = re.compile("|".join((r"(?<![\w.~-])/(work|tmp|root|home|Users)/", *hosts, *options)))
    found = {str(file): named.search(text) for file, text in written_files().items()}
    lock = (ROOT / "requirements.lock").read_text()
    assert {file: match[0] for file, match in found.items() if match} == {}
    assert not named.search(lock)
    assert "://" not in lock

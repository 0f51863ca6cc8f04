"""What a hostile or hurried user gives to the commands is refused in one paragraph, early, and never by a traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.channel_access import ACCESS
from tests.flows.command import Command
from tests.flows.small_campaign import EXAMPLES, environment
from tests.flows.test_campaign_file import changed
from tests.flows.test_cli import HEAVY, assert_one_paragraph


@pytest.mark.parametrize("command", ["run", "forecast"])
def test_a_typo_is_refused_before_anything_heavy_is_imported(tmp_path: Path, command: str) -> None:
    file = changed(tmp_path, budgett=1)
    program = (
        "import sys; from chemistry.errors import BadInput; from flows.cli.main import app\n"
        "try: app(standalone_mode=False)\nexcept BadInput: print(*sys.modules, sep='\\n')"
    )
    words = (sys.executable, "-c", program, command, str(file))
    said = subprocess.run(words, env=environment(tmp_path / "home"), capture_output=True, text=True, check=True)
    assert "flows.spec" in said.stdout.splitlines()
    assert not HEAVY - {"rdkit", "numpy", "scipy"} & set(said.stdout.splitlines())


@pytest.mark.parametrize("command", [("run",), ("reconcile",)], ids=" ".join)
def test_a_campaign_that_is_being_run_is_left_to_its_process(
    ionloop: Command, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """A state of the world and no mistake of anybody: status 1."""
    from flows.session import open_session

    file = changed(tmp_path)
    with open_session(file, tmp_path / "run", None, hardware=False):
        said = ionloop(*command, file, "--folder", tmp_path / "run")
    assert said.status == 1
    assert f"`peo_salts` is being run by process {os.getpid()} on {socket.gethostname()}" in said.err
    assert "ionloop status" in said.err
    assert "ionloop stop" in said.err
    assert said.err.count("\n") == 1


_SPOILT = {
    "class": ("devices.dispenser.Dispenser", "devices.dispenser.Dispensor", "did you mean `Dispenser`?"),
    "class of a broken module": ("devices.dispenser.Dispenser", "..dispenser.Dispenser", "cannot be imported"),
    "factory": ("devices.epics.epics_lab", "devices.epics.epic_lab", "did you mean `epics_lab`?"),
    "factory that is none": ("devices.epics.epics_lab", "devices.served.VERSION", "cannot be imported"),
    "host": ("[127.0.0.1]", "[127.0.0.1, no.such.host.invalid]", "no host 'no.such.host.invalid' is known"),
    "long host": ("[127.0.0.1]", f"[{'x' * 300}]", "is known"),
    "port": ("[127.0.0.1]", '["127.0.0.1:port"]', "'port' is no port"),
}


@pytest.mark.parametrize("command", [("doctor",), ("lab", "show"), ("lab", "serve")], ids=" ".join)
@pytest.mark.parametrize(("good", "wrong", "said"), _SPOILT.values(), ids=_SPOILT)
def test_what_a_lab_file_names_and_is_not_there_is_told_with_its_line(
    ionloop: Command, tmp_path: Path, command: tuple[str, ...], good: str, wrong: str, said: str
) -> None:
    text = (EXAMPLES / "epics_lab.yaml").read_text()
    (tmp_path / "lab.yaml").write_text(text.replace("port: 5064", f"port: {ACCESS.port}").replace(good, wrong))
    line = next(n for n, row in enumerate(text.splitlines(), 1) if good in row)
    assert_one_paragraph(ionloop(*command, "lab.yaml"), "lab.yaml", f"ine {line}", said)


def test_what_is_not_printed_on_a_terminal_is_not_wrapped_and_nothing_of_it_is_markup(
    ionloop: Command, tmp_path: Path
) -> None:
    file = changed(tmp_path)
    lot = "[/red] F[B-](F)(F)F.[nH] " + "x" * 70
    assert ionloop("stock", "fill", file, "LiTFSI", 5000, "--lot", lot, "--folder", "run").status == 0
    assert lot in ionloop("stock", "show", file, "--folder", "run").out


_FAR = 10**30
_LONG = "x" * 3000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pause", "FILE", "--experiment", _FAR), f"no experiment {_FAR}"),
        (("approve", "FILE", _FAR), f"no experiment {_FAR}"),
        (("amend", "FILE", _FAR, "--retract"), f"no experiment {_FAR}"),
        (("status", "FILE", "--ledger", _LONG), "no ledger can be here"),
        (("status", "FILE", "--ledger", ""), "--ledger names nothing"),
        (("run", "FILE", "--folder", _LONG), "--folder"),
        (("stock", "fill", "FILE", "LiTFSI", 5, "--lot", "two\nlines"), "--lot"),
        (("stock", "fill", "FILE", _LONG, 5), "uses no component"),
        (("reconcile", "FILE", "--say", "done"), "--step"),
        (("doctor", "simulated_lab.yaml", "--patience", "inf"), "at most 3600"),
        (("lab", "show", "simulated_lab.yaml", "--folder", "taken/below"), "nothing can be kept in this folder"),
        (("lab", "show", "simulated_lab.yaml", "--folder", _LONG), "nothing can be kept in this folder"),
        (("run", "FILE", "--faults", "taken"), "no `key: value` pairs"),
    ],
    ids=lambda value: " ".join(map(str, value))[:40] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_meant_is_one_paragraph(
    ionloop: Command, tmp_path: Path, words: tuple[object, ...], message: str
) -> None:
    from flows.session import open_session

    file = changed(tmp_path)
    (tmp_path / "taken").write_text("a file")
    folder = () if "--folder" in words or "lab" in words or "doctor" in words else ("--folder", "run")
    with open_session(file, tmp_path / "run", None, hardware=False):
        pass
    said = ionloop(*(file if word == "FILE" else word for word in words), *folder)
    assert_one_paragraph(said, message)
    assert len(said.err) < 600


def test_a_space_in_which_nothing_may_be_made_is_refused_before_a_run_is_begun(
    ionloop: Command, tmp_path: Path
) -> None:
    file = changed(tmp_path, space__constraints__0={"sum": ["salt_fraction"], "at_most": 0.001})
    said = ionloop("run", file, "--folder", tmp_path / "run")
    assert said.status == 2
    assert_one_paragraph(said)
    assert "no formulation of the design space may be made" in said.err
    assert "salt_fraction is" in said.err
    assert not (tmp_path / "run" / "ledger.sqlite").exists()

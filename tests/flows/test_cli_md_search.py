"""`ionloop md search` as a command: it runs for real, goes on where it was, and tells slips in one paragraph."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from chemistry.errors import BadInput
from sim.md.program import find_program
from tests.flows.command import Command
from tests.flows.held_server import HeldServer
from tests.flows.test_md_search import FILE, ROOT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("{low: 0.05, high: 0.3, log: true}", "lots"), "should be a number (got 'lots')"),
        (("low: 0.05", "low: 0.5"), "from 0.5 to 0.3"),
        (("low: 0.05", "low: 0.002"), "the least is 5"),
        (("high: 0.3", "high: 3"), "3 is out of 0.001 to 1"),
        (("{low: 4, high: 20}", "{low: 4.5, high: 20}"), "whole numbers"),
        (("dipole: 2.0", "dipole: 20"), "parameters.dipole"),
        (("-63 °C", "75 °C"), "a glass"),
        (("runs: 9", "runs: 0"), "at least 1"),
        (("dipole", "dipol"), "did you mean `dipole`"),
        (("name: small", "name: ../small"), "pattern"),
        (("planner: {start: 5}", "planner: {name: clever}"), "clever"),
        (("{low: 1.0, high: 2.6}", "1\n  well_kT: {low: 2, high: 2}"), "from 2 to 2"),
    ],
)
def test_slips_are_told_in_one_paragraph(
    ionloop: Command, tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    assert change[0] in FILE
    (tmp_path / "a.yaml").write_text(FILE.replace(*change))
    said = ionloop("md", "search", tmp_path / "a.yaml")
    assert said.status == 2
    assert reason in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_nothing_to_search_is_told(ionloop: Command, tmp_path: Path) -> None:
    text = FILE.replace("{low: 1.0, high: 2.6}", "1").replace("{low: 0.05, high: 0.3, log: true}", "0.1")
    (tmp_path / "a.yaml").write_text(text.replace("{low: 4, high: 20}", "5"))
    said = ionloop("md", "search", tmp_path / "a.yaml")
    assert said.status == 2
    assert "nothing is searched" in said.err


@pytest.fixture
def lammps() -> None:
    try:
        find_program()
    except BadInput as missing:
        pytest.skip(str(missing))


def test_a_search_runs_for_real_and_is_not_run_twice(ionloop: Command, tmp_path: Path, lammps: None) -> None:
    text = FILE.replace("runs: 9", "runs: 4, confirm: 1").replace("start: 5", "start: 3")
    (tmp_path / "a.yaml").write_text(text)
    words = ("md", "search", tmp_path / "a.yaml", "--folder", tmp_path / "run")
    said = ionloop(*words, "--json", "--plot", tmp_path / "out.png")
    assert said.status == 0, said.err
    first = json.loads(said.out)
    assert len(first["runs"]) == 4
    assert all(one["log10_S_cm"] is not None or one["failed"] for one in first["runs"])
    assert not any(one["diffusive"] for one in first["runs"])  # two hundred steps are none
    assert first["best"] is None
    assert first["core_hours"] > 0
    assert (tmp_path / "out.png").exists()
    assert not list((tmp_path / "home" / "simulations").glob("*/"))
    second = json.loads(ionloop(*words, "--json").out)
    assert all(one["known"] for one in second["runs"])
    assert [one["log10_reduced"] for one in second["runs"]] == [one["log10_reduced"] for one in first["runs"]]
    shown = ionloop(*words)
    assert "not diffusive" in shown.out
    assert "Main effects" in shown.out
    assert shown.out.count("(in the ledger)") == 4


@pytest.mark.slow
def test_runs_can_be_tasks_on_dask(
    ionloop: Command, tmp_path: Path, lammps: None, prefect: HeldServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file with `theory` says the same: an answer follows from its question, wherever it is worked out."""
    text = FILE.replace("runs: 9", "runs: 3, at_once: 2").replace("start: 5", "start: 3")
    (tmp_path / "here.yaml").write_text(text)
    (tmp_path / "dask.yaml").write_text(text + "theory: {at_once: 2}\n")
    here = json.loads(ionloop("md", "search", tmp_path / "here.yaml", "--folder", tmp_path / "a", "--json").out)
    monkeypatch.setenv("IONLOOP_HOME", str(prefect.home))
    with temporary_settings({PREFECT_API_URL: prefect.address}):
        said = ionloop("md", "search", tmp_path / "dask.yaml", "--folder", tmp_path / "b", "--json")
    assert said.status == 0, said.err
    there = json.loads(said.out)
    assert [one["log10_reduced"] for one in there["runs"]] == [one["log10_reduced"] for one in here["runs"]]
    assert not any(one["known"] for one in there["runs"])


@pytest.mark.slow
def test_an_interrupted_search_says_so_and_goes_on(tmp_path: Path, lammps: None) -> None:
    text = FILE.replace("segment_steps: 200", "segment_steps: 4000").replace("runs: 9", "runs: 3")
    (tmp_path / "a.yaml").write_text(text)
    words = ["-m", "flows.cli.main", "md", "search", str(tmp_path / "a.yaml"), "--folder", str(tmp_path / "run")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "IONLOOP_HOME": str(tmp_path / "home")}
    process = subprocess.Popen(
        [sys.executable, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not list((tmp_path / "home").glob("simulations/*/pushed.restart")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted after" in err
    assert "goes on" in err
    assert err.count("\n") == 1
    (folder,) = (path for path in (tmp_path / "home" / "simulations").iterdir() if path.is_dir())
    pushed = (folder / "pushed.restart").stat().st_mtime_ns
    time.sleep(1)
    written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    time.sleep(1)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == written  # no engine is left behind
    assert written["pushed.restart"] == pushed

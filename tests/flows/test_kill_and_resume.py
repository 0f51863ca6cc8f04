"""A real process is killed at each labelled point; the campaign goes on, and nothing is lost or done twice."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
import yaml

from flows.spec import read_campaign
from flows.suggest import recompute
from ledger.journal import Journal
from ledger.store import Ledger
from sim.lab_record import read_record
from tests.flows.killed_run import POINTS

ROOT = Path(__file__).parents[2]
EXPERIMENTS = 14


def small_campaign(folder: Path) -> Path:
    """The example, made short: few temperatures, and the model asked from the fourth experiment on."""
    content = yaml.safe_load((ROOT / "examples/peo_salts.yaml").read_text())
    content["budget"] = {"experiments": EXPERIMENTS, "batch": 2}
    content["measure"]["temperatures"] = ["30 °C", "60 °C", "80 °C"]
    content["planner"]["start"] = 8
    (folder / "simulated_lab.yaml").write_text((ROOT / "examples/simulated_lab.yaml").read_text())
    file = folder / "campaign.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "IONLOOP_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}


def run(folder: Path, *program: str) -> subprocess.CompletedProcess[str]:
    arguments = ["run", str(folder / "campaign.yaml"), "--folder", str(folder / "run"), "--json"]
    return subprocess.run(
        [sys.executable, *program, *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def confirmed_results(ledger_file: Path) -> dict[str, tuple[object, ...]]:
    if not ledger_file.exists():
        return {}
    with contextlib.closing(Ledger.open(ledger_file)) as ledger:
        return {film.film_id: film.readings for film in ledger.films()}


@pytest.mark.timeout(600)
def test_killed_at_every_point_it_goes_on_and_repeats_nothing(tmp_path: Path) -> None:
    campaign_file = small_campaign(tmp_path)
    ledger_file = tmp_path / "run" / "ledger.sqlite"
    kept: dict[str, tuple[object, ...]] = {}
    assert len(POINTS) >= 10
    for point in POINTS:
        killed = run(tmp_path, str(ROOT / "tests/flows/killed_run.py"), point, "1")
        assert killed.returncode == -9, f"{point}: {killed.stdout}{killed.stderr}"
        now = confirmed_results(ledger_file)
        assert kept.items() <= now.items(), f"a confirmed result was lost by the kill at: {point}"
        kept = now

    finished = run(tmp_path, "-m", "flows.cli.main")
    assert finished.returncode == 0, finished.stderr
    outcome = json.loads(finished.stdout.splitlines()[-1])
    assert outcome["run"] == 1
    assert outcome["experiments"] == EXPERIMENTS
    assert kept.items() <= confirmed_results(ledger_file).items()

    spec = read_campaign(campaign_file)
    with contextlib.closing(Ledger.open(ledger_file)) as ledger:
        campaign = ledger.campaign(spec.name)
        journal = Journal(ledger)
        assert not journal.open_steps(campaign_id=campaign.id)
        assert all(not e.why.startswith("nobody can tell") for e in ledger.experiments(campaign.id)), (
            "the simulated bench can always tell"
        )
        done_in_ledger = Counter(
            row.order_id
            for e in ledger.experiments(campaign.id)
            for sample in ledger.samples(e.id)
            for row in journal.steps(sample.id)
            if row.consuming and row.as_made is not None
        )
        for row in ledger.suggestions(campaign.id):
            again = recompute(ledger, campaign.id, spec, row)
            assert again is not None
            assert again.formulation == row.formulation
    assert set(done_in_ledger.values()) == {1}
    assert consuming_acts(tmp_path / "run" / "lab") == done_in_ledger, "the bench's own record and the ledger differ"
    assert set(recipe_steps(tmp_path / "run" / "lab").values()) == {1}, "a consuming step was repeated"
    assert_no_orphan(tmp_path)


def consuming_acts(lab: Path) -> Counter[str]:
    """Orders that changed matter, as the bench itself says in its own file."""
    acts = read_record(lab / "lab.sqlite")
    return Counter(act.order_id for act in acts if act.command in ("Dose", "MakeStep") and act.outcome == "done")


def recipe_steps(lab: Path) -> Counter[tuple[str, str]]:
    """How often each component was dosed and each step done, by sample."""
    acts = [act for act in read_record(lab / "lab.sqlite") if act.outcome == "done"]
    what = {"Dose": lambda act: act.parameters["component"], "MakeStep": lambda act: str(act.parameters["process"])}
    return Counter((act.sample, what[act.command](act)) for act in acts if act.command in what)


def assert_no_orphan(folder: Path) -> None:
    """Every process that knows this test's home is gone within the server's grace."""
    home = str(folder / "home")
    left: list[int] = []
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        left = [p.pid for p in psutil.process_iter() if _home_of(p) == home]
        if not left:
            return
        time.sleep(0.5)
    raise AssertionError(f"processes left behind: {left}")


def _home_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("IONLOOP_HOME")
    except psutil.Error:
        return None

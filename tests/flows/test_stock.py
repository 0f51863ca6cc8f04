"""A campaign and its stock: nothing is begun that would run dry, and it goes on when somebody has filled up."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.campaign import _leave_to_people
from flows.crew import Crew
from flows.loop import run_loop
from flows.person import person
from flows.session import open_session
from flows.stopping import Stopped
from ledger.kinds import CampaignState, ExperimentState
from tests.flows.command import Command
from tests.flows.small_campaign import write_campaign

EXPERIMENTS = 6


def write(folder: Path, **stock: float) -> Path:
    """A campaign with two polymers; `stock` in the lab file."""
    file = write_campaign(folder, experiments=EXPERIMENTS, batch=2, start=EXPERIMENTS, **SPACE)
    lab = folder / "simulated_lab.yaml"
    content = yaml.safe_load(lab.read_text())
    content["simulated"]["instant"] = True
    lab.write_text(yaml.safe_dump({**content, "stock": {"default": 20000, **stock}}))
    return file


SPACE: dict[str, Any] = {
    "space": {
        "polymers": ["PEO", "PPO"],
        "salts": ["LiTFSI"],
        "salt_loading": {"low": 0.02, "high": 0.2, "unit": "Li/O"},
        "plasticisers": ["none"],
    },
    "planner": {"name": "sobol"},
}


def polymers_made(file: Path) -> list[str]:
    """Run the loop until it ends; the polymer of each film that was made, in their order."""
    with open_session(file, file.parent / "run", None, hardware=False) as session:
        with Crew(session) as crew:
            run_loop(session, crew, lambda experiment: None)
        experiments = session.ledger.experiments(session.campaign_id)
        assert all(e.state != ExperimentState.CANCELLED for e in experiments), [e.why for e in experiments]
        _leave_to_people(session)
        session.ledger.set_campaign_state(session.campaign_id, CampaignState.FINISHED)
        return [e.formulation.polymer.label for e in experiments]


def test_what_is_plenty_changes_nothing(tmp_path: Path) -> None:
    assert sorted(set(polymers_made(write(tmp_path)))) == ["PEO", "PPO"]


def test_what_runs_dry_is_no_longer_suggested(tmp_path: Path) -> None:
    made = polymers_made(write(tmp_path, PPO=380.0))  # enough for one film of 400 mg, not for two
    assert made.count("PPO") == 1
    assert len(made) == EXPERIMENTS


def test_a_campaign_that_nothing_is_left_for_pauses_and_goes_on_when_somebody_has_filled_up(
    tmp_path: Path, ionloop: Command
) -> None:
    file = write(tmp_path, LiTFSI=60.0)
    with pytest.raises(Stopped, match=r"mg of LiTFSI are left, .* mg are needed; `ionloop stock fill`") as stopped:
        polymers_made(file)
    assert stopped.value.campaign_state is CampaignState.PAUSED
    write(tmp_path, LiTFSI=5000.0)  # somebody fills the container, and says so in the lab file
    assert len(polymers_made(file)) == EXPERIMENTS


def test_the_forecast_starts_from_what_is_left(tmp_path: Path, ionloop: Command) -> None:
    file = write(tmp_path)
    assert ionloop("stock", "fill", file, "LiTFSI", 150, "--folder", tmp_path / "run", "--lot", "B7").status == 0
    found = json.loads(ionloop("forecast", file, "--folder", tmp_path / "run", "--json").out)
    (salt,) = [need for need in found["needs"] if need["component"] == "LiTFSI"]
    assert salt["stock_mg"] == 150.0
    assert found["needs"][0] == salt, "the first to run out"


def test_people_say_what_they_filled_and_weighed(tmp_path: Path, ionloop: Command) -> None:
    file, place = write(tmp_path), ("--folder", tmp_path / "run")
    assert ionloop("stock", "show", file, *place).status == 2, "there is no ledger yet"
    ionloop("stock", "fill", file, "litfsi", 150, "--by", "Ada", *place)
    said = ionloop("stock", "weigh", file, "LiTFSI", 120.5, "--by", "Ada", *place)
    assert "the ledger had 150 mg" in said.out
    levels = {level["label"]: level for level in json.loads(ionloop("stock", "show", file, *place, "--json").out)}
    assert levels["LiTFSI"]["left_mg"] == 120.5
    assert levels["PEO"]["by"] == "the lab file of peo_salts"
    assert "LiTFSI" in ionloop("stock", "show", file, *place).out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fill", "LiBOB", 5), "uses no component 'LiBOB'"),
        (("fill", "LiTFSI", "nan"), "a mass of nan mg"),
        (("weigh", "LiTFSI", "inf"), "a mass of inf mg"),
        (("fill", "LiTFSI", "1e30"), "a mass of 1e+30 mg"),
        (("fill", "LiTFSI", 0), "a mass of 0 mg"),
        (("weigh", "--", "LiTFSI", "-1"), "a mass of -1 mg"),
        (("fill", "LiTFSI", 5, "--by", ""), "nobody says who"),
        (("weigh", "LiTFSI", 5, "--by", "  "), "nobody says who"),
        (("fill", "LiTFSI", 5, "--by", "Ada\nBob"), "is no name"),
    ],
)
def test_a_mistake_is_one_paragraph(tmp_path: Path, ionloop: Command, words: tuple[object, ...], told: str) -> None:
    file = write(tmp_path)
    command, *rest = words
    said = ionloop("stock", command, "--folder", tmp_path / "run", file, *rest)
    assert said.status == 2
    assert told in said.err
    assert not (tmp_path / "run").exists() or "LiBOB" in rest, "nothing is written"


@pytest.mark.parametrize("amount", [".inf", ".nan", "-1"])
def test_a_lab_file_cannot_speak_of_such_a_container_either(tmp_path: Path, ionloop: Command, amount: str) -> None:
    file = write(tmp_path)
    lab = tmp_path / "simulated_lab.yaml"
    lab.write_text(lab.read_text().replace("default: 20000", f"default: {amount}"))
    said = ionloop("stock", "fill", file, "LiTFSI", 5, "--folder", tmp_path / "run")
    assert said.status == 2
    assert "stock" in said.err


@pytest.mark.parametrize("by", ["", " ", "x" * 101, "a\tb"])
@pytest.mark.parametrize(
    "words",
    [
        ("approve", 1),
        ("refuse", 1),
        ("amend", 1, "--retract"),
        ("pause",),
        ("abort",),
        ("stock", "fill", "LiTFSI", 5),
        ("reconcile", "--step", "1", "--say", "failed"),
    ],
    ids=lambda words: words[0],
)
def test_whoever_gives_a_command_has_a_name(
    tmp_path: Path, ionloop: Command, words: tuple[object, ...], by: str
) -> None:
    file = write(tmp_path)
    name, *rest = words
    place = (rest.pop(0), file) if name == "stock" else (file,)
    said = ionloop(name, *place, *rest, "--by", by, "--folder", tmp_path / "run")
    assert said.status == 2
    assert "name" in said.err
    assert not (tmp_path / "run").exists()


def test_without_a_name_it_is_the_user_who_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert person(None) == "ada"
    assert person(" Ada ") == "Ada"

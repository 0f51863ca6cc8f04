"""A campaign whose polymers are a table: begun, run, asked again, and refused where it makes no sense."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chemistry.errors import BadInput
from flows.forecast import forecast_campaign
from flows.lab_files import read_files
from flows.pools import keep_pool, pool_of_campaign, read_pool
from flows.spec import CampaignSpec
from flows.suggest import recompute
from ledger.store import Ledger
from planners.pool import kept
from tests.flows.command import Command
from tests.flows.small_campaign import Place, run_here, write_campaign

UNITS = [f"*{'C' * carbons}{host}*" for host in ("O", "C(=O)O", "OC(=O)O", "C(C)O") for carbons in (2, 3, 4)]
SPACE = {
    "pool": {"file": "pool.csv", "smiles_column": "unit", "loadings": 2},
    "salts": ["LiTFSI", "LiClO4"],
    "salt_loading": {"low": 0.05, "high": 0.15, "unit": "Li/O"},
}
OBJECTIVE = {"property": "log10_conductivity", "goal": "maximise", "temperature": "60 °C", "reference": -9.0}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))


def campaign(folder: Path, units: list[str] | None = None, **more: Any) -> Place:
    """A small one on the twin, with its pool beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pool.csv").write_text("\n".join(["name,unit", *(f"p{i},{u}" for i, u in enumerate(units or UNITS))]))
    content = {"space": SPACE, "objectives": [OBJECTIVE], "planner": {"name": "pool", "start": 4}, **more}
    write_campaign(folder, experiments=6, batch=2, start=4, **content)
    return Place(folder, folder / "home")


def test_it_runs_on_the_twin_and_every_suggestion_is_recomputed(tmp_path: Path) -> None:
    place = campaign(tmp_path)
    run_here(place)
    (tmp_path / "pool.csv").unlink()  # from now on the ledger alone knows it
    with Ledger.open(place.ledger) as ledger:
        (row,) = ledger.campaigns()
        spec = CampaignSpec.model_validate(row.spec)
        told = ledger.suggestions(row.id)
        assert len(told) == 6
        assert len({said.formulation_key for said in told}) == 6
        assert {said.planner for said in told} == {"pool"}
        for said in told:
            again = recompute(ledger, row.id, spec, said)
            assert again is not None
            assert again.formulation.key == said.formulation_key
            assert again.reason.summary == said.reason["summary"]
        learnt = [said.reason for said in told[4:]]
        assert all(reason["drive"] and reason["nearest_film"] and reason["expected"] for reason in learnt)


def test_the_numbers_of_a_pool_are_worked_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = campaign(tmp_path)
    spec, _ = read_files(place.file, hardware=False)
    heard: list[str] = []

    def told(doing: str, done: int, of: int) -> None:
        heard.append(f"{doing} {done}/{of}")

    with Ledger.open(tmp_path / "one.sqlite") as ledger:
        keep_pool(ledger, spec, partial(read_pool, spec, place.file, told))
        pool = pool_of_campaign(ledger, spec)
        assert pool is not None
        assert pool.units == tuple(ledger.pool(spec.space.pool.sha256, "unit") or ()) if spec.space.pool else False
    assert heard[-1] == "working out their numbers 12/12"

    def refused(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr(kept, "counted", refused)
    with Ledger.open(tmp_path / "another.sqlite") as ledger:
        keep_pool(ledger, spec, partial(read_pool, spec, place.file))
        again = pool_of_campaign(ledger, spec)
    assert again is not None
    assert (again.counts == pool.counts).all()
    assert (again.numbers == pool.numbers).all()


def test_a_forecast_makes_films_of_the_pool(tmp_path: Path) -> None:
    forecast = forecast_campaign(campaign(tmp_path).file)
    assert forecast.experiments == 6
    assert forecast.lab_hours > 0


def test_a_pool_that_changed_in_mid_campaign_is_refused(tmp_path: Path) -> None:
    place = campaign(tmp_path)
    pinned, _ = read_files(place.file, hardware=False)
    assert pinned.space.pool is not None
    space = {**SPACE, "pool": {**SPACE["pool"], "sha256": pinned.space.pool.sha256}}  # type: ignore[dict-item]
    campaign(tmp_path, units=UNITS[1:], space=space)
    with pytest.raises(BadInput, match="sha256"):
        read_files(place.file, hardware=False)


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([UNITS[0]], ["a pool of 1"]),
        ([*UNITS, "*OCC*"], ["Line 14", "again"]),
        ([*UNITS, "no polymer"], ["Line 14"]),
        (["*CC*", "*CC(C)*"], ["none of the 2 polymers of the pool may be made"]),
    ],
)
def test_a_pool_of_no_use_is_refused_and_leaves_nothing_behind(
    ionloop: Command, tmp_path: Path, units: list[str], words: list[str]
) -> None:
    place = campaign(tmp_path, units=units)
    said = ionloop("run", place.file, "--folder", place.run)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    for word in words:
        assert word in said.err
    assert not place.run.exists()
    with Ledger.open(place.ledger) as ledger:  # one that is there is left as it is
        before = ledger.last_event()
        assert ionloop("run", place.file, "--folder", place.run) == said
        assert (ledger.last_event(), ledger.campaigns()) == (before, [])


def test_a_replay_of_nothing_leaves_no_ledger(ionloop: Command, tmp_path: Path) -> None:
    write_campaign(tmp_path, experiments=3, batch=1, start=2, planner={"name": "replay", "replay": {"run": 1}})
    place = Place(tmp_path, tmp_path / "home")
    said = ionloop("run", place.file, "--folder", place.run)
    assert said.status == 2
    assert "no earlier run 1 of `peo_salts` (its runs: none)" in said.err
    assert not place.run.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"planner": {"name": "bayesian"}}, ["the space is a pool", "planner: {name: pool}"]),
        ({"space": {**SPACE, "polymers": ["PEO"]}}, ["polymers are named beside a pool"]),
        ({"space": {**SPACE, "pool": {"file": "away.csv", "loadings": 2}}}, ["away.csv"]),
        ({"space": {**SPACE, "pool": {"file": "pool.csv"}}}, ["loadings: 3"]),
        ({"space": {**SPACE, "pool": {"file": "pool.csv", "loadings": 2, "smiles_column": "x"}}}, ["columns: x"]),
        ({"space": {**SPACE, "pool": None, "polymers": ["PEO"]}}, ["the planner is pool"]),
        ({"space": {**SPACE, "pool": None}}, ["no polymer is named"]),
        ({"planner": {"name": "pool", "pool": {"chooser": "magic"}}}, ["magic", "kinship"]),
        (
            {
                "space": {
                    **SPACE,
                    "plasticisers": ["none", "succinonitrile"],
                    "plasticiser_fraction": {"low": 0.1, "high": 0.2, "unit": "w/w"},
                }
            },
            ["plasticisers are named"],
        ),
    ],
)
def test_what_a_pool_cannot_be_asked_is_refused(tmp_path: Path, changed: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        read_files(campaign(tmp_path, **changed).file, hardware=False)
    for word in words:
        assert word in str(refused.value)

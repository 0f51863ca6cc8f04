"""`ionloop screen` from a shell: rankings as table, JSON and CSV, a map, and refusals of what cannot be meant."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from flows.cli.main import main
from flows.screening.asked import scheduled
from flows.screening.grid import grid
from flows.screening.screen import screen_pool
from ledger.literature import read_table
from models.averaged import Averaged
from models.campaign_models import CAMPAIGN_MODELS
from models.kernel_machine import KernelRidge
from models.screening.grid import Grid, feasible, polymer_of
from models.screening.judge import judge_of
from models.screening.map import middle_of, pool_map

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
HOSTS = ("OCC", "OC(C)C", "NCC", "OC(=O)OCC", "OCCC", "OCCCC", "OC(=O)CCCCC", "OCOCC")
POOL = ("*CCO*", "*OCC*", "*CCCOCCO*", "*CC*", "*C1CC", "*CCCCOC(=O)O*", "*CC(C)OCCO*")


def table() -> str:
    lines = ["smiles,conductivity,mw,salt smiles,molality,temperature"]
    for place, host in enumerate(HOSTS):
        for molality in (1.0, 3.0):
            for t in (40, 80):
                lines.append(
                    f"[Cu]{host}[Au],{-5 - 0.2 * place + 0.02 * t - 0.1 * molality:.3f},,{TFSI},{molality},{t}"
                )
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fitted")
    (folder / "train.csv").write_text(table())
    films = [item.film for item in read_table(folder / "train.csv", "bradford").films]
    Averaged("support_vectors", (KernelRidge(),)).fit(films).save(folder / "model")
    return folder / "model"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pool.csv").write_text("smiles\n" + "\n".join(POOL) + "\n")


def ionloop(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["ionloop", "screen", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    output = capsys.readouterr()
    return int(end.value.code or 0), output.out, output.err


def options(model: Path, /, **changed: object) -> list[object]:
    given: dict[str, object] = {
        "--salts": "LiTFSI,LiFSI",
        "--loadings": "0.05,0.1 Li/O",
        "--temperatures": "40,60,80",
        "--fitted": model,
    }
    given |= {f"--{name}": value for name, value in changed.items()}
    return ["pool.csv", *(word for pair in given.items() for word in pair)]


def test_a_pool_is_ranked_as_json_and_csv_with_what_was_left_out(
    fitted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = options(fitted, top=10, out="best.csv", refused="left.csv")
    status, out, _ = ionloop(monkeypatch, capsys, *words, "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["rows"], told["polymers"], told["points"]) == (7, 5, 4 * 12)
    assert told["left_out"] == {"unreadable": 1, "duplicate": 1, "infeasible": 4}
    assert told["left_out_examples"]["duplicate"][0]["reason"] == "repeats row 2"
    means = [hit["mean"] for hit in told["hits"]]
    assert len(means) == 10
    assert means == sorted(means, reverse=True)
    wanted = {"mean", "sd", "lower", "neighbour", "similarity", "outside", "known", "row", "salt", "temperature_C"}
    assert wanted <= set(told["hits"][0])
    with Path("best.csv").open() as file:
        assert [float(row["mean"]) for row in csv.DictReader(file)] == means
    with Path("left.csv").open() as file:
        assert [row["kind"] for row in csv.DictReader(file)].count("infeasible") == 4


def test_the_table_is_for_people(
    fitted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = ionloop(monkeypatch, capsys, *options(fitted, top=3, rank="lower"), "--student")
    assert status == 0
    assert "ranked by lower bound (0.05 quantile)" in out
    assert "A student picked the finalists" in out
    assert "rows repeat a polymer; the first, row 3: repeats row 2" in out


def test_a_model_is_learnt_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("train.csv").write_text(table())
    grid_ = ["--salts", "LiTFSI", "--loadings", "1 mol/kg", "--temperatures", "333.15 K", "--top", "2", "--json"]
    learn = ["--table", "train.csv", "--format", "bradford", "--model", "support_vectors", "--save", "kept"]
    status, out, _ = ionloop(monkeypatch, capsys, "pool.csv", *grid_, *learn)
    again, loaded, _ = ionloop(monkeypatch, capsys, "pool.csv", *grid_, "--fitted", "kept")
    assert status == again == 0
    assert json.loads(loaded)["hits"] == json.loads(out)["hits"]
    assert json.loads(out)["hits"][0]["temperature_C"] == 60.0


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"temperatures": "333"}, "If kelvin is meant, write '333 K'"),
        ({"temperatures": "60 furlongs"}, "--temperatures 'furlongs'|furlong"),
        ({"temperatures": "nan"}, "no number and no range"),
        ({"loadings": "0.1 Li/F"}, "'Li/F' is no unit of a salt loading"),
        ({"loadings": "3 Li/O"}, "not above 0 and at most 2"),
        ({"loadings": "0"}, "not above 0"),
        ({"loadings": "1 mol/kg, 0.1 Li/O"}, "are mixed"),
        ({"salts": "LiXYZ"}, "is no salt of the catalogue"),
        ({"temperatures": "25 degC, 300 K"}, "are mixed"),
        ({"rank": "best"}, "Use mean or lower"),
        ({"quantile": 0.7}, "below 0.5"),
        ({"column": "formula"}, "no column 'formula' among smiles"),
        ({"fitted": "nowhere"}, "no saved surrogate is here"),
        ({"property": "colour"}, "knows nothing of colour"),
        ({"dask": "tcp//x"}, "no address of a Dask scheduler"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_paragraph(
    changed: dict[str, object],
    problem: str,
    fitted: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import re

    status, out, err = ionloop(monkeypatch, capsys, *options(fitted, **changed))
    assert status == 2
    assert not out
    assert err.startswith("ionloop: ")
    assert re.search(problem, err), err
    assert err.count("\n") == 1


def test_a_pool_that_is_missing_and_a_model_named_twice_are_refused(
    fitted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = ionloop(monkeypatch, capsys, *options(fitted), "--table", "train.csv")
    assert (status, "Give either --table" in err) == (2, True)
    Path("pool.csv").unlink()
    status, _, err = ionloop(monkeypatch, capsys, *options(fitted))
    assert (status, "there is no such pool" in err) == (2, True)


@pytest.mark.parametrize("model", sorted(CAMPAIGN_MODELS))
def test_a_map_that_no_model_can_give_is_refused_before_the_table_is_read(
    model: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["pool.csv", "--salts", "LiTFSI", "--loadings", "1 mol/kg", "--temperatures", "60", "--map", "map.html"]
    monkeypatch.setattr("flows.screening.screen.read_films", None)
    status, _, err = ionloop(monkeypatch, capsys, *words, "--table", "train.csv", "--model", model)
    assert status == 2
    assert f"{model} does not keep the polymers" in err
    assert not Path("map.html").exists()


def test_ranges_and_units_are_read() -> None:
    read = grid("LiTFSI, LiFSI,lithium bis(fluorosulfonyl)imide", "0.05:0.2:4 Li/O", "298.15:318.15:3, 393.15 K")
    assert [s.label for s in read.salts] == ["LiTFSI", "LiFSI"]
    assert read.loadings == pytest.approx((0.05, 0.1, 0.15, 0.2))
    assert len(grid("LiTFSI", "5:20:4 mol/kg", "0:100:5 degC").loadings) == 4
    assert grid("LiTFSI", "0.1", "0:100:5").temperatures_C == (0, 25, 50, 75, 100)
    assert grid("LiTFSI", "0.1", "298.15, 333.15 K").temperatures_C == (25, 60)
    for text in ("1:2", "2:1:4", "1:2:1", "a", "", ",", "1e999"):
        with pytest.raises(BadInput):
            grid("LiTFSI", text, "25")


def test_the_map_shows_the_known_and_the_new(
    fitted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, _ = ionloop(monkeypatch, capsys, *options(fitted, top=2, map="map.html"), "--json")
    assert status == 0
    page = Path("map.html").read_text()
    assert 'src="http' not in page
    assert all(word in page for word in ("trained on", "in the ranking", "cluster", "*CCCCOC(=O)O*"))


def test_a_polymer_lies_on_itself_and_apart_from_others(fitted: Path) -> None:
    from models.fitted_average import load_average

    surrogate, asked = (
        judge_of(load_average(fitted)),
        Grid(grid("LiTFSI", "0.1", "25").salts, (0.05, 0.1, 0.2), "Li/O", (25, 60, 90)),
    )
    point = middle_of(asked)
    assert (point.loadings, point.temperatures_C) == ((0.1,), (60,))
    units = ["*CCO*", "*CC(*)c1ccccc1", "*CCOCCCO*"]
    shown = pool_map(surrogate, "log10_conductivity", units, point)
    assert shown.trained.sum() == len(HOSTS)
    first = shown.names.index("*CCO*")
    place = len(HOSTS)
    assert (shown.x[first], shown.y[first]) == pytest.approx((shown.x[place], shown.y[place]), abs=1e-9)
    assert shown.similarity[place] == 1.0
    assert np.isnan(shown.mean[place + 1])
    assert shown.similarity[place + 1] < shown.similarity[place + 2] < 1
    assert len(feasible(point, [polymer_of("*CCO*")])[0].polymer) == 1


def test_a_served_screening_ranks_as_the_command_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fitted: Path
) -> None:
    words = ("--salts", "LiTFSI", "--loadings", "1 mol/kg", "--temperatures", "60", "--fitted", fitted, "--top", 3)
    status, _, _ = ionloop(monkeypatch, capsys, "pool.csv", *words, "--out", "by_hand.csv")
    assert status == 0
    screen_pool(scheduled("pool.csv", "LiTFSI", "1 mol/kg", "60", "served.csv", None, str(fitted), "average", 3))
    assert Path("served.csv").read_text() == Path("by_hand.csv").read_text()

"""The page of a comparison: from its record, with a learning curve that is kept in it too."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.polymer import Polymer
from flows.cli.main import main
from models.compared import LEVELS, SINGLE_ION, WITHOUT, Said, by_group, coverage, family, temperature_bands
from models.comparison_picture import coverage_band

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
HOSTS = ("OCC", "OC(C)C", "NCC", "OC(=O)OCC", "OCCC", "OCCCC", "CC(C#N)", "OC(=O)CCCCC", "OCOCC", "OCC(C)C")


def table() -> str:
    lines = ["smiles,conductivity,mw,salt smiles,molality,temperature"]
    for place, host in enumerate(HOSTS):
        for molality in (1.0, 2.0):
            for t in (-10, 40, 80):
                lines.append(
                    f"[Cu]{host}[Au],{-5 - 0.2 * place + 0.02 * t - 0.1 * molality:.3f},,{TFSI},{molality},{t}"
                )
    return "\n".join(lines) + "\n"


def compare(monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    words = ["models", "compare", "a.csv", "--models", "support_vectors,extra_trees", "--folds", "3", "--json", *more]
    monkeypatch.setattr(sys, "argv", ["ionloop", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_the_page_has_every_figure_and_comes_again_from_the_record_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(table())
    assert compare(monkeypatch) == 0
    record = Path("compare-a.jsonl")
    plain = record.read_text()
    assert compare(monkeypatch, "--page", "page.html") == 0
    grown = record.read_text()
    assert grown.startswith(plain)  # an older record is taken as it is; only the learning curve is added
    assert len(grown.splitlines()) == len(plain.splitlines()) + 2 * 2 * 2  # an eighth of so few is a quarter
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    page = Path("page.html").read_text()
    for words in ("Predicted and measured", "as wide as they say", "more data help", "family", "temperature"):
        assert words in page
    assert f"{first['models']['support_vectors']['mae']:.3f}" in page
    assert "other families" in page  # few readings of a family say little
    assert "-20 to 0" in page
    monkeypatch.setattr("models.learning_curve.evaluate", None)  # nothing is fitted again
    monkeypatch.setattr("models.comparison.evaluate", None)
    assert compare(monkeypatch, "--page", "again.html") == 0
    assert record.read_text() == grown


def test_a_page_of_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(table())
    assert compare(monkeypatch, "--page", "page.html", "--budget", "1 ns") == 2
    assert "no fold is done yet" in capsys.readouterr().err


def test_a_record_of_another_table_is_refused(tmp_path: Path) -> None:
    from ledger.literature import read_table
    from models.compared import said
    from models.comparison import Comparison

    (tmp_path / "a.csv").write_text(table())
    films = [item.film for item in read_table(tmp_path / "a.csv", "bradford").films]
    comparison = Comparison(films, [""] * len(films), "polymer", ["forest"], folds=3)
    line = {"comparison": comparison.key, "model": "forest", "fold": 0, "truth": [1.0], "mean": [1.0], "sd": [1.0]}
    line |= {"fit_seconds": 1.0, "predict_seconds": 1.0}
    record = tmp_path / "record.jsonl"
    record.write_text(json.dumps(line) + "\n")
    with pytest.raises(BadInput, match="holds other readings"):
        said(comparison, record)


def said_of(truth: np.ndarray, mean: np.ndarray, sd: np.ndarray, polymer: np.ndarray) -> Said:
    return Said(truth, mean, sd, polymer, polymer, np.zeros(len(truth)), 1)


def test_coverage_of_honest_intervals_is_what_they_say() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(0, 2, 20_000)
    told = said_of(truth, np.zeros(20_000), np.full(20_000, 2.0), np.full(20_000, "a", dtype=object))
    assert coverage(told) == pytest.approx(np.array(LEVELS), abs=0.015)
    narrow = said_of(truth, told.mean, told.sd / 2, told.polymer)
    assert (coverage(narrow) < coverage(told)).all()


def test_errors_of_groups_add_up_to_the_whole() -> None:
    random = np.random.default_rng(1)
    polymer = np.array(list("aab") * 100, dtype=object)
    told = said_of(random.normal(size=300), np.zeros(300), np.ones(300), polymer)
    groups = by_group(told, polymer)
    assert sum(error * n for error, n, _ in groups.values()) == pytest.approx(told.error.sum())
    assert list(groups) == ["a", "b"]
    bands = temperature_bands(np.array([-0.1, 0.0, 19.9, 60.0, np.nan]))
    assert bands.tolist() == ["-20 to 0 °C", "0 to 20 °C", "0 to 20 °C", "60 to 80 °C", "none"]


def test_families_are_told_by_what_coordinates_lithium() -> None:
    def of(*units: str) -> str:
        return family(Polymer.model_validate({"units": units, "fractions": [1 / len(units)] * len(units)}))

    assert of("*CCO*") == of("*CCOCCO*") == "ether"
    assert of("*CC*") == WITHOUT
    assert of("*CCO*", "*CCOC(=O)O*") == "carbonyl + ether"
    assert of("*CC(*)S(=O)(=O)[O-]") == SINGLE_ION


def test_the_picture_is_drawn_from_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from matplotlib.image import imread

    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(table())
    assert compare(monkeypatch, "--picture", "deep/curve.gif") == 2
    assert "End it in .png, .svg, .pdf" in capsys.readouterr().err
    assert not Path("compare-a.jsonl").exists()
    assert compare(monkeypatch, "--picture", "curve.png", "--budget", "1 ns") == 2
    assert compare(monkeypatch) == 0
    monkeypatch.setattr("models.comparison.evaluate", None)  # nothing is fitted again
    assert compare(monkeypatch, "--picture", "deep/curve.png") == 0
    high, wide, _ = imread("deep/curve.png").shape
    assert wide > high > 400
    assert compare(monkeypatch, "--picture", "curve.svg") == 0
    assert Path("curve.svg").read_text().startswith("<?xml")


def test_the_band_of_coverage_is_that_of_polymers_and_not_of_readings() -> None:
    random = np.random.default_rng(1)

    def made(of_polymer: int) -> Said:
        """200 polymers, each with readings that all err as one."""
        error = np.repeat(random.normal(size=200), of_polymer)
        n = np.zeros(len(error))
        polymer = np.repeat(np.arange(200).astype(str), of_polymer)
        return Said(n, error, n + 1.0, polymer, polymer, n, 1)

    half = LEVELS.index(0.5)
    for one in (made(1), made(50)):
        low, high = coverage_band(one)
        assert ((low <= coverage(one)) & (coverage(one) <= high)).all()
        assert high[half] - low[half] == pytest.approx(2 * 1.645 * (0.25 / 200) ** 0.5, rel=0.2)

"""`ionloop dft pool`: windows of a few tell of all, a broken-off survey goes on, and a failure is an outcome."""

import csv
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("pyscf", reason="needs pyscf")
pytest.importorskip("tblite", reason="needs tblite")

from flows.quantum import survey as windows
from flows.theory import kept_windows
from ledger.store import Ledger
from planners.pool import survey
from sim.dft.failure import NotConverged
from sim.dft.quick_levels import QuickLevels, quick_key
from sim.dft.solvent import Medium
from sim.dft.window import PEO, RedoxWindow, window_key
from tests.flows.command import Command
from tests.flows.made_up_window import made_up

POOL = ("*CCO*", "*CC(C)O*", "*CC*", "*CC(*)C#N", "*CCOC(=O)O*", "*CCCCCC(=O)O*", "*CC(F)(F)*", "*CCN*", "*CCCOC(=O)O*")
BESIDE = ("*OCC*", "C1CC", "*CC(*)C(=O)[O-]")
"""One polymer again, no SMILES, and a charged unit."""
LONG = "*CC(*)CCCCCCCCCCCCCCCCCCCCCC"


class Chemist:
    """Makes windows up, and remembers for which molecules it was asked to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.patience = 100
        self.fails: set[str] = set()

    def window(self, geometry: SimpleNamespace, method: object, medium: Medium, full: bool) -> RedoxWindow:
        self.asked.append(geometry.smiles)
        if len(self.asked) > self.patience:
            raise KeyboardInterrupt
        if geometry.smiles in self.fails:
            raise NotConverged("it swung to and fro")
        return made_up(window_key(geometry.smiles, medium=medium), oxidation_V_vs_Li=limit_of(geometry.smiles))


def limit_of(smiles: str) -> float:
    return 4.0 + 2.0 * smiles.count("=O") - 1.5 * smiles.count("N")


def made_up_levels(smiles: str) -> QuickLevels:
    level = 0.5 * limit_of(smiles) + 0.01 * len(smiles)
    return QuickLevels(
        key=quick_key(smiles),
        seconds=0.0,
        homo_eV=-level,
        lumo_eV=1.0,
        vertical_ionisation_eV=level,
        vertical_affinity_eV=-1.0,
    )


@pytest.fixture
def chemist(monkeypatch: pytest.MonkeyPatch) -> Chemist:
    made = Chemist()
    monkeypatch.setattr(windows, "relaxed_model", lambda smiles: SimpleNamespace(smiles=smiles))
    monkeypatch.setattr(windows, "redox_window", made.window)
    monkeypatch.setattr(kept_windows, "quick_levels", made_up_levels)
    return made


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool.csv"
    path.write_text("\n".join(["name,smiles", *(f"p,{unit}" for unit in (*POOL, *BESIDE, LONG))]) + "\n")
    return path


def test_every_row_of_the_table_ends_in_a_value_or_a_reason(ionloop: Command, chemist: Chemist, pool: Path) -> None:
    said = ionloop("dft", "pool", pool, "--units", 1, "--calculations", 5, "--largest", 12, "--out", "w.csv", "--json")
    told = json.loads(said.out)
    rows = list(csv.DictReader(Path("w.csv").read_text().splitlines()))
    assert sorted(int(row["row"]) for row in rows) == list(range(2, 15))
    states = [row["state"] for row in rows]
    assert {name: states.count(name) for name in set(states)} == {
        "calculated": 5,
        "foretold": 5,
        "duplicate": 1,
        "unreadable": 1,
        "left out": 1,
    }
    for row in rows:
        if row["state"] == "calculated":
            assert float(row["oxidation_V_vs_Li"]) == pytest.approx(limit_of(row["model"]))
            assert float(row["oxidation_V_vs_Li_sd"]) == 0
        elif row["state"] == "foretold":
            assert float(row["oxidation_V_vs_Li_sd"]) > 0
        else:
            assert row["reason"]
    assert (told["calculated"], told["known"], told["failed"], told["larger_than_asked"]) == (5, 0, 0, 1)
    (large,) = (row for row in rows if row["reason"] == "larger than --largest")
    assert large["state"] == "foretold"
    assert large["model"] not in chemist.asked
    assert told["left_one_out"]["oxidation_V_vs_Li"]["n"] == 5


def test_a_survey_that_was_broken_off_goes_on_and_calculates_nothing_twice(
    ionloop: Command, chemist: Chemist, pool: Path
) -> None:
    words = ("dft", "pool", pool, "--units", 1, "--calculations", 6, "--json", "--ledger")
    whole = ionloop(*words, "whole.sqlite").out
    in_one_go, chemist.asked = chemist.asked, []
    assert len(in_one_go) == 6
    chemist.patience = 3
    assert ionloop(*words, "broken.sqlite").status != 0
    done, chemist.asked, chemist.patience = chemist.asked[:3], [], 100
    again = ionloop(*words, "broken.sqlite").out
    assert done + chemist.asked == in_one_go
    one, other = json.loads(whole), json.loads(again)
    assert (one.pop("known"), other.pop("known")) == (0, 3)
    assert one == other
    chemist.asked = []
    assert json.loads(ionloop(*words, "broken.sqlite").out)["known"] == 6
    assert chemist.asked == []


def test_a_failure_is_told_kept_and_tried_again_when_asked(ionloop: Command, chemist: Chemist, pool: Path) -> None:
    words = ("dft", "pool", pool, "--units", 1, "--calculations", 5, "--json")
    chemist.fails = {"COC", "CC#N", "CCC#N", "CNC", "CCOC", "C", "CC(F)F"}
    told = json.loads(ionloop(*words).out)
    assert (told["calculated"] + told["failed"], told["failed"] > 0) == (5, True)
    failed = [row for row in told["candidates"] if row["state"] == "failed"]
    assert {row["reason"] for row in failed} == {"it swung to and fro"}
    chemist.asked, chemist.fails = [], set()
    assert json.loads(ionloop(*words).out)["failed"] == told["failed"]
    assert chemist.asked == []
    mended = json.loads(ionloop(*words, "--again").out)
    assert (mended["calculated"], mended["failed"]) == (5, 0)


def test_what_was_calculated_by_hand_serves_the_survey(
    ionloop: Command, chemist: Chemist, pool: Path, tmp_path: Path
) -> None:
    with Ledger.open(tmp_path / "home" / "ledger.sqlite") as ledger:
        kept_windows.keep_window(ledger, lambda: made_up(window_key("COC", medium=PEO), oxidation_V_vs_Li=5.25))
    told = json.loads(ionloop("dft", "pool", pool, "--units", 1, "--calculations", 4, "--json").out)
    assert (told["known"], told["calculated"]) == (1, 4)
    assert "COC" not in chemist.asked
    assert next(row for row in told["candidates"] if row["model"] == "COC")["oxidation_V_vs_Li"] == 5.25


def test_polymers_of_one_model_share_its_window_and_it_counts_once(
    ionloop: Command, chemist: Chemist, tmp_path: Path
) -> None:
    twins = ("*CC(*)CC(C)C", "*CCCC(*)(C)C")  # both 2-methylpentane as one capped unit
    (tmp_path / "twins.csv").write_text("\n".join(["smiles", *twins, *POOL]) + "\n")
    words = ("dft", "pool", "twins.csv", "--units", 1, "--calculations", 20, "--json")
    told = json.loads(ionloop(*words).out)
    assert (told["polymers"], told["calculated"], told["windows"]) == (11, 11, 10)
    assert told["left_one_out"]["oxidation_V_vs_Li"]["n"] == 10  # a twin would foretell the other without error
    assert sorted(chemist.asked) == sorted(set(chemist.asked))


def test_limits_tell_the_chance_to_hold_them(ionloop: Command, chemist: Chemist, pool: Path) -> None:
    limits = ("--oxidation-at-least", 5.0, "--reduction-at-most", 0.5)
    words = ("dft", "pool", pool, "--units", 1, "--calculations", 7, *limits)
    rows = json.loads(ionloop(*words, "--json").out)["candidates"]
    for row in rows:
        assert 0 <= row["chance_within_limits"] <= 1
        if row["state"] == "calculated":
            assert row["chance_within_limits"] == float(limit_of(row["model"]) >= 5.0)
    assert "most likely within the limits" in ionloop(*words).out


def test_too_few_windows_foretell_nothing_and_say_so(ionloop: Command, chemist: Chemist, pool: Path) -> None:
    said = ionloop("dft", "pool", pool, "--units", 1, "--calculations", 2)
    assert said.status == 0
    assert "ask for more --calculations" in said.out


def test_rows_left_out_are_told_where_nothing_is_foretold_too(ionloop: Command, chemist: Chemist, pool: Path) -> None:
    said = ionloop("dft", "pool", pool, "--units", 1, "--calculations", 0)
    assert said.status == 0
    assert "Row 12, C1CC: " in said.out


@pytest.mark.parametrize("option", ["--oxidation-at-least", "--reduction-at-most"])
@pytest.mark.parametrize("limit", ["nan", "inf"])
def test_a_limit_that_is_no_number_is_refused(
    ionloop: Command, chemist: Chemist, pool: Path, option: str, limit: str
) -> None:
    said = ionloop("dft", "pool", pool, "--units", 1, "--calculations", 3, option, limit)
    assert said.status == 2
    assert f"a limit of {limit} V" in said.err
    assert not chemist.asked


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere.csv",), r"nowhere\.csv"),
        (("pool.csv", "--column", "polymers"), r"no column 'polymers' among name, smiles"),
        (("pool.csv", "--functional", "B4LYP"), r"functional 'B4LYP' is not known"),
        (("pool.csv", "--units", "7"), r"7 repeat units"),
        (("pool.csv", "--out", "pool.csv"), r"nothing can be written to 'pool\.csv'"),
        (("pool.csv", "--permittivity", "0.5"), r"relative permittivity of 0\.5"),
        (("lone.csv",), r"1 of the pool's polymers can be calculated"),
    ],
)
def test_bad_input_is_one_paragraph_and_status_2(
    ionloop: Command, chemist: Chemist, pool: Path, words: tuple[str, ...], message: str
) -> None:
    Path("lone.csv").write_text("smiles\n*CCO*\n*OCC*\n")
    said = ionloop("dft", "pool", *words)
    assert (said.status, said.out) == (2, "")
    assert "Traceback" not in said.err
    assert re.search(message, said.err)
    assert chemist.asked == []


def test_a_pool_that_is_too_large_is_refused_before_anything_is_worked_out(
    ionloop: Command, chemist: Chemist, pool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(kept_windows, "quick_levels", asked.append)
    monkeypatch.setattr(survey, "MOST", 5)
    said = ionloop("dft", "pool", pool)
    assert (said.status, asked) == (2, [])
    assert "11 candidates are too many" in said.err

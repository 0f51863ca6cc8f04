"""`ionloop planners compare` on a small pool with known answers, and what it refuses."""

import json
from pathlib import Path

import pytest

from chemistry.generated_units import generated_units
from tests.flows.command import Command

ASKED = ("compare", "--pool", "pool.csv", "--smiles-column", "mol_smiles", "--objective", "conductivity", "--log")
SMALL = ("--initial", 4, "--budget", 6, "--batch", 3, "--seeds", 2, "--planners", "random,kinship")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{unit},{10 ** -(3 + unit.count('C') / 4):.3e}" for unit in generated_units(30, seed=1)]
    Path("pool.csv").write_text("\n".join(["mol_smiles,conductivity", *rows]) + "\n")


def test_planners_are_compared_resumed_and_drawn(ionloop: Command) -> None:
    status, out, err = ionloop("planners", *ASKED, *SMALL, "--record", "kept.jsonl", "--page", "page.html", "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert told["candidates"] == 30
    assert set(told["planners"]) == {"random", "kinship"}
    for figures in told["planners"].values():
        assert len(figures["top1pct_found"]) == len(figures["first_hit"]) == len(figures["regret"]) == 2
        assert figures["top1pct_found_mean"] == sum(figures["top1pct_found"]) / 2
        assert figures["seconds_per_suggestion"] >= 0
        assert min(figures["regret"]) >= 0
    page = Path("page.html").read_text()
    assert "Where each planner searched" in page
    assert "kinship" in page
    lines = Path("kept.jsonl").read_text()
    status, again, _ = ionloop("planners", *ASKED, *SMALL, "--record", "kept.jsonl", "--json")
    assert json.loads(again) == told
    assert Path("kept.jsonl").read_text() == lines


def test_in_words_it_says_what_was_found(ionloop: Command) -> None:
    status, out, _ = ionloop("planners", *ASKED, *SMALL)
    assert status == 0
    assert "kinship" in out
    assert "found of the best hundredth" in out
    assert Path("planners-pool.jsonl").is_file()


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (("--objective", "modulus"), "modulus"),
        (("--smiles-column", "smiles"), "smiles"),
        (("--budget", 27), "more than the 30 candidates"),
        (("--planners", "random,magic"), "'magic'"),
        (("--record", "pool.csv"), "--record"),
        (("--pool", "nowhere.csv"), "nowhere.csv"),
        (("--initial", 2), "2 initial"),
        (("--batch", 0), "batch"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    ionloop: Command, changed: tuple[object, ...], wrong: str
) -> None:
    status, out, err = ionloop("planners", *ASKED, *SMALL, *changed)
    assert status == 2
    assert not out
    assert wrong in err
    assert err.count("\n") == 1

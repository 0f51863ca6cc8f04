"""`ionloop planners compare` on a small pool with known answers, and what it refuses."""

import json
from pathlib import Path

import pytest

from chemistry.generated_units import generated_units
from tests.flows.command import Command
from tests.flows.stand_in_slurm import stand_in_slurm

ASKED = ("compare", "--pool", "pool.csv", "--smiles-column", "mol_smiles", "--objective", "conductivity", "--log")
STABLE = Path(__file__).parents[2] / "examples" / "stable_conductors.yaml"
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


@pytest.mark.parametrize("on", [("--twin", STABLE), ("--problem", "branin-currin")])
def test_two_processes_come_to_what_one_does(ionloop: Command, on: tuple[object, ...]) -> None:
    asked = ("compare", *on, *SMALL[:-1], "random,sobol", "--json")
    alone, spread = (
        json.loads(ionloop("planners", *asked, "--record", record, *place)[1])["planners"]
        for record, place in (("alone.jsonl", ()), ("spread.jsonl", ("--processes", 2)))
    )
    for figures in (*alone.values(), *spread.values()):
        assert figures.pop("seconds_per_suggestion") >= 0
    assert spread == alone


def test_slurm_jobs_do_the_trials(ionloop: Command, tmp_path: Path) -> None:
    """SLURM is stood in for by two commands that begin the very job scripts on this machine."""
    Path("jobs.yaml").write_text("queue: long\njobs: 2\ninterface: lo\n")
    with stand_in_slurm(tmp_path):
        status, out, err = ionloop("planners", *ASKED, *SMALL, "--record", "spread.jsonl", "--slurm", "jobs.yaml")
        assert (status, "kinship" in out, "waiting for the first of 2 SLURM jobs" in err) == (0, True, True)
        assert len(list(tmp_path.glob("script.*"))) == 2
        told = ionloop("planners", *ASKED, *SMALL, "--record", "spread.jsonl", "--json")[1]
        Path("jobs.yaml").write_text("queue: forbidden\n")
        status, _, err = ionloop("planners", *ASKED, *SMALL, "--slurm", "jobs.yaml")
        assert (status, err.count("\n")) == (2, 1)
        assert "invalid partition specified" in err
    alone = json.loads(ionloop("planners", *ASKED, *SMALL, "--json")[1])["planners"]
    for name, figures in json.loads(told)["planners"].items():
        assert figures["top1pct_found"] == alone[name]["top1pct_found"]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (("--processes", 2, "--dask", "tcp://127.0.0.1:1"), "--processes and --dask are given together"),
        (("--dask", "foo"), "'foo' is no address of a Dask scheduler"),
        (("--slurm", "nowhere.yaml"), "nowhere.yaml"),
        (("--slurm", "pool.csv"), "pool.csv"),
    ],
)
def test_no_place_to_work_at_is_refused(ionloop: Command, place: tuple[object, ...], told: str) -> None:
    status, _, err = ionloop("planners", *ASKED, *SMALL, *place)
    assert (status, err.count("\n")) == (2, 1)
    assert told in err
    assert not Path("planners-pool.jsonl").exists()


def test_a_page_takes_the_place_of_a_page_alone(ionloop: Command) -> None:
    mine = Path("mine.csv")
    mine.write_text("smiles,answer\n")
    status, _, err = ionloop("planners", *ASKED, *SMALL, "--page", mine)
    assert (status, err.count("\n")) == (2, 1)
    assert "--page: a page would take the place of 'mine.csv', which is no HTML page" in err
    assert mine.read_text() == "smiles,answer\n"
    assert not Path("planners-pool.jsonl").exists()
    Path("old.html").write_text("<!DOCTYPE html><p>of last week")
    status, _, err = ionloop("planners", *ASKED, *SMALL, "--page", "old.html", "--json")
    assert (status, err) == (0, "")
    assert "Where each planner searched" in Path("old.html").read_text()


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("--planners", "random,", "empty name"), ("--first-seed", 10**23, "less than or equal to 1000000000")],
)
def test_odd_names_and_starts_are_refused(ionloop: Command, option: str, value: object, told: str) -> None:
    status, _, err = ionloop("planners", *ASKED, option, value)
    assert (status, err.count("\n")) == (2, 1)
    assert option in err
    assert told in err


def test_in_words_it_says_what_was_found(ionloop: Command) -> None:
    status, out, _ = ionloop("planners", *ASKED, *SMALL)
    assert status == 0
    assert "kinship" in out
    assert "found of the best hundredth" in out
    assert Path("planners-pool.jsonl").is_file()


def test_the_twin_is_asked_with_a_campaign_file(ionloop: Command) -> None:
    small = ("--initial", 3, "--budget", 3, "--batch", 2, "--seeds", 2, "--first-seed", 100)
    asked = ("compare", "--twin", STABLE, *small, "--planners", "random,sobol", "--record", "kept.jsonl")
    status, out, err = ionloop("planners", *asked, "--json", "--page", "page.html")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert told["first_seed"] == 100
    for figures in told["planners"].values():
        assert figures["refused"] == [0, 0]
        assert list(figures["found"]) == ["2", "4", "6"]
        assert min(figures["regret"]) >= 0
        assert all(0 <= share <= 1 for share in figures["overstepping"])
    page = Path("page.html").read_text()
    assert "Where each planner searched" in page
    assert "a box shows" not in page
    assert "oxidation limit (V vs Li" in page
    assert "Found: how far the best true log10_conductivity at 30 °C of the films whose truth holds every limit" in page
    lines = Path("kept.jsonl").read_text()
    status, out, _ = ionloop("planners", *asked)
    assert status == 0
    assert "over a limit: the share of chosen films" in " ".join(out.split())
    assert Path("kept.jsonl").read_text() == lines


def test_a_standard_problem_is_compared(ionloop: Command) -> None:
    asked = ("compare", "--problem", "branin-currin", "--budget", 2, "--seeds", 1, "--planners", "random,sobol")
    status, out, err = ionloop("planners", *asked, "--page", "page.html")
    assert (status, err) == (0, "")
    assert "regret" in out
    assert Path("planners-branin-currin.jsonl").is_file()
    page = Path("page.html").read_text()
    assert "Regret" in page
    assert "Found: the hypervolume of all results" in page
    assert "Found: the hypervolume of all results" in " ".join(out.split())


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ((), "nothing is named"),
        (("--pool", "pool.csv", "--problem", "dtlz2"), "--pool and --problem are given together"),
        (("--twin", STABLE, "--pool", "pool.csv"), "--pool and --twin"),
        (("--pool", "pool.csv"), "--objective"),
        (("--problem", "dtlz2", "--log"), "--log can be said of a pool only"),
        (("--twin", STABLE, "--objective", "conductivity"), "--objective can be said of a pool only"),
        (("--problem", "rosenbrock"), "'rosenbrock'"),
        (("--problem", "dtlz2", "--planners", "kinship"), "'kinship'"),
        (("--problem", "dtlz2", "--initial", 2), "2 initial"),
        (("--twin", "nowhere.yaml"), "nowhere.yaml"),
        (("--twin", "pool.csv"), "pool.csv"),
        (("--twin", STABLE, "--planners", "random,random"), "named twice"),
        (("--twin", STABLE, "--planners", "replay"), "'replay'"),
        (("--twin", STABLE, "--record", STABLE), "--record"),
        (("--twin", STABLE.with_name("polymer_pool.yaml"), "--planners", "random"), "its polymers are a pool"),
    ],
)
def test_what_says_nothing_or_two_things_is_refused_in_one_paragraph(
    ionloop: Command, asked: tuple[object, ...], wrong: str
) -> None:
    status, out, err = ionloop("planners", "compare", *asked)
    assert status == 2
    assert not out
    assert wrong in err
    assert "Traceback" not in err


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
        (("--batch", 10, "--budget", 3), "a batch of 10 is more than all 3 chosen experiments"),
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


@pytest.mark.parametrize("lines", [["*CCO*,1", "*OCC*,2", "*CC*,3"], ["*CCO*,1", "*CC*,two", "*CCC*,3"]])
def test_a_table_that_cannot_be_used_is_named_with_its_line(ionloop: Command, lines: list[str]) -> None:
    Path("bad.csv").write_text("\n".join(["unit,answer", *lines]))
    words = ("--pool", "bad.csv", "--smiles-column", "unit", "--objective", "answer", *SMALL)
    status, _, err = ionloop("planners", "compare", *words)
    assert status == 2
    assert err.startswith("ionloop: bad.csv: 1 of 3")
    assert "Line 3" in err
    assert ".." not in err

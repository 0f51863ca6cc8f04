"""`ionloop models` scores a model on another table, and refuses what it cannot score."""

import json
from pathlib import Path

import pytest

from tests.flows.command import Command

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
HEADER = "smiles,conductivity,mw,salt smiles,molality,temperature"
HOSTS = ("OCC", "OC(C)C", "NCC", "OC(=O)OCC", "OCCC", "OCCCC", "CC(C#N)", "OC(=O)CCCCC", "OCOCC")


def rows(hosts: tuple[str, ...] = HOSTS, first: float = -5.0) -> str:
    lines = [HEADER]
    for place, host in enumerate(hosts):
        for molality in (1.0, 2.0):
            for temperature in (40, 60, 80):
                value = first - 0.2 * place + 0.02 * temperature - 0.1 * molality
                lines.append(f"[Cu]{host}[Au],{value:.3f},,{TFSI},{molality},{temperature}")
    return "\n".join(lines) + "\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.csv").write_text(rows())
    Path("test.csv").write_text(rows(("OC(CC)C", "OCC")))


def evaluate(*more: object) -> tuple[object, ...]:
    return ("evaluate", "--train", "train.csv", "--test", "test.csv", "--format", "bradford", *more)


def test_a_model_is_learnt_from_one_table_and_scored_on_another(ionloop: Command) -> None:
    status, out, _ = ionloop("models", *evaluate("--model", "support_vectors", "--json"))
    told = json.loads(out)
    assert status == 0
    assert told["n"] == 12
    assert told["share_of_known_polymers"] == 0.5
    wanted = {"mae", "rmse", "r2", "spearman", "coverage_90", "interval_width", "fit_seconds", "predict_per_second"}
    assert wanted <= set(told)
    assert told["mae"] < 1
    assert any("T - Tg is left out" in note for note in told["notes"])


def test_rows_that_cannot_be_used_are_named_and_nothing_is_scored(ionloop: Command) -> None:
    bad = f"[Cu]OCC[Au],nan,,{TFSI},1,60\n[Cu]OCC,-5,,{TFSI},1,60\n[Cu]OCC[Au],-5,,{TFSI},1,353\n"
    Path("test.csv").write_text(rows(("OCC",)) + bad)
    status, out, err = ionloop("models", *evaluate("--json"))
    assert status == 2
    assert not out
    assert "3 of 9 rows cannot be used" in err
    assert "not a number: line 8" in err
    assert "unreadable polymer SMILES: line 9" in err
    assert "kelvin where °C should stand: line 10" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (evaluate("--model", "oracle"), "there is no model 'oracle'"),
        (evaluate("--property", "transference_number"), "no film has a reading of transference_number"),
        (("evaluate", "--train", "no.csv", "--test", "test.csv", "--format", "bradford"), "no such file"),
        (("evaluate", "--train", "train.csv", "--test", "test.csv", "--format", "htpmd"), "missing columns"),
        (("compare", "train.csv", "--split", "moon"), "there is no split 'moon'"),
        (("compare", "train.csv", "--models", "forest,oracle"), "there is no model 'oracle'"),
        (("compare", "train.csv"), "9 groups cannot fill 10 folds"),
        (("compare", "train.csv", "--split", "paper"), "name no paper"),
        (("compare", "train.csv", "--budget", "60 cats"), "60 cats"),
    ],
)
def test_bad_input_is_one_paragraph_and_nothing_is_written(
    tmp_path: Path, ionloop: Command, words: tuple[str, ...], message: str
) -> None:
    before = sorted(tmp_path.iterdir())
    status, out, err = ionloop("models", *words)
    assert status == 2
    assert not out
    assert message in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_models_are_compared_and_a_second_run_resumes(ionloop: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("compare", "train.csv", "--folds", "2", "--models", "support_vectors", "--json")
    status, out, _ = ionloop("models", *words)
    told = json.loads(out)
    assert status == 0
    assert (told["split"], told["leaky"], told["films"]) == ("polymer", False, 18)
    assert told["models"]["support_vectors"]["folds"] == 2
    assert told["models"]["support_vectors"]["n"] == 54
    monkeypatch.setattr("models.comparison.evaluate", None)
    again = json.loads(ionloop("models", *words)[1])
    assert again["models"] == told["models"]


def test_repeat_units_that_cannot_be_read_are_named_and_nothing_is_learnt(
    ionloop: Command,
) -> None:
    Path("pool.csv").write_text("smiles\n*CCO*\nCCO\n")
    words = evaluate("--model", "graph_transfer", "--unlabelled", "pool.csv", "--json")
    status, out, err = ionloop("models", *words)
    assert status == 2
    assert not out
    assert "1 repeat units cannot be read: line 3" in err


@pytest.mark.slow
@pytest.mark.parametrize("model", ["feed_forward", "graph_network", "graph_transfer", "transformer", "recurrent"])
def test_every_network_is_scored_and_compared(ionloop: Command, model: str) -> None:
    Path("pool.csv").write_text("smiles\n*CCO*\n*CC(*)C#N\n")
    status, out, _ = ionloop("models", *evaluate("--model", model, "--unlabelled", "pool.csv", "--json"))
    told = json.loads(out)
    assert status == 0
    assert told["n"] == 12
    assert told["mae"] < 2
    words = ("compare", "train.csv", "--folds", "2", "--models", model, "--unlabelled", "pool.csv", "--json")
    status, out, _ = ionloop("models", *words)
    assert status == 0
    assert json.loads(out)["models"][model]["folds"] == 2

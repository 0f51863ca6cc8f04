"""`ionloop models fit, list, promote, rollback, save` on a campaign's ledger and on a table."""

import json
from pathlib import Path

import pytest

from ledger.store import Ledger
from tests.flows.benchless_campaign import Benchless, begun
from tests.flows.command import Command
from tests.flows.test_cli_models import rows


@pytest.fixture
def campaign(tmp_path: Path) -> Benchless:
    """A run with six results and one version, its ledger closed."""
    made = begun(tmp_path)
    made.some_results(6)
    made.ledger.close()
    return made


def of(tmp_path: Path, *more: object) -> tuple[object, ...]:
    return (tmp_path / "campaign.yaml", "--folder", tmp_path / "run", *more)


def test_a_fit_is_a_numbered_version_with_everything_that_decides_it(
    campaign: Benchless, tmp_path: Path, ionloop: Command
) -> None:
    said = ionloop("models", "fit", *of(tmp_path, "--model", "support_vectors", "--json"))
    told = json.loads(said.out)
    assert (said.status, told["version"], told["readings"]) == (0, 2, 18)
    assert {"packages", "torch_threads", "OMP_NUM_THREADS", "machine"} <= set(told["environment"])
    assert {"random", "formulation"} <= set(told["splits"])
    assert set(told["splits"]) | set(told["splits_left_out"]) == {"random", "formulation", "polymer", "paper", "time"}
    scores = told["splits"]["formulation"]["log10_conductivity"]
    assert {"n", "mae", "coverage_90", "crps", "log_score", "calibration"} <= set(scores)
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as ledger:
        row = ledger.model_version(1, 2)
        assert row.training_hash == ledger.model_version(1, 1).training_hash == told["training_hash"]
        assert row.keep_weights
        champion = ledger.champion(1)
        assert champion is not None
        assert champion.number == 1, "a fit is a candidate until it is promoted"
        assert b"pickle" not in (ledger.weights(1, 2) or b"")


def test_versions_are_listed_saved_promoted_and_rolled_back_with_who_and_why(
    campaign: Benchless, tmp_path: Path, ionloop: Command
) -> None:
    assert ionloop("models", "fit", *of(tmp_path, "--model", "gaussian_process", "--json")).status == 0
    said = ionloop("models", "promote", 2, *of(tmp_path, "--by", "Ada", "--why", "fresh", "--json"))
    told = json.loads(said.out)
    assert (told["promoted"], told["before"], told["by"]) == (2, 1, "Ada")
    assert told["rule"]["lead"] == 0.0, "the same films give the same fit"
    told = json.loads(ionloop("models", "rollback", 1, *of(tmp_path, "--by", "Bo", "--why", "wet", "--json")).out)
    assert (told["rolled_back_to"], told["before"]) == (1, 2)
    listed = json.loads(ionloop("models", "list", *of(tmp_path, "--json")).out)
    assert listed["champion"] == {"version": 1, "why": "wet", "by": "Bo", "holds": True}
    assert [(row["version"], row["state"]) for row in listed["versions"]] == [(1, "champion"), (2, "retired")]
    assert "holds until a person promotes another" in ionloop("models", "list", *of(tmp_path)).out
    assert "Bo went back to model version 1" in ionloop("status", *of(tmp_path)).out
    to = tmp_path / "weights"
    told = json.loads(ionloop("models", "save", 2, *of(tmp_path, "--to", to, "--json")).out)
    assert told["files"] == sorted(path.name for path in to.iterdir()) == ["configuration.json", "weights.pt"]
    assert ionloop("models", "promote", 2, *of(tmp_path)).status == 0
    listed = json.loads(ionloop("models", "list", *of(tmp_path, "--json")).out)
    assert listed["champion"]["holds"] is False


def test_a_table_has_versions_of_its_own(tmp_path: Path, ionloop: Command) -> None:
    Path("spe.csv").write_text(rows())
    words = ("--table", "spe.csv", "--json")
    said = ionloop("models", "fit", *words, "--format", "bradford", "--model", "support_vectors")
    told = json.loads(said.out)
    assert (said.status, told["version"]) == (0, 1)
    assert {"random", "formulation", "polymer"} == set(told["splits"])
    assert json.loads(ionloop("models", "fit", *words, "--model", "support_vectors").out)["version"] == 2
    assert json.loads(ionloop("models", "promote", 1, *words, "--by", "Ada").out)["promoted"] == 1
    assert json.loads(ionloop("models", "promote", 2, *words, "--by", "Ada").out)["before"] == 1
    assert json.loads(ionloop("models", "rollback", 1, *words, "--by", "Ada").out)["rolled_back_to"] == 1
    listed = json.loads(ionloop("models", "list", *words).out)
    assert [row["weights"] for row in listed["versions"]] == [True, True]
    assert listed["versions"][0]["configuration"]["source"]["table"] == "spe.csv"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fit", "--model", "oracle"), "there is no model 'oracle'"),
        (("promote", 9), "no model version 9: there are versions 1 to 3"),
        (("rollback", 9), "no model version 9"),
        (("rollback", 3), "was never the champion"),
        (("promote", 2), "no joint posterior"),
        (("promote", 1), "is the champion already"),
        (("save", 3, "--to", "new"), "has no weights"),
        (("save", 2, "--to", "new"), "no archive that ionloop wrote"),
        (("save", 9, "--to", "new"), "no model version 9"),
        (("promote", 1, "--by", "\n"), "nobody says who"),
    ],
)
def test_bad_input_is_one_paragraph_and_changes_nothing(
    campaign: Benchless, tmp_path: Path, ionloop: Command, words: tuple[object, ...], message: str
) -> None:
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as ledger:
        told = {"configuration": {}, "training_hash": "x", "training_event": 1, "n": 1}
        ledger.add_model_version(1, name="average", **told, weights=b"garbage", keep_weights=True)
        ledger.add_model_version(1, name="gaussian_process", **told)
        before = ledger.last_event()
    said = ionloop("models", *words, *of(tmp_path))
    assert said.status == 2
    assert message in said.err
    assert said.err.count("\n") == 1
    assert not said.out
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as ledger:
        assert ledger.last_event() == before
    assert not Path("new").exists()


def test_people_are_told_every_figure_and_why_a_split_is_left_out(ionloop: Command) -> None:
    Path("spe.csv").write_text(rows())
    said = ionloop("models", "fit", "--table", "spe.csv", "--model", "support_vectors")
    assert said.status == 0
    lines = dict(line.strip().split(": ", 1) for line in said.out.splitlines())
    assert lines["paper"] == "the films name no papers"
    assert all(lines.values())
    assert lines["polymer"].startswith("log10_conductivity (films ")
    assert "{" not in said.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list",), "neither a campaign nor a table"),
        (("list", "--table", "no.csv"), "there is no ledger here"),
        (("fit", "--table", "no.csv"), "no such file"),
        (("fit", "no.yaml", "--table", "no.csv"), "a campaign and a table"),
    ],
)
def test_what_is_not_there_is_named(ionloop: Command, words: tuple[object, ...], message: str) -> None:
    said = ionloop("models", *words)
    assert said.status == 2
    assert message in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(("name", "message"), [("average", "no joint posterior"), ("oracle", "there is no model")])
def test_a_campaign_file_that_names_a_model_which_cannot_serve_is_refused(
    tmp_path: Path, ionloop: Command, name: str, message: str
) -> None:
    from tests.flows.small_campaign import write_campaign

    file = write_campaign(tmp_path, experiments=3, batch=1, start=2)
    file.write_text(file.read_text().replace("name: bayesian", f"surrogate: {name}\n  name: bayesian"))
    said = ionloop("forecast", file)
    assert said.status == 2
    assert message in said.err

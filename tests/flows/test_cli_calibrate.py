"""`ionloop models calibrate`: a line from theory to experiment, out of tables or of a campaign's ledger."""

import json
from pathlib import Path

import pytest

from tests.flows.benchless_campaign import begun
from tests.flows.command import Command
from tests.flows.test_cli_models import HEADER, HOSTS, TFSI

SIMULATED = "trajectory_id,mol_smiles,molarity,conductivity,li_diffusivity,tfsi_diffusivity,poly_diffusivity"


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine polymers of which theory says that they conduct half a decade better than they do."""
    monkeypatch.chdir(tmp_path)
    lines = [f"{SIMULATED},transference_number"]
    measured = [HEADER]
    for place, host in enumerate(HOSTS):
        smiles, value = f"[Cu]{host}[Au]", -5.0 + 0.2 * place
        lines.append(f"{place},{smiles},1.5,{10 ** (value + 0.5):.4e},1e-8,1e-8,1e-8,0.2")
        measured.append(f"{smiles},{value:.3f},,{TFSI},1.45,80")
    Path("theory.csv").write_text("\n".join(lines) + "\n")
    Path("measured.csv").write_text("\n".join(measured) + "\n")


def test_two_tables_give_the_line_and_what_experiment_would_say(ionloop: Command) -> None:
    words = ("calibrate", "--table", "measured.csv", "--theory", "theory.csv", "--value", -4, "--source", "MD")
    status, out, _ = ionloop("models", *words, "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["pairs"], told["theory_readings"], told["source"]) == (9, 9, "md")
    assert told["offset"] == pytest.approx(-0.5, abs=0.15)
    assert abs(told["slope"] - 1) < 2 * told["slope_sd"]
    (one,) = told["foretold"]
    assert one["low_90"] < -4.5 < one["high_90"]
    assert told["notes"] == []
    assert "90 % within" in ionloop("models", *words).out


def test_a_campaign_takes_what_its_ledger_holds_and_says_where_there_are_no_pairs(
    tmp_path: Path, ionloop: Command
) -> None:
    begun(tmp_path).ledger.close()
    ledger = tmp_path / "run" / "ledger.sqlite"
    of = ("calibrate", tmp_path / "campaign.yaml", "--folder", tmp_path / "run", "--json")
    status, out, err = ionloop("models", *of)
    assert (status, out) == (2, "")
    assert "no film has a reading of log10_conductivity from md" in err
    assert ionloop("data", "import", "theory.csv", "--format", "htpmd", "--ledger", ledger, "--json").status == 0
    told = json.loads(ionloop("models", *of).out)
    assert (told["pairs"], told["slope"], told["offset"]) == (0, 1.0, 0.0)
    assert "no formulation has both" in told["notes"][0]
    assert ionloop("data", "import", "measured.csv", "--format", "bradford", "--ledger", ledger, "--json").status == 0
    assert json.loads(ionloop("models", *of).out)["pairs"] == 9


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "one campaign, or from two tables"),
        (("--table", "measured.csv"), "one campaign, or from two tables"),
        (("--table", "measured.csv", "--theory", "theory.csv", "--source", "literature"), "is no theory"),
        (("--table", "measured.csv", "--theory", "theory.csv", "--property", "colour"), "'colour' is not calibrated"),
        (("--table", "measured.csv", "--theory", "theory.csv", "--source", "dft"), "from dft"),
        (("--table", "measured.csv", "--theory", "no.csv"), "no such file"),
        (("--table", "measured.csv", "--theory", "theory.csv", "--value", "nan"), "--value nan"),
        (("--table", "measured.csv", "--theory", "theory.csv", "--value", "-inf"), "--value -inf"),
        (("--table", "measured.csv", "--theory", "theory.csv", "--ledger", "a.sqlite"), "--ledger belongs to"),
    ],
)
def test_bad_input_is_one_paragraph(ionloop: Command, words: tuple[str, ...], message: str) -> None:
    status, out, err = ionloop("models", "calibrate", *words)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1

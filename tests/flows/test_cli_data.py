"""`ionloop data` brings tables in once, says what it refused, and gives observations back with their source."""

import csv
import json
from pathlib import Path

import pytest

from tests.flows.command import Command

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
TABLE = f"""smiles,conductivity,mw,salt smiles,molality,temperature
[Cu]OCC[Au],-5.1,100000,{TFSI},1.5,30
[Cu]OCC[Au],-4.2,100000,{TFSI},1.5,60
[Cu]OCC[Au],-4.2,100000,{TFSI},1.5,600
[Cu]OCC[Au],-4.2,100000,{TFSI},1.5,900
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text(TABLE)


def test_a_table_comes_in_once_and_refusals_are_listed(ionloop: Command) -> None:
    words = ("import", "table.csv", "--format", "bradford", "--json")
    status, out, _ = ionloop("data", *words)
    first = json.loads(out)
    assert status == 0
    assert (first["rows"], first["films_added"], first["readings_added"], first["refused"]) == (4, 1, 2, 2)
    assert [refusal["row"] for refusal in first["refusals"]] == [4, 5]
    second = json.loads(ionloop("data", *words)[1])
    assert (second["films_added"], second["films_known"]) == (0, 1)


def test_the_summary_names_lines_and_reasons_and_the_list_goes_to_a_file(ionloop: Command) -> None:
    words = ("import", "table.csv", "--format", "bradford", "--ledger", "lit.sqlite", "--refused", "refused.csv")
    status, out, _ = ionloop("data", *words)
    assert status == 0
    assert "2 of 4 rows are 1 films" in out
    assert "4-5" in out
    rows = list(csv.DictReader(Path("refused.csv").read_text().splitlines()))
    assert [(row["line"], row["reason"]) for row in rows] == [(line, "physically impossible value") for line in "45"]


def test_what_came_in_goes_out_with_units_and_the_way_back(ionloop: Command) -> None:
    ionloop("data", "import", "table.csv", "--format", "bradford")
    status, out, _ = ionloop("data", "export", "out.csv", "--json")
    assert status == 0
    assert json.loads(out)["rows"] == 2
    rows = list(csv.DictReader(Path("out.csv").read_text().splitlines()))
    assert [(float(row["value"]), row["unit"], float(row["temperature_C"])) for row in rows] == [
        (-5.1, "log10(S/cm)", 30),
        (-4.2, "log10(S/cm)", 60),
    ]
    assert rows[0]["polymer"] == "*CCO*"
    assert rows[0]["source"] == "literature"
    assert json.loads(rows[0]["provenance"])["rows"] == [2, 3]
    status, _, err = ionloop("data", "export", "out.csv")
    assert status == 2
    assert "--force" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("import", "missing.csv", "--format", "bradford"), "no such file"),
        (("import", "table.csv", "--format", "nature"), "unknown format"),
        (("import", "table.csv", "--format", "htpmd"), "missing columns"),
        (("import", "table.csv", "--format", "bradford", "--trust", "2"), "trust weight of 2"),
        (("import", "table.csv", "--format", "bradford", "--unit", "loading=Li/O"), "--format columns"),
        (("import", "table.csv", "--format", "columns", "--column", "polymer"), "FIELD=VALUE"),
        (("import", "hopeless.csv", "--format", "bradford"), "none of 1 rows"),
        (("import", "table.csv", "--format", "bradford", "--refused", "table.csv/where.csv"), "is no folder"),
        (("import", "table.csv", "--format", "bradford", "--ledger", "table.csv"), "table.csv"),
        (("export", "out.csv"), "ledger.sqlite"),
    ],
)
def test_bad_input_is_one_paragraph_and_nothing_is_written(
    tmp_path: Path, ionloop: Command, words: tuple[str, ...], message: str
) -> None:
    Path("hopeless.csv").write_text("smiles,conductivity,mw,salt smiles,molality,temperature\nC,1,,,,900\n")
    before = sorted(tmp_path.iterdir())
    status, out, err = ionloop("data", *words)
    assert status == 2
    assert not out
    assert message in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before

"""`ionloop data` brings tables in once, says what it refused, and gives observations back with their source."""

import csv
import json
from pathlib import Path

import pytest

from flows.spec import read_campaign
from ledger.store import Ledger
from tests.flows.command import Command

EXAMPLE = Path(__file__).parents[2] / "examples" / "peo_salts.yaml"

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
        (("import", "table.csv", "--format", "bradford", "--was", "old.csv"), "Add --replace"),
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


def test_a_film_that_a_mended_table_takes_back_marks_what_learnt_from_it(ionloop: Command) -> None:
    words = ("import", "table.csv", "--format", "bradford", "--json")
    ionloop("data", *words)
    warm = read_campaign(EXAMPLE).model_dump(mode="json") | {"warm_start": {"sources": ["literature"]}}
    with Ledger.open("ledger.sqlite") as ledger:
        for name, spec in (("warm", warm), ("cold", warm | {"warm_start": {"sources": []}}), ("table", {"table": "t"})):
            row = ledger.begin_campaign(name, spec, 0)
            told = {"name": "gp", "configuration": {}, "training_hash": "h", "n": 1}
            ledger.add_model_version(row.id, **told, training_event=ledger.last_event())
    Path("table.csv").write_text(TABLE.replace("-4.2,100000,", "-4.0,100000,", 1))
    status, out, err = ionloop("data", *words, "--replace")
    assert status == 0, err
    told = json.loads(out)
    assert (told["films_added"], told["films_taken_back"]) == (1, 1)
    assert told["rest_on_amended"] == {"warm run 1": {"suggestions": [], "model_versions": [1]}}


def test_another_table_of_the_same_name_is_left_alone_and_named(tmp_path: Path, ionloop: Command) -> None:
    ionloop("data", "import", "table.csv", "--format", "bradford")
    Path("moved").mkdir()
    Path("moved/table.csv").write_text(TABLE.replace("-4.2,100000,", "-4.0,100000,", 1))
    words = ("import", "moved/table.csv", "--format", "bradford", "--json", "--replace")
    told = json.loads(ionloop("data", *words)[1])
    assert (told["films_added"], told["films_taken_back"]) == (1, 0)
    assert told["tables_of_the_same_name"] == [str(tmp_path / "table.csv")]
    told = json.loads(ionloop("data", *words, "--was", "table.csv")[1])
    assert (told["films_taken_back"], told["tables_of_the_same_name"]) == (1, [])
    status, _, err = ionloop("data", *words, "--was", "table.csv")
    assert status == 2
    assert "no table was imported from" in err

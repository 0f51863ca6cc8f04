"""What a hostile user hands to the commands that learn from tables: one paragraph, and nothing is written."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.command import Command, Said
from tests.flows.test_cli import assert_one_paragraph

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
HEADER = "smiles,conductivity,mw,salt smiles,molality,temperature"
HOSTS = ("OCC", "OC(C)C", "NCC", "OC(=O)OCC", "OCCC", "OCCCC")


def row(smiles: str = "[Cu]OCC[Au]", value: object = -5, molality: object = 1, temperature: object = 60) -> str:
    return f"{smiles},{value},,{TFSI},{molality},{temperature}"


def lines(hosts: tuple[str, ...] = HOSTS, shift: float = 0.0) -> list[str]:
    return [
        row(f"[Cu]{host}[Au]", round(-6 - 0.2 * place + 0.02 * t - 0.1 * x, 3), x, t + shift)
        for place, host in enumerate(hosts)
        for x in (1.0, 2.0)
        for t in (40, 60, 80)
    ]


def table(*more: str, **changed: object) -> str:
    return "\n".join([HEADER, *lines(**changed), *more]) + "\n"  # pyright: ignore[reportArgumentType]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, ionloop: Command) -> None:
    Path("train.csv").write_text(table())
    Path("test.csv").write_text(table(hosts=("OC(CC)C", "OCC")))
    Path("pool.csv").write_text("smiles\n*CCO*\n*CC(C)OCCO*\n")


EVALUATE = (
    *("models", "evaluate", "--train", "train.csv", "--test", "test.csv"),
    *("--format", "bradford", "--model", "support_vectors", "--json"),
)
COMPARE = ("models", "compare", "train.csv", "--models", "support_vectors", "--folds", "3", "--json")
TUNE = (
    *("models", "tune", "train.csv", "--model", "support_vectors"),
    *("--folds", "2", "--trials", "1", "--json"),
)
SCREEN = (
    *("screen", "pool.csv", "--table", "train.csv", "--model", "support_vectors", "--json"),
    *("--salts", "LiTFSI", "--loadings", "0.1", "--temperatures", "60"),
)


def refused(ionloop: Command, words: tuple[object, ...], *messages: str) -> Said:
    """The command refuses in one paragraph and leaves every file as it was."""
    before = content()
    said = ionloop(*words)
    assert_one_paragraph(said, *messages)
    assert not said.out
    assert len(said.err) < 1200
    assert content() == before
    return said


def content() -> dict[str, str]:
    files = [path for path in Path().rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


_TABLES = {
    "kelvin": (table(shift=273.15), "313.15 stands for 40 °C"),
    "cold kelvin": (table(shift=203.0), "stands for"),
    "one row in kelvin": (table(row(temperature=333.15)), "kelvin where °C should stand: line 38"),
    "1000/T": (table(*(row(value=v, temperature=t) for t, v in ((2.8, -4), (3, -5), (3.2, -6), (3.4, -7)))), "1000/T"),
    "S/cm": (table(row(value="1e-5")), "is outside -16 to 0 log10(S/cm)"),
    "NaN": (table(row(value="nan"), row(value="inf"), row(value="-1e999")), "not a number: line 38, 39, 40"),
    "no target": (table(row(value="")), "no conductivity: line 38"),
    "negative molality": (table(row(molality=-1)), "molality = -1 mol/kg is outside"),
    "decimal comma": (table().replace(",", ";").replace(".", ","), "write decimals with a point"),
    "SMILES": (table(row("[Cu]OC(C[Au]")), "is not a SMILES"),
    "one end": (table(row("[Cu]OCC")), "has 1 open end"),
    "fragments": (table(row("[Cu]OCC[Au].O")), "more than one molecule"),
    "short row": (table("[Cu]OCC[Au],-5"), "2 cells under 6 column names"),
    "long row": (table(row() + ",1"), "7 cells under 6 column names"),
    "column missing": (table().replace("molality", "molal"), "missing columns: molality"),
    "column twice": (
        "\n".join(f"{line},{'25' if place else 'temperature'}" for place, line in enumerate(table().splitlines())),
        "the column 'temperature' is there twice",
    ),
    "conflict": (table(row(value=-5), row(value=-9)), "conflicting duplicates: line 39"),
    "empty": ("", "the file is empty"),
    "header alone": (HEADER + "\n", "The table has no rows"),
    "binary": ("a\0b\0c\0\n", "binary file"),
}


@pytest.mark.parametrize(("text", "message"), _TABLES.values(), ids=_TABLES)
@pytest.mark.parametrize("which", ["train.csv", "test.csv"])
def test_a_table_that_cannot_be_meant_is_refused_with_its_rows(
    ionloop: Command, which: str, text: str, message: str
) -> None:
    Path(which).write_text(text)
    refused(ionloop, EVALUATE, which, message)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(ionloop: Command, encoding: str, end: str) -> None:
    plain = json.loads(ionloop(*EVALUATE).out)
    Path("train.csv").write_bytes(table().replace("\n", end).encode(encoding))
    told = json.loads(ionloop(*EVALUATE).out)
    assert {key: told[key] for key in ("n", "mae", "cleaning")} == {key: plain[key] for key in ("n", "mae", "cleaning")}


_OPTIONS = {
    "seed": ((*COMPARE, "--seed", "-1"), "'--seed'"),
    "folds": ((*COMPARE, "--folds", "1"), "greater than or equal to 2, and it is '1'"),
    "too many folds": ((*COMPARE, "--folds", "20"), "6 groups cannot fill 20 folds"),
    "always-train": ((*COMPARE, "--always-train", "CCO"), "'CCO' is no repeat unit"),
    "always-train absent": ((*COMPARE, "--always-train", "*CC(*)C#N"), "no film is of *CC(*)C#N"),
    "no model": ((*COMPARE, "--models", ","), "there is no model ''"),
    "budget": ((*COMPARE, "--budget", "60"), "'60' has no unit"),
    "negative budget": ((*COMPARE, "--budget", "-5min"), "'-5min' is no time"),
    "keep": ((*COMPARE, "--keep", "everything"), "'everything' cannot be kept"),
    "tune seed": ((*TUNE, "--seed", "99999999999"), "'--seed'"),
    "tune trials": ((*TUNE, "--trials", "0"), "'--trials'"),
    "tune property": ((*TUNE, "--property", "colour"), "There are readings of log10_conductivity"),
    "tune folds": ((*TUNE, "--folds", "6", "--split", "paper"), "name no paper"),
    "tune network": (("models", "tune", "train.csv", "--model", "recurrent"), "has no settings to tune"),
    "columns": (("models", "fit", "--table", "train.csv", "--format", "columns"), "ionloop data import"),
    "page is the table": (
        (*COMPARE, "--page", "train.csv"),
        "--page: nothing can be written to 'train.csv', which is read",
    ),
    "page is a folder": ((*COMPARE, "--page", "."), "which is a folder"),
    "record is a folder": ((*COMPARE, "--record", "."), "which is a folder"),
    "record below a file": ((*TUNE, "--record", "train.csv/x"), "is no folder"),
    "record is a device": ((*TUNE, "--record", "/dev/zero"), "which is no file"),
    "two outputs": ((*SCREEN, "--out", "a.csv", "--refused", "a.csv"), "which --out writes"),
    "out is the pool": ((*SCREEN, "--out", "pool.csv"), "which is read"),
    "save into a full folder": ((*SCREEN, "--save", "."), "which is there already"),
    "save below a file": ((*SCREEN, "--save", "pool.csv/x"), "is no folder"),
    "top": ((*SCREEN, "--top", "0"), "'--top'"),
    "no option": ((*SCREEN, "--topp", "3"), "no such option: --topp"),
    "hot": ((*SCREEN, "--temperatures", "2000"), "2000 °C is not between"),
    "half a range": ((*SCREEN, "--temperatures", "60:"), "--temperatures: ':'"),
    "table's options without a table": (
        ("models", "fit", "campaign.yaml", "--tg", "tg.csv"),
        "--tg belongs to --table",
    ),
    "table's options with a saved model": (
        ("screen", "pool.csv", *SCREEN[-6:], "--fitted", "model", "--keep", "conflicts"),
        "--keep belongs to --table",
    ),
    "no file": (("models", "fit", "--table", "no.csv", "--model", "forest"), "there is no such file"),
    "a folder": (("models", "compare", ".."), "this is a directory"),
}


@pytest.mark.parametrize(("words", "message"), _OPTIONS.values(), ids=_OPTIONS)
def test_options_that_cannot_be_meant_are_refused(ionloop: Command, words: tuple[str, ...], message: str) -> None:
    refused(ionloop, words, message)


@pytest.mark.parametrize(("words", "remedy"), [(COMPARE, "split by formulation"), (TUNE, "split by formulation")])
def test_one_polymer_cannot_be_split_by_polymer(ionloop: Command, words: tuple[str, ...], remedy: str) -> None:
    Path("train.csv").write_text(table(hosts=("OCC",)))
    refused(ionloop, words, "1 group cannot fill", remedy)


def test_too_few_polymers_for_inner_folds_are_told_before_a_record_is_made(ionloop: Command) -> None:
    Path("train.csv").write_text(table(hosts=("OCC", "OCCC", "NCC")))
    refused(ionloop, TUNE, "the training films of fold 1 cannot be split into 3 inner folds")


_RECORDS: dict[str, tuple[Callable[[str], str], str]] = {
    "a text": (lambda _: "my notes\n", "line 1: this is no record"),
    "a text without an end": (lambda _: "my notes", "line 1: this is no record"),
    "other JSON": (lambda _: "[]\nnull\n", "line 1: this is no record"),
    "broken in the middle": (lambda text: text[:60] + "\n" + text, "line 1: this is no record"),
}
_FOLDS: dict[str, tuple[Callable[[str], str], str]] = {
    **_RECORDS,
    "NaN": (lambda text: text.replace('"sd": [', '"sd": [NaN, '), "NaN is no number"),
    "one value short": (lambda text: text.replace('"truth": [', '"truth": [1.0, ', 1), "three lists of one length"),
    "a column missing": (lambda text: text.replace('"sd"', '"se"', 1), "'sd' is missing"),
    "a word for a number": (lambda text: text.replace('"fit_seconds": ', '"fit_seconds": "x", "a": ', 1), "'x'"),
    "no such fold": (lambda text: text.replace('"fold": 2', '"fold": 99'), "fold 100 of 3"),
    "a word for a fold": (lambda text: text.replace('"fold": 1', '"fold": "b"'), "'b' is no whole number"),
}


@pytest.mark.parametrize(("spoilt", "message"), _FOLDS.values(), ids=_FOLDS)
def test_a_record_of_folds_that_is_broken_is_refused_and_left_alone(
    ionloop: Command, spoilt: Callable[[str], str], message: str
) -> None:
    assert ionloop(*COMPARE, "--record", "kept.jsonl").status == 0
    Path("kept.jsonl").write_text(spoilt(Path("kept.jsonl").read_text()))
    refused(ionloop, (*COMPARE, "--record", "kept.jsonl"), "kept.jsonl", message)


@pytest.mark.parametrize(("spoilt", "message"), _RECORDS.values(), ids=_RECORDS)
def test_a_record_of_trials_that_is_broken_is_refused_and_left_alone(
    ionloop: Command, spoilt: Callable[[str], str], message: str
) -> None:
    assert ionloop(*TUNE, "--record", "kept.log").status == 0
    Path("kept.log").write_text(spoilt(Path("kept.log").read_text()))
    refused(ionloop, (*TUNE, "--record", "kept.log"), "kept.log", message)


@pytest.mark.parametrize("words", [COMPARE, TUNE], ids=["folds", "trials"])
def test_the_half_line_of_a_kill_is_dropped_and_done_again(ionloop: Command, words: tuple[str, ...]) -> None:
    first = json.loads(ionloop(*words, "--record", "kept").out)
    whole = Path("kept").read_text()
    Path("kept").write_text(whole[:-20])
    again = json.loads(ionloop(*words, "--record", "kept").out)
    told = "models" if "models" in first else "settings"
    assert _without_time(again[told]) == _without_time(first[told])


def _without_time(told: object) -> object:
    if not isinstance(told, dict):
        return told
    return {key: _without_time(value) for key, value in told.items() if "second" not in str(key)}


def test_what_was_left_out_and_altered_is_declared_with_its_lines_and_can_be_taken_back(ionloop: Command) -> None:
    again, rich = row(value=-4.1), row(molality=30)
    Path("train.csv").write_text(table(again, again, rich, row(value="nan")))
    Path("tg.csv").write_text("SMILES,tg\n*CCO*,-60\n*CC,20\n")
    told = json.loads(ionloop(*COMPARE, "--tg", "tg.csv").out)
    ours, glasses = told["cleaning"]
    assert (ours["table"], ours["rows"], ours["used"]) == ("train.csv", 40, 38)
    assert ours["left_out"] == {"exact duplicate": [39], "not a number": [41]}
    assert ours["altered"] == {"more salt than polymer: trust halved": [40]}
    assert glasses["left_out"] == {"unreadable polymer SMILES": [3]}
    kept = json.loads(ionloop(*COMPARE, "--keep", "duplicates", "--record", "b.jsonl").out)
    assert kept["cleaning"][0]["left_out"] == {"not a number": [41]}
    assert kept["models"]["support_vectors"]["n"] == told["models"]["support_vectors"]["n"] + 1
    shown = ionloop(*(word for word in COMPARE if word != "--json"))
    assert "train.csv: 1 rows left out, exact duplicate: line 39" in shown.out
    fitted = json.loads(ionloop("models", "fit", "--table", "train.csv", "--model", "support_vectors", "--json").out)
    assert fitted["cleaning"][0] == ours
    version = json.loads(ionloop("models", "list", "--table", "train.csv", "--json").out)["versions"][0]
    assert version["configuration"]["source"]["cleaning"][0] == ours


def test_conflicts_are_taken_back_by_name(ionloop: Command) -> None:
    Path("train.csv").write_text(table(row(value=-1), row(value=-9)))
    told = json.loads(ionloop(*EVALUATE, "--keep", "conflicts").out)
    assert told["cleaning"][0]["left_out"] == {}


def test_an_import_never_writes_over_the_table_that_it_reads(ionloop: Command) -> None:
    words = ("data", "import", "train.csv", "--format", "bradford", "--json")
    refused(
        ionloop, (*words, "--refused", "train.csv"), "--refused: nothing can be written to 'train.csv', which is read"
    )


def test_a_mended_table_counts_once_and_what_lies_beside_is_said(ionloop: Command) -> None:
    words = ("data", "import", "train.csv", "--format", "bradford")
    assert ionloop(*words).status == 0
    Path("train.csv").write_text(table(row(value=-3.9, temperature=100)))
    assert "1 films of an earlier train.csv hold beside them" in ionloop(*words).out
    told = json.loads(ionloop(*words, "--replace", "--json").out)
    assert (told["films_added"], told["films_taken_back"], told["films_of_an_earlier_import"]) == (0, 1, 0)


def test_intervals_of_a_handful_of_readings_are_said_to_be_too_narrow(ionloop: Command) -> None:
    Path("train.csv").write_text("\n".join([HEADER, *lines()[:4]]) + "\n")
    notes = json.loads(ionloop(*EVALUATE).out)["notes"]
    assert any("4 readings are too few" in note for note in notes)
    Path("train.csv").write_text(table())
    assert not any("too few" in note for note in json.loads(ionloop(*EVALUATE).out)["notes"])


def test_predictions_outside_the_training_domain_are_named_by_their_lines(ionloop: Command) -> None:
    Path("test.csv").write_text(
        "\n".join([HEADER, row(), row(temperature=150), row(molality=1.5), row(molality=9)]) + "\n"
    )
    told = json.loads(ionloop(*EVALUATE).out)
    assert (told["outside_training_range"], told["outside_lines"]) == (2, [3, 5])
    assert "test.csv, line 3, 5" in ionloop(*EVALUATE[:-1]).out

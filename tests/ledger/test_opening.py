"""What is no ledger is refused with the place and the remedy, and nothing is written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chemistry.errors import BadInput
from ledger.migrations import VERSION_TABLE
from ledger.store import Ledger


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def binary(path: Path) -> None:
    path.write_bytes(b"\x7fELF" + bytes(range(256)))


def text(path: Path) -> None:
    path.write_text("name: peo_salts\n")


def other_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def torn(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)


def other_version(path: Path) -> None:
    Ledger.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'from the future'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [binary, text, other_program, torn, other_version, folder])
def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path: Path, spoil) -> None:
    path = tmp_path / "ledger.sqlite"
    spoil(path)
    before = contents(tmp_path)
    with pytest.raises(BadInput) as refused:
        Ledger.open(path)
    assert str(path) in str(refused.value)
    assert refused.value.remedy
    assert contents(tmp_path) == before


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "://", "postgresql://[::1"])
def test_a_url_that_cannot_be_a_ledger_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        Ledger.open(url)


def test_a_database_that_does_not_answer_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be opened"):
        Ledger.open(f"postgresql://nobody@/nothing?host={tmp_path}")


def test_a_password_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        Ledger.open(f"postgresql://nobody:secret@/nothing?host={tmp_path}")
    assert "secret" not in str(refused.value)


def test_a_missing_ledger_is_made_only_where_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "ledger.sqlite"
    with pytest.raises(BadInput, match="no ledger"):
        Ledger.open(path, create=False)
    assert not path.parent.exists()
    Ledger.open(path).close()
    Ledger.open(path, create=False).close()


def test_a_missing_ledger_in_postgresql_is_not_made_unasked(postgres_url: str) -> None:
    with pytest.raises(BadInput, match="no ledger"):
        Ledger.open(postgres_url, create=False)


def test_another_version_in_postgresql_is_refused(postgres_url: str) -> None:
    import psycopg

    Ledger.open(postgres_url).close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'from the future'".encode())
    with pytest.raises(BadInput, match="another version"):
        Ledger.open(postgres_url)


def test_somebody_elses_tables_under_our_names_are_refused(postgres_url: str) -> None:
    import psycopg

    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE sample (id integer)")
    with pytest.raises(BadInput, match="another program"):
        Ledger.open(postgres_url)


def test_an_empty_file_left_by_a_killed_process_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    with Ledger.open(path) as ledger:
        assert ledger.last_event() == 0


def test_what_was_written_is_there_when_it_is_opened_again(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger:
        begun = ledger.begin_campaign("peo_salts", {"seed": 2**40}, 2**40)
    with Ledger.open(ledger_url, create=False) as ledger:
        found = ledger.campaign("peo_salts")
        assert (found.id, found.run, found.seed, found.spec) == (begun.id, 1, 2**40, {"seed": 2**40})
        assert found.begun_at == begun.begun_at
        assert found.begun_at.tzinfo is not None

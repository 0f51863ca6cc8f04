"""The migrations make exactly the tables that the code speaks of."""

from ledger.migrations import differences, known_versions, upgrade, version_of
from ledger.store import Ledger


def test_migrations_and_tables_agree(ledger: Ledger) -> None:
    with ledger.database.engine.connect() as connection:
        assert differences(connection) == []


def test_a_new_ledger_is_at_the_newest_version(ledger: Ledger) -> None:
    with ledger.database.engine.connect() as connection:
        assert version_of(connection) == known_versions()[0]


def test_upgrading_twice_changes_nothing(ledger: Ledger) -> None:
    ledger.begin_campaign("peo_salts", {}, 7)
    with ledger.database.engine.begin() as connection:
        upgrade(connection)
    assert ledger.last_event() == 1


def test_sqlite_keeps_what_it_promised(tmp_path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.database.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}

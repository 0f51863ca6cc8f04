"""The migrations make exactly the tables that the code speaks of."""

import contextlib
import sqlite3

from ledger.film import Film, Reading, Source
from ledger.migrations import differences, known_versions, upgrade, version_of
from ledger.published import PublishedFilm
from ledger.store import Ledger
from tests.ledger.conftest import formulation

READING = Reading(property="log10_conductivity", value=-5.0, sd=0.1, temperature_C=30.0, source=Source.LITERATURE)


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


def test_a_ledger_of_the_first_layout_is_brought_up_and_loses_nothing(tmp_path) -> None:
    """What an older ionloop read from a law had no measurement of its own; that is how it is known again."""
    place = tmp_path / "ledger.sqlite"
    with Ledger.open(place) as ledger:
        film = Film(film_id="f", formulation=formulation(), readings=(READING, READING.model_copy(update={"sd": 0.2})))
        ledger.add_literature("table", [PublishedFilm(film=film, reference="doi")])
        ledger.begin_campaign("peo_salts", {"seed": 7}, 7)
    with contextlib.closing(sqlite3.connect(place)) as old, old:
        old.execute("ALTER TABLE campaign DROP COLUMN lab")
        old.execute("ALTER TABLE campaign_command DROP COLUMN experiment")
        old.execute("ALTER TABLE observation DROP COLUMN derived")
        old.execute("UPDATE observation SET source = 'measured' WHERE sd = 0.2")
        for table in ("stock_reservation", "decision_mark", "stock_change", "film_decision", "approval", "container"):
            old.execute(f"DROP TABLE {table}")
        old.execute("UPDATE ledger_version SET version_num = '0001'")
    with Ledger.open(place) as ledger:
        assert ledger.campaign("peo_salts").spec == {"seed": 7}
        assert ledger.campaign("peo_salts").lab is None
        assert [(row.sd, row.derived) for row in ledger.observations("f")] == [(0.1, False), (0.2, True)]


def test_sqlite_keeps_what_it_promised(tmp_path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.database.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}

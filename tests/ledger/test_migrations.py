"""The migrations make exactly the tables that the code speaks of."""

import contextlib
import sqlite3
from typing import Any

from sqlalchemy.engine import URL

from ledger.database import connect
from ledger.film import Film, Reading, Source
from ledger.migrations import differences, known_versions, upgrade, version_of
from ledger.predictions import Prediction
from ledger.published import PublishedFilm
from ledger.store import Ledger
from tests.laid_out import lay_out
from tests.ledger.conftest import formulation

AFTER_THE_EIGHTH = ("audit", "failed_sign_in", "session", "token", "person", "formulation_words")
"""Tables that came with the ninth layout and later ones."""
AFTER_THE_EIGHTH_INDICES = (
    "ix_film_reference",
    "ix_stock_change_container_id_order_id_event_change_mg",
    "ix_stock_reservation_lab_component",
    "ix_observation_closed_event",
)
"""Indices likewise."""

READING = Reading(property="log10_conductivity", value=-5.0, sd=0.1, temperature_C=30.0, source=Source.LITERATURE)


def without_the_newest(old: sqlite3.Connection) -> None:
    """What an ionloop of the eighth layout did not know."""
    for index in AFTER_THE_EIGHTH_INDICES:
        old.execute(f"DROP INDEX {index}")
    old.execute("CREATE INDEX ix_stock_change_container_id ON stock_change (container_id)")
    for table in AFTER_THE_EIGHTH:
        old.execute(f"DROP TABLE {table}")


def test_migrations_and_tables_agree(ledger: Ledger) -> None:
    with ledger.database.engine.connect() as connection:
        assert differences(connection) == []


def test_a_new_ledger_is_at_the_newest_version(ledger: Ledger) -> None:
    with ledger.database.engine.connect() as connection:
        assert version_of(connection) == known_versions()[0]


def test_ledgers_of_the_tests_are_laid_out_as_any_other(tmp_path) -> None:
    dumps = []
    for way in (upgrade, lay_out, lay_out):  # the first of a process is heard, the next laid out by what was heard
        file = tmp_path / f"{len(dumps)}.sqlite"
        engine = connect(URL.create("sqlite", database=str(file)))
        with engine.begin() as connection:
            way(connection)
        engine.dispose()
        with contextlib.closing(sqlite3.connect(file)) as made:
            dumps.append(list(made.iterdump()))
    assert dumps[0] == dumps[1] == dumps[2]
    assert len(dumps[0]) > 60


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
        old.execute("ALTER TABLE model_version DROP COLUMN environment")
        old.execute("ALTER TABLE model_version DROP COLUMN keep_weights")
        later = (
            "theory",
            "pool",
            "calculation",
            "prediction",
            "stock_reservation",
            "decision_mark",
            "stock_change",
            "film_decision",
            "approval",
        )
        without_the_newest(old)
        for table in (*later, "container"):
            old.execute(f"DROP TABLE {table}")
        old.execute("UPDATE ledger_version SET version_num = '0001'")
    with Ledger.open(place) as ledger:
        assert ledger.campaign("peo_salts").spec == {"seed": 7}
        assert ledger.campaign("peo_salts").lab is None
        assert [(row.sd, row.derived) for row in ledger.observations("f")] == [(0.1, False), (0.2, True)]


def test_a_ledger_without_predictions_is_brought_up_with_its_versions(tmp_path) -> None:
    """Versions that an older ionloop fitted have no environment, and their weights come and go as before."""
    place = tmp_path / "ledger.sqlite"
    told: dict[str, Any] = {"name": "gaussian_process", "configuration": {}, "training_hash": "abc", "n": 3}
    with Ledger.open(place) as ledger:
        campaign = ledger.begin_campaign("peo_salts", {}, 7).id
        ledger.add_model_version(campaign, **told, training_event=1, weights=b"w")
        ledger.promote(campaign, 1, "first")
    with contextlib.closing(sqlite3.connect(place)) as old, old:
        without_the_newest(old)
        old.execute("DROP TABLE theory")
        old.execute("DROP TABLE pool")
        old.execute("DROP TABLE calculation")
        old.execute("DROP TABLE prediction")
        old.execute("ALTER TABLE model_version DROP COLUMN environment")
        old.execute("ALTER TABLE model_version DROP COLUMN keep_weights")
        old.execute("UPDATE ledger_version SET version_num = '0004'")
    with Ledger.open(place) as ledger:
        version = ledger.model_version(campaign, 1)
        assert (version.environment, version.keep_weights, version.training_hash) == (None, False, "abc")
        assert ledger.weights(campaign, 1) == b"w"
        assert ledger.predictions(campaign) == []
        experiment = ledger.add_suggestion(
            campaign,
            index=0,
            formulation=formulation(),
            action={},
            reason={},
            planner="sobol",
            knowledge_event=ledger.last_event(),
            foretold=(1, [Prediction(property="log10_conductivity", temperature_C=30.0, mean=-5, sd=0.2, film_sd=0.1)]),
        )
        (row,) = ledger.predictions(campaign)
        assert (row.experiment_id, row.model_version, row.unit) == (experiment.id, 1, "log10(S/cm)")


def test_a_campaign_that_offered_simulations_is_read_by_its_new_words(tmp_path) -> None:
    """Beforehand `at_once` stood with the offer, and a calculation did not name its recipe: there was one."""
    place = tmp_path / "ledger.sqlite"
    with Ledger.open(place) as ledger:
        offers = {"md": {"engine": "twin", "price": 1.0, "at_once": 2}}
        campaign = ledger.begin_campaign("priced", {"offers": offers, "theory": {"at_once": 1}}, 7).id
        ledger.begin_campaign("plain", {"offers": None}, 7)
        ledger.add_calculation(
            campaign,
            index=0,
            formulation=formulation(),
            action={"source": "md", "plan": "", "cost_h": 1.0},
            reason={},
            planner="multi_fidelity",
            knowledge_event=1,
        )
    with contextlib.closing(sqlite3.connect(place)) as old, old:
        without_the_newest(old)
        old.execute("DROP TABLE theory")
        old.execute("UPDATE ledger_version SET version_num = '0007'")
    with Ledger.open(place) as ledger:
        spec = ledger.campaign("priced").spec
        assert spec == {"offers": {"md": {"engine": "twin", "price": 1.0}}, "theory": {"at_once": 2}}
        assert ledger.campaign("plain").spec == {"offers": None}
        assert ledger.suggestions(campaign)[0].action == {"source": "md", "plan": "twin", "cost_h": 1.0}


def test_sqlite_keeps_what_it_promised(tmp_path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.database.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}

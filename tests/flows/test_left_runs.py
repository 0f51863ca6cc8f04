"""What Prefect knows of a campaign's earlier runs, when the next one begins: a cancel is obeyed, however late."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelled, Running

from flows.crew import Crew
from flows.leasing import Leasing
from flows.left_runs import close_left_runs, note_flow_run
from flows.loop import run_loop
from flows.resume import settle_stop
from flows.session import Session, open_session
from flows.stopping import CANCELLED, INTERRUPTED, Stopped, _stop_comes_first
from ledger import database
from ledger.errors import LeaseHeld, LedgerUnavailable
from ledger.kinds import CampaignState, CommandKind
from tests.flows.held_server import HeldServer
from tests.flows.prefect_api import cancel, flow_run_state
from tests.flows.small_campaign import write_campaign


@flow(name="campaign")
def stand_in() -> None:
    """A run of which only the state counts."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    file = write_campaign(tmp_path, experiments=2, batch=1, start=2, planner={"name": "sobol"})
    with open_session(file, tmp_path / "run", None, hardware=False) as opened:
        yield opened


@pytest.fixture
def left(prefect: HeldServer, session: Session) -> Iterator[tuple[SyncPrefectClient, str]]:
    """A run that the ledger knows as the campaign's, and whose process is gone."""
    with temporary_settings({PREFECT_API_URL: prefect.address}), SyncPrefectClient(prefect.address) as client:
        run = client.create_flow_run(stand_in, state=Running())
        noted = note_flow_run(run.name, str(run.id))
        session.ledger.set_campaign_state(session.campaign_id, CampaignState.RUNNING, noted)
        yield client, str(run.id)


def aborting(session: Session) -> bool:
    close_left_runs(session, present="another")
    return session.control.now().aborting is not None


def test_a_run_that_was_killed_is_closed_and_the_campaign_goes_on(
    session: Session, prefect: HeldServer, left: tuple[SyncPrefectClient, str]
) -> None:
    assert not aborting(session)
    assert flow_run_state(prefect.address, left[1]) == "CRASHED"


def test_a_cancel_that_nobody_was_there_to_hear_is_an_abort(
    session: Session, prefect: HeldServer, left: tuple[SyncPrefectClient, str]
) -> None:
    cancel(prefect.address, left[1])
    assert aborting(session)
    assert flow_run_state(prefect.address, left[1]) == "CANCELLED"
    assert aborting(session)
    given = [row.command for row in session.ledger.commands(session.campaign_id)]
    assert given == [CommandKind.ABORT], "once"
    with pytest.raises(Stopped, match="somebody in the Prefect UI") as stop, Crew(session) as crew:
        run_loop(session, crew, lambda experiment: None)
    assert stop.value.campaign_state is CampaignState.ABORTED
    assert session.ledger.experiments(session.campaign_id) == [], "nothing moved"


@pytest.mark.parametrize(("message", "obeyed"), [(CANCELLED, True), (INTERRUPTED, False)])
def test_a_cancel_that_the_ledger_never_heard_of_is_told_from_a_leave(
    session: Session, left: tuple[SyncPrefectClient, str], message: str, obeyed: bool
) -> None:
    client, run = left
    client.set_flow_run_state(run, Cancelled(message=message), force=True)
    assert aborting(session) == obeyed


def test_the_main_thread_that_waits_for_the_ledger_is_told_of_the_stop(session: Session) -> None:
    stop = Stopped(CANCELLED, CampaignState.ABORTED)
    with Crew(session) as crew:
        with pytest.raises(LedgerUnavailable, match="away"), _stop_comes_first(crew):
            raise LedgerUnavailable("It is away")
        crew.stop(stop)
        with pytest.raises(Stopped) as told, _stop_comes_first(crew):
            raise LedgerUnavailable("It is away")
        assert told.value is stop


def test_an_abort_waits_until_it_is_written_down(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOOK_AGAIN_S", 0.01)
    ledger, back_at = session.ledger, time.monotonic() + 0.1

    def weather() -> None:
        if time.monotonic() < back_at:
            raise LedgerUnavailable("It is away")

    ledger.database.weather = weather
    ledger.be_patient(0.0)  # as after a stop: plans are to end soon
    settle_stop(session, Stopped(CANCELLED, CampaignState.ABORTED))
    assert ledger.campaign(session.campaign_id).state == CampaignState.ABORTED


def test_a_lease_that_could_not_be_given_back_is_taken_again_by_whoever_had_it_and_by_nobody_else(
    session: Session,
) -> None:
    ledger, away = session.ledger, [LedgerUnavailable("It is away")]

    def weather() -> None:
        if away:
            raise away[0]

    with session.leasing.lease("oven") as token:
        ledger.database.weather = weather
        ledger.be_patient(0.0)
    away.clear()
    with contextlib.closing(Leasing(ledger)) as another, pytest.raises(LeaseHeld), another.lease("oven", wait=False):
        pass
    with session.leasing.lease("oven", wait=False) as again:
        assert again > token
        with pytest.raises(LeaseHeld), session.leasing.lease("oven", wait=False):
            pass

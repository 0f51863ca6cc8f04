"""The buttons and the form of the Prefect UI: commands in the ledger, and a page that tells the truth of a pause."""

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Completed, Running

from flows.campaign import campaign
from flows.session import open_session
from flows.shown_pause import OWNED_S, ShownPause
from flows.step_in import Forms, form_of, run_beside_form
from flows.suggest import suggest_next
from ledger.kinds import CampaignState
from ledger.store import Ledger
from tests.flows.command import Command
from tests.flows.held_server import HeldServer, seconds_until
from tests.flows.prefect_api import fill_in, flow_run_state, flow_runs_of, pause, press, read_flow_run, resume
from tests.flows.ready_process import Nursery
from tests.flows.small_campaign import PATIENCE_S, Place, write_campaign
from tests.flows.test_cancel import wait_until_at_work

FINAL = {"COMPLETED", "CANCELLED", "CRASHED", "FAILED"}


class Shown:
    """A campaign in a ledger and its run in Prefect, with the parts of the watch that look at it."""

    def __init__(self, ledger: Ledger, campaign_id: int, server: HeldServer, client: SyncPrefectClient) -> None:
        self.ledger, self.campaign, self.address, self.client = ledger, campaign_id, server.address, client
        place = str(ledger.database.engine.url)
        self.form = form_of(client, "peo_salts", place)
        self.run = run_beside_form(client, self.form, client.create_flow(campaign), {}).id
        client.set_flow_run_state(self.run, Running(), force=True)
        self.pause = ShownPause(ledger, campaign_id, client, self.run)
        self.forms = Forms(ledger, campaign_id, client, self.run, place)

    @property
    def state(self) -> dict[str, Any]:
        return read_flow_run(self.address, str(self.run))["state"]

    @property
    def commands(self) -> list[tuple[str, int | None, str, str]]:
        return [(c.command, c.experiment, c.by, c.note) for c in self.ledger.commands(self.campaign)]

    def look(self) -> None:
        state = self.client.read_flow_run(self.run).state
        assert state is not None
        self.pause.look(state)
        self.forms.look()

    def fill_in(self, **form: Any) -> str:
        """How the server shows a form, once the watch has looked at it."""
        run = fill_in(self.address, str(self.form), **form)
        self.look()
        state = read_flow_run(self.address, run)["state"]
        return f"{state['type']}: {state['message']}"


@pytest.fixture
def shown(prefect: HeldServer, tmp_path: Path) -> Iterator[Shown]:
    file = write_campaign(tmp_path, experiments=2, batch=1, start=2, planner={"name": "sobol"})
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        assert suggest_next(session) is not None
        with SyncPrefectClient(prefect.address) as client:
            yield Shown(session.ledger, session.campaign_id, prefect, client)


def test_pause_and_resume_of_the_run_are_commands(shown: Shown) -> None:
    pause(shown.address, str(shown.run))
    shown.look()
    assert shown.commands == [("pause", None, "Prefect UI", "")]
    assert (shown.state["name"], shown.state["message"]) == ("Paused", "paused by Prefect UI")
    assert not shown.state["state_details"]["pause_reschedule"], "Resume must not start a second process"
    shown.look()
    assert len(shown.commands) == 1, "each press is one command"
    resume(shown.address, str(shown.run))
    shown.look()
    assert [command for command, *_ in shown.commands] == ["pause", "resume"]
    assert shown.state["type"] == "RUNNING"


def test_a_pause_from_elsewhere_is_shown_and_so_is_its_end(shown: Shown) -> None:
    for command, seen in (("pause", "PAUSED"), ("resume", "RUNNING"), ("pause", "PAUSED"), ("stop", "RUNNING")):
        shown.ledger.give_command(shown.campaign, command, by="Ada", note="lunch")
        shown.look()
        assert shown.state["type"] == seen
        if seen == "PAUSED":
            assert shown.state["message"] == "paused by Ada: lunch"
    assert len(shown.commands) == 4, "what the page shows is not taken for a press"


def test_a_pause_that_was_given_after_a_resume_was_pressed_stands(shown: Shown) -> None:
    shown.ledger.give_command(shown.campaign, "pause", by="Ada")
    shown.look()
    resume(shown.address, str(shown.run))
    shown.ledger.give_command(shown.campaign, "pause", by="Bea")
    shown.look()
    assert [command for command, *_ in shown.commands] == ["pause", "pause"]
    assert (shown.state["type"], shown.state["message"]) == ("PAUSED", "paused by Bea")


def test_pause_and_resume_pressed_within_a_second_begin_nothing_anew(shown: Shown) -> None:
    pause(shown.address, str(shown.run))
    resume(shown.address, str(shown.run))
    assert shown.state["type"] == "SCHEDULED", "a runner would take it"
    shown.look()
    assert shown.state["type"] == "RUNNING"
    assert not shown.commands


def test_a_pause_that_its_owner_does_not_renew_is_ended_by_prefect(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.shown_pause.OWNED_S", 1)
    shown.ledger.give_command(shown.campaign, "pause", by="Ada")
    shown.look()
    seconds_until(lambda: shown.state["type"] == "FAILED", 60)
    monkeypatch.setattr("flows.shown_pause.OWNED_S", OWNED_S)
    shown.look()  # the owner was only asleep
    assert (shown.state["type"], shown.state["message"]) == ("PAUSED", "paused by Ada")
    assert len(shown.commands) == 1
    since = shown.state["id"]
    monkeypatch.setattr("flows.shown_pause.OWNED_S", 3 * OWNED_S)
    shown.look()
    assert shown.state["id"] != since, "it is renewed in time"


@pytest.mark.parametrize("experiment", [None, 1])
@pytest.mark.parametrize("command", ["pause", "resume", "stop", "abort"])
def test_the_form_gives_each_command_with_a_name_and_a_note(shown: Shown, command: str, experiment: int | None) -> None:
    said = shown.fill_in(command=command, name="Ada", experiment=experiment, note="smoke")
    assert shown.commands == [(command, experiment, "Ada (Prefect UI)", "smoke")]
    assert said == f"COMPLETED: {command} is in the ledger as event {shown.ledger.last_event()}"
    shown.look()
    assert len(shown.commands) == 1, "a form is taken once"


def test_a_form_that_cannot_be_obeyed_says_why(shown: Shown) -> None:
    assert "has no experiment 99" in shown.fill_in(command="pause", name="Ada", experiment=99)
    for form in ({}, {"command": "pause"}, {"command": "dance", "name": "Ada"}, {"command": "stop", "name": " "}):
        with pytest.raises(httpx.HTTPStatusError):  # *Quick run* asks for nothing
            shown.fill_in(**form)
    asked = {"parameters": {"command": "stop"}, "enforce_parameter_schema": False}  # a switch beside the form
    unfit = press(f"{shown.address}/deployments/{shown.form}/create_flow_run", asked).json()
    shown.look()
    assert flow_run_state(shown.address, unfit["id"]) == "FAILED"
    shown.ledger.set_campaign_state(shown.campaign, CampaignState.FINISHED)
    assert "is finished: it obeys no more" in shown.fill_in(command="abort", name="Ada")
    assert not shown.commands


def test_a_form_for_an_earlier_run_does_not_reach_the_next(shown: Shown, tmp_path: Path) -> None:
    late = fill_in(shown.address, str(shown.form), command="abort", name="Ada")
    shown.ledger.set_campaign_state(shown.campaign, CampaignState.FINISHED)
    shown.campaign = shown.ledger.begin_campaign("peo_salts", {}, 1).id
    shown.forms._campaign_id = shown.campaign
    shown.forms.look()
    assert flow_run_state(shown.address, late) == "FAILED"
    assert not shown.commands


def test_retry_of_a_run_that_has_ended_begins_nothing(shown: Shown) -> None:
    ended = run_beside_form(shown.client, shown.form, shown.client.create_flow(campaign), {"campaign_file": "x"})
    shown.client.set_flow_run_state(ended.id, Completed(), force=True)
    retry = {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True}
    httpx.post(f"{shown.address}/flow_runs/{ended.id}/set_state", json=retry, timeout=30).raise_for_status()
    shown.look()
    assert flow_run_state(shown.address, str(ended.id)) == "FAILED"
    assert not shown.commands
    assert shown.state["type"] == "RUNNING"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_paused_killed_and_gone_on_with_nothing_stays_paused_without_its_owner(
    prefect: HeldServer, nursery: Nursery, tmp_path: Path, ionloop: Command
) -> None:
    write_campaign(tmp_path, experiments=60, batch=2, start=60)
    place = Place(tmp_path, prefect.home)

    def runs() -> list[dict[str, Any]]:
        return flow_runs_of(prefect.address, str(place.file))

    def until_shown(state: str) -> None:
        seconds_until(lambda: runs() and runs()[0]["state_type"] == state, PATIENCE_S)

    with nursery.running(place) as process:
        wait_until_at_work(place, process)
        pause(prefect.address, runs()[0]["id"])
        with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
            seconds_until(lambda: ledger.campaign("peo_salts").state == CampaignState.PAUSED, 30)
            time.sleep(1.5)  # plans come to their next checkpoint
            stands_at = ledger.last_event()
            time.sleep(1.0)
            assert ledger.last_event() == stands_at, "nothing moves"
            assert runs()[0]["state_name"] == "Paused"
            resume(prefect.address, runs()[0]["id"])
            seconds_until(lambda: ledger.last_event() > stands_at + 3, 30)
        assert ionloop("pause", place.file, "--folder", place.run, "--by", "Ada").status == 0
        until_shown("PAUSED")
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert runs()[0]["state_type"] == "PAUSED", "nobody was there to say otherwise"
    killed = runs()[0]["id"]

    with nursery.running(place) as process:  # the ledger remembers the pause
        seconds_until(lambda: len(runs()) == 2, PATIENCE_S)
        until_shown("PAUSED")
        assert flow_run_state(prefect.address, killed) == "CRASHED"
        form = runs()[0]["deployment_id"]
        assert UUID(form)
        stop = fill_in(prefect.address, form, command="stop", name="Ada", note="enough")
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert '"state": "stopped"' in out
    assert flow_run_state(prefect.address, stop) == "COMPLETED"
    assert {run["state_type"] for run in runs()} <= FINAL

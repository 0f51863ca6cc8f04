"""Experiments that wait for a person: the loop goes on beside them, and an answer reaches it from anywhere."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Pending

from flows.approving.approval import FIRST_USE, Desk
from flows.approving.runs import ApprovalRuns
from flows.session import open_session
from flows.suggest import suggest_next
from ledger.approvals import MOST_WRONG_CODES, Approvals
from ledger.kinds import ApprovalState, ExperimentState
from ledger.store import Ledger
from ledger.tables import ExperimentRow
from tests.flows.command import Command
from tests.flows.held_server import HeldServer
from tests.flows.prefect_api import flow_run_state, press
from tests.flows.small_campaign import write_campaign
from tests.flows.test_commands import Running

EXPERIMENTS = 4
FOREVER_S = 1e6


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A campaign in which everything but PEO must be approved."""
    return write_campaign(
        tmp_path,
        experiments=EXPERIMENTS,
        batch=2,
        start=EXPERIMENTS,
        planner={"name": "sobol"},
        approval={"trusted": {"polymers": ["PEO"]}},
    )


@pytest.fixture
def running(file: Path) -> Iterator[Running]:
    with open_session(file, file.parent / "run", None, hardware=False) as session:
        yield Running(session)


def waiting(running: Running) -> list[int]:
    rows = Approvals(running.ledger).of(running.campaign, ApprovalState.WAITING)
    return [running.ledger.experiment(row.experiment_id).number for row in rows]


def test_the_loop_goes_on_beside_what_waits_and_obeys_the_answers(
    running: Running, file: Path, ionloop: Command
) -> None:
    place = ("--folder", file.parent / "run")
    answered: dict[int, str] = {}
    running.begin()
    while running.alive:
        assert len(waiting(running)) <= 2, "no more than a batch waits"
        for number in waiting(running):
            states = {e.number: e.state for e in running.ledger.experiments(running.campaign)}
            assert states[number] == ExperimentState.SUGGESTED, "nothing is begun before somebody says yes"
            answered[number] = "refuse" if answered else "approve"
            assert ionloop(answered[number], file, number, "--by", "Ada", "--note", "so", *place).status == 0
        time.sleep(0.02)
    ends = running.end()
    for number, answer in answered.items():
        assert (ends[number] == (ExperimentState.CANCELLED, "refused by Ada: so")) == (answer == "refuse")
    assert answered, "the spread holds more than PEO"
    assert len(ends) == EXPERIMENTS
    told = json.loads(ionloop("approvals", file, *place, "--json").out)
    assert {row["experiment"]: row["state"] for row in told} == {
        number: {"approve": "approved", "refuse": "refused"}[answer] for number, answer in answered.items()
    }
    assert all("code" not in row for row in told), "a code is good for one answer"


def test_a_campaign_that_is_stopped_withdraws_its_requests(running: Running) -> None:
    running.begin()
    running.until(lambda: waiting(running))
    asked = waiting(running)
    running.command("stop")
    ends = running.end()
    assert all(ends[number] == (ExperimentState.CANCELLED, "stopped by Ada: because") for number in asked)


def test_the_list_shows_why_until_when_and_the_code(running: Running, file: Path, ionloop: Command) -> None:
    place = ("--folder", file.parent / "run")
    said = ionloop("approvals", file, *place)
    assert "asked for no approval" in said.out
    desk = Desk(running.session)
    while not desk.waiting():
        experiment = suggest_next(running.session)
        assert isinstance(experiment, ExperimentRow)
        desk.keeps_back(experiment)
    (row,) = desk.waiting()
    said = ionloop("approvals", file, *place)
    assert row.code in said.out
    assert "not among the trusted ones" in said.out
    refused = ionloop("approve", file, 99, *place)
    assert refused.status == 2
    assert "has no experiment 99" in refused.err


def test_the_first_use_of_real_instruments_is_asked_for_and_nothing_else_is_suggested(running: Running) -> None:
    assert running.session.lab.simulated
    running.session.lab.simulated = False
    desk = Desk(running.session)
    experiment = suggest_next(running.session)
    assert isinstance(experiment, ExperimentRow)
    assert desk.keeps_back(experiment)
    (row,) = desk.waiting()
    assert row.reasons[0] == FIRST_USE
    assert not desk.open_for_suggestions()
    sample = running.ledger.add_sample(experiment.id, "rack").id
    running.session.journal.intend("1", "dispenser", "synthesis", "dose", sample, {}, 1)  # it is used
    second = suggest_next(running.session)
    assert isinstance(second, ExperimentRow)
    desk.keeps_back(second)
    assert all(FIRST_USE not in r.reasons for r in desk.waiting() if r.experiment_id == second.id)


class Asked:
    """A request for approval in a ledger, and the run in which Prefect shows it."""

    def __init__(self, ledger: Ledger, campaign: int, server: HeldServer, client: SyncPrefectClient) -> None:
        self.ledger, self.campaign, self.address, self.client = ledger, campaign, server.address, client
        self.approvals = Approvals(ledger)
        self.runs = ApprovalRuns(ledger, campaign, client)

    @property
    def row(self) -> Any:
        return self.approvals.of(self.campaign)[-1]

    @property
    def run(self) -> str:
        return self.row.flow_run_id or ""

    def state(self, run: str) -> str:
        return flow_run_state(self.address, run)

    def fill_in(self, **form: Any) -> str:
        """Press *Resume* in the Prefect UI; how the server takes it."""
        answer = press(f"{self.address}/flow_runs/{self.run}/resume", json={"run_input": form})
        return answer.raise_for_status().json()["status"]


@pytest.fixture
def asked(prefect: HeldServer, file: Path, running: Running) -> Iterator[Asked]:
    experiment = suggest_next(running.session)
    assert experiment is not None
    Approvals(running.ledger).ask(experiment.id, ("It is dear.",), FOREVER_S)
    with SyncPrefectClient(prefect.address) as client:
        request = Asked(running.ledger, running.campaign, prefect, client)
        request.runs.look()
        yield request


def test_the_form_of_the_prefect_ui_gives_the_answer(asked: Asked) -> None:
    run = asked.run
    assert asked.state(run) == "PAUSED"
    assert asked.fill_in(decision="approve") == "REJECT", "the server checks the form"
    assert asked.fill_in(decision="approve", name="Eve", code="guess", note="") == "ACCEPT"
    asked.runs.look()
    assert asked.row.state == ApprovalState.WAITING
    assert asked.state(run) == "PAUSED", "a wrong code is asked for again"
    assert asked.fill_in(decision="approve", name="Ada", code=asked.row.code, note="go") == "ACCEPT"
    asked.runs.look()
    assert (asked.row.state, asked.row.by, asked.row.note, asked.row.via) == (
        ApprovalState.APPROVED,
        "Ada",
        "go",
        "Prefect UI",
    )
    assert asked.state(run) == "COMPLETED"


def test_whoever_guesses_codes_in_the_prefect_ui_is_refused(asked: Asked) -> None:
    run = asked.run
    for guess in range(MOST_WRONG_CODES):
        assert asked.state(run) == "PAUSED", guess
        assert asked.fill_in(decision="approve", name="Eve", code="guess", note="") == "ACCEPT"
        asked.runs.look()
    assert asked.row.state == ApprovalState.REFUSED
    assert asked.state(run) == "CANCELLED"
    (experiment,) = asked.ledger.experiments(asked.campaign)
    assert (experiment.state, "wrong codes" in experiment.why) == (ExperimentState.CANCELLED, True)


def test_an_answer_on_the_command_line_closes_the_run(asked: Asked) -> None:
    run = asked.run
    asked.approvals.answer(asked.campaign, 1, approved=False, by="Ada")
    asked.runs.look()
    assert asked.state(run) == "CANCELLED"
    assert asked.run == ""


def test_a_controller_that_comes_back_finds_the_run_and_its_answer(asked: Asked) -> None:
    run = asked.run
    asked.fill_in(decision="approve", name="Ada", code=asked.row.code, note="")  # while nobody was there
    ApprovalRuns(asked.ledger, asked.campaign, asked.client).look()
    assert asked.row.state == ApprovalState.APPROVED
    assert asked.state(run) == "COMPLETED"


def test_none_stays_paused_when_the_campaign_is_left_and_all_are_shown_again(asked: Asked) -> None:
    run = asked.run
    asked.runs.leave()
    assert asked.state(run) == "CANCELLED"
    assert asked.row.state == ApprovalState.WAITING, "the request itself stays open"
    asked.runs.look()
    assert asked.run != run
    assert asked.state(asked.run) == "PAUSED"


def killed_before_it_was_noted(asked: Asked) -> str:
    """The run that a controller made just before it was killed."""
    run = asked.run
    asked.approvals.waits_in(asked.row.id, None)
    return run


def open_runs_like(asked: Asked, run: str) -> list[str]:
    (tag,) = [tag for tag in asked.client.read_flow_run(UUID(run)).tags if tag.startswith("request ")]
    same = FlowRunFilter(tags=FlowRunFilterTags(all_=[tag]))
    runs = asked.client.read_flow_runs(flow_run_filter=same, sort=FlowRunSort.ID_DESC, limit=200)
    return [str(found.id) for found in runs if found.state is not None and not found.state.is_final()]


def test_a_run_that_a_kill_kept_from_being_noted_is_taken_up_and_answered(asked: Asked) -> None:
    run = killed_before_it_was_noted(asked)
    again = ApprovalRuns(asked.ledger, asked.campaign, asked.client)
    again.look()
    assert asked.run == run, "the same one, and no second beside it"
    assert open_runs_like(asked, run) == [run]
    asked.fill_in(decision="approve", name="Ada", code=asked.row.code, note="")
    again.look()
    assert asked.row.state == ApprovalState.APPROVED
    assert open_runs_like(asked, run) == []


def test_a_run_that_was_never_paused_before_the_kill_is_paused_then(asked: Asked) -> None:
    run = killed_before_it_was_noted(asked)
    asked.client.set_flow_run_state(UUID(run), Pending(), force=True)
    ApprovalRuns(asked.ledger, asked.campaign, asked.client).look()
    assert (asked.run, asked.state(run)) == (run, "PAUSED")


def test_a_lost_run_whose_request_was_answered_meanwhile_is_closed(asked: Asked) -> None:
    run = killed_before_it_was_noted(asked)
    asked.approvals.answer(asked.campaign, 1, approved=True, by="Ada")
    ApprovalRuns(asked.ledger, asked.campaign, asked.client).look()
    assert asked.state(run) == "CANCELLED"

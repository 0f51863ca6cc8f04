"""Approvals: asked once, answered once, silence is a refusal, and every word of it is an event."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.approvals import MOST_WRONG_CODES, Approvals
from ledger.errors import LedgerError, WrongCode
from ledger.kinds import ApprovalState, EventKind, ExperimentState
from ledger.store import Ledger
from tests.ledger.conftest import Suggest

WHY = ("It is dear.",)


@pytest.fixture
def approvals(ledger: Ledger) -> Approvals:
    return Approvals(ledger)


def test_an_experiment_is_asked_for_once(approvals: Approvals, suggest: Suggest, ledger: Ledger) -> None:
    experiment = suggest()
    first = approvals.ask(experiment.id, WHY, 60)
    before = ledger.last_event()
    assert approvals.ask(experiment.id, ("Another reason.",), 1) == first
    assert ledger.last_event() == before


@pytest.mark.parametrize(
    ("approved", "state", "experiment_state", "why"),
    [
        (True, ApprovalState.APPROVED, ExperimentState.SUGGESTED, ""),
        (False, ApprovalState.REFUSED, ExperimentState.CANCELLED, "refused by Ada: too dear"),
    ],
)
def test_an_answer_settles_it_and_is_audited(
    approvals: Approvals,
    suggest: Suggest,
    ledger: Ledger,
    campaign: int,
    approved: bool,
    state: ApprovalState,
    experiment_state: ExperimentState,
    why: str,
) -> None:
    experiment = suggest()
    approvals.ask(experiment.id, WHY, 60)
    row = approvals.answer(campaign, experiment.number, approved=approved, by="Ada", note="too dear")
    assert row.state == state
    now = ledger.experiment(experiment.id)
    assert (now.state, now.why) == (experiment_state, why)
    (told,) = [e.payload for e in ledger.events(campaign) if e.kind == EventKind.APPROVAL_ANSWERED]
    assert told == {
        "answer": state,
        "by": "Ada",
        "note": "too dear",
        "via": "command line",
        "reasons": list(WHY),
    }
    with pytest.raises(LedgerError, match="already by Ada"):
        approvals.answer(campaign, experiment.number, approved=True, by="Bob")


@pytest.mark.parametrize("code", ["", "000000", "é"])
def test_whoever_has_not_signed_in_needs_the_code(
    approvals: Approvals, suggest: Suggest, campaign: int, code: str
) -> None:
    experiment = suggest()
    row = approvals.ask(experiment.id, WHY, 60)
    with pytest.raises(WrongCode):
        approvals.answer(campaign, experiment.number, approved=True, by="Eve", via="Prefect UI", code=code)
    with pytest.raises(WrongCode):
        approvals.answer(campaign, experiment.number, approved=True, by="Eve", code=row.code)  # somebody saw it
    code = approvals.request(row.id).code
    assert approvals.answer(campaign, experiment.number, approved=True, by="Ada", code=f" {code.upper()} ")


def test_whoever_guesses_on_is_refused_and_every_guess_is_audited(
    approvals: Approvals, suggest: Suggest, ledger: Ledger, campaign: int
) -> None:
    other, experiment = suggest(), suggest()
    waits, row = approvals.ask(other.id, WHY, 60), approvals.ask(experiment.id, WHY, 60)
    for guess in range(1, MOST_WRONG_CODES + 1):
        assert approvals.request(row.id).state == ApprovalState.WAITING, f"before guess {guess}"
        with pytest.raises(WrongCode):
            approvals.answer(campaign, experiment.number, approved=True, by="Eve", via="Prefect UI", code="guess")
    refused, now = approvals.request(row.id), ledger.experiment(experiment.id)
    assert (refused.state, refused.by) == (ApprovalState.REFUSED, "")
    assert (now.state, now.why) == (ExperimentState.CANCELLED, f"{MOST_WRONG_CODES} wrong codes were given for it")
    told = [e.payload for e in ledger.events(campaign) if e.kind == EventKind.APPROVAL_ANSWERED]
    assert [(t["answer"], t["by"]) for t in told] == [*[("wrong code", "Eve")] * MOST_WRONG_CODES, ("refused", "")]
    with pytest.raises(LedgerError, match="already"):
        approvals.answer(campaign, experiment.number, approved=True, by="Ada", code=refused.code)
    assert approvals.request(waits.id).state == ApprovalState.WAITING, "another request has its own tries"


def test_nobody_answers_without_a_name_or_for_what_nobody_asked(
    approvals: Approvals, suggest: Suggest, campaign: int
) -> None:
    experiment = suggest()
    with pytest.raises(LedgerError, match="Nobody asked"):
        approvals.answer(campaign, experiment.number, approved=True, by="Ada")
    approvals.ask(experiment.id, WHY, 60)
    with pytest.raises(LedgerError, match="name"):
        approvals.answer(campaign, experiment.number, approved=True, by="  ")


def test_no_answer_in_time_means_refused(approvals: Approvals, suggest: Suggest, ledger: Ledger, campaign: int) -> None:
    experiment = suggest()
    approvals.ask(experiment.id, WHY, 60)
    approvals.expire(campaign)
    assert ledger.experiment(experiment.id).state == ExperimentState.SUGGESTED, "there is time left"
    ledger.database.wall_now = lambda: datetime.now(UTC) + timedelta(seconds=61)
    with pytest.raises(LedgerError, match="over"):
        approvals.answer(campaign, experiment.number, approved=True, by="Ada")
    approvals.expire(campaign)
    approvals.expire(campaign)
    now = ledger.experiment(experiment.id)
    assert (now.state, now.why) == (ExperimentState.CANCELLED, "nobody approved it in time")
    assert [row.state for row in approvals.of(campaign)] == [ApprovalState.EXPIRED]


def test_what_was_called_off_waits_no_longer(
    approvals: Approvals, suggest: Suggest, ledger: Ledger, campaign: int
) -> None:
    experiment = suggest()
    row = approvals.ask(experiment.id, WHY, 60)
    approvals.withdraw(row.id, "stopped by Ada")
    assert ledger.experiment(experiment.id).why == "stopped by Ada"
    assert approvals.of(campaign, ApprovalState.WAITING) == []

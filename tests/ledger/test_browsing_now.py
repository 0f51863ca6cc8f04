"""What is going on at this moment, as people read it, on either database."""

import uuid

import pytest

from ledger.approvals import Approvals
from ledger.browsing import Browsing
from ledger.journal import Journal
from ledger.kinds import ApprovalState
from ledger.leases import Leases
from ledger.stock import Stock
from ledger.store import Ledger
from tests.ledger.conftest import formulation


@pytest.fixture
def campaign(ledger: Ledger) -> int:
    """A campaign of two suggested films, in a lab with some salt on its shelf."""
    campaign = ledger.begin_campaign("first", {}, 1, {"name": "bench"}).id
    for index in range(2):
        ledger.add_suggestion(
            campaign,
            index=index,
            formulation=formulation(1.0 + index),
            action={},
            reason={},
            planner="sobol",
            knowledge_event=ledger.last_event(),
        )
    Stock(ledger, "bench").fill("salt", "LiBF4", 100.0, by="Ada", lot="7")
    return campaign


def test_a_film_under_way_stands_at_the_step_that_was_sent_last(ledger: Ledger, campaign: int) -> None:
    first, second = ledger.experiments(campaign)
    ledger.move(first.id, "making")
    sample = ledger.add_sample(first.id, "rack 1")
    token = Leases(ledger).acquire("synthesis", "here:1:1", 30.0).token
    for step in ("dose PEO", "dose LiBF4"):
        Journal(ledger).intend(str(uuid.uuid4()), "dispenser", "synthesis", step, sample.id, {}, token)
    told = Browsing(ledger).under_way(campaign)
    assert [(one.number, one.step, one.step_state) for one in told] == [(1, "dose LiBF4", "intended"), (2, "", "")]
    assert (told[0].sample_id, told[0].device, told[0].station) == (sample.id, "dispenser", "synthesis")
    ledger.move(first.id, "failed", "it broke")
    ledger.move(second.id, "cancelled")
    assert Browsing(ledger).under_way(campaign) == ()


def test_a_request_waits_until_it_is_answered(ledger: Ledger, campaign: int) -> None:
    for experiment in ledger.experiments(campaign):
        Approvals(ledger).ask(experiment.id, ["It costs much."], 60.0)
    browsing = Browsing(ledger)
    assert [one.experiment for one in browsing.requests()] == [2, 1]
    assert browsing.requests(campaign + 1) == ()
    Approvals(ledger).answer(campaign, 2, approved=False, by="Bea", note="too dear")
    assert [one.experiment for one in browsing.requests(campaign)] == [1]
    (answered,) = browsing.requests(waiting=False)
    assert (answered.state, answered.by, answered.note) == (ApprovalState.REFUSED, "Bea", "too dear")


def test_what_is_left_agrees_with_the_account_of_the_lab(ledger: Ledger, campaign: int) -> None:
    first, _ = ledger.experiments(campaign)
    ledger.move(first.id, "making")
    sample = ledger.add_sample(first.id, "rack 1")
    stock = Stock(ledger, "bench")
    stock.reserve(sample.id, {"salt": 20.0})
    token = Leases(ledger).acquire("synthesis", "here:1:1", 30.0).token
    order = str(uuid.uuid4())
    Journal(ledger, "bench").intend(order, "dispenser", "synthesis", "dose", sample.id, {}, token, takes=("salt", 5.0))
    stock.fill("host", "PEO", 10.0, by="Ada")
    Stock(ledger, "other").fill("salt", "LiBF4", 50.0, by="Bea")
    told = Browsing(ledger).containers()
    assert [(one.lab, one.label) for one in told] == [("bench", "LiBF4"), ("bench", "PEO"), ("other", "LiBF4")]
    levels, kept = stock.levels(), stock.reserved_mg()
    assert told[0].left_mg == levels["salt"].left_mg == 95.0
    assert told[0].kept_mg == kept["salt"]


def test_the_decisions_on_models_come_latest_first(ledger: Ledger, campaign: int) -> None:
    for _ in range(2):
        ledger.add_model_version(
            campaign, name="gp", configuration={}, training_hash="x", training_event=ledger.last_event(), n=3
        )
    ledger.promote(campaign, 1, "the first")
    ledger.refuse_model(campaign, 2, {"why": "worse"})
    ledger.promote(campaign, 2, "I know better", by="Bea", holds=True)
    told = Browsing(ledger).model_decisions(campaign)
    assert [(one.version, one.kind.removeprefix("model "), one.by, one.holds) for one in told] == [
        (2, "promoted", "Bea", True),
        (2, "refused", "", False),
        (1, "promoted", "", False),
    ]

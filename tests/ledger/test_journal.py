"""The journal: intended before, settled after, and no consuming step twice."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledger.errors import LeaseLost, LedgerError, StepRepeated
from ledger.journal import Journal
from ledger.kinds import StepState
from ledger.leases import Leases
from ledger.store import Ledger
from tests.ledger.conftest import Suggest


@pytest.fixture
def sample(ledger: Ledger, suggest: Suggest) -> str:
    return ledger.add_sample(suggest().id, "A1").id


@pytest.fixture
def journal(ledger: Ledger) -> Journal:
    return Journal(ledger)


def intend(journal: Journal, sample: str, step: str = "dose LiBF4", consuming: bool = True, token: int = 1) -> str:
    order_id = str(uuid.uuid4())
    journal.intend(order_id, "dispenser", "synthesis", step, sample, {"mass_mg": 12.5}, token, consuming)
    return order_id


def test_a_step_is_open_until_it_is_confirmed(ledger: Ledger, journal: Journal, sample: str) -> None:
    order_id = intend(journal, sample)
    assert [row.order_id for row in journal.open_steps()] == [order_id]
    assert journal.confirmed(sample).get("dose LiBF4") is None
    journal.confirm(order_id, {"mass_mg": 12.41})
    assert journal.open_steps() == []
    assert journal.confirmed(sample).get("dose LiBF4") == {"mass_mg": 12.41}
    (row,) = journal.steps(sample)
    assert (row.parameters, row.token, row.state) == ({"mass_mg": 12.5}, 1, StepState.CONFIRMED)


def test_confirming_twice_is_harmless(ledger: Ledger, journal: Journal, sample: str) -> None:
    order_id = intend(journal, sample)
    journal.confirm(order_id, {"mass_mg": 1.0})
    before = ledger.last_event()
    journal.confirm(order_id, {"mass_mg": 2.0})
    assert ledger.last_event() == before
    assert journal.confirmed(sample).get("dose LiBF4") == {"mass_mg": 1.0}


def settle_nothing(journal: Journal, order_id: str) -> None:
    """Leave the step as it is."""


SETTLINGS = {
    "intended": settle_nothing,
    "confirmed": lambda journal, order_id: journal.confirm(order_id, {}),
    "failed": lambda journal, order_id: journal.fail(order_id, "stock is empty"),
    "unknown": lambda journal, order_id: journal.resolve(order_id, "unknown", {}),
    "done_by_evidence": lambda journal, order_id: journal.resolve(order_id, "done_by_evidence", {}),
}


@pytest.mark.parametrize("state", SETTLINGS)
def test_a_consuming_step_is_never_intended_twice(ledger: Ledger, journal: Journal, sample: str, state: str) -> None:
    SETTLINGS[state](journal, intend(journal, sample))
    assert journal.steps(sample)[0].state == state
    before = ledger.last_event()
    with pytest.raises(StepRepeated, match=state):
        intend(journal, sample)
    assert ledger.last_event() == before


def test_only_evidence_that_it_never_started_frees_a_step(journal: Journal, sample: str) -> None:
    for _ in range(2):
        journal.resolve(intend(journal, sample), "never_started", {"balance_mg": 0.0})
    journal.confirm(intend(journal, sample), {"mass_mg": 12.4})
    assert journal.confirmed(sample).get("dose LiBF4") == {"mass_mg": 12.4}


def test_evidence_can_tell_what_was_made(journal: Journal, sample: str) -> None:
    journal.resolve(intend(journal, sample), "done_by_evidence", {"as_made": {"mass_mg": 12.3}, "echo": "id"})
    assert journal.confirmed(sample).get("dose LiBF4") == {"mass_mg": 12.3}


def test_an_idempotent_step_may_be_repeated(journal: Journal, sample: str) -> None:
    for _ in range(3):
        journal.confirm(intend(journal, sample, "set 30 °C", consuming=False), {})
    assert len(journal.steps(sample)) == 3


def test_the_database_itself_refuses_a_second_time(ledger: Ledger, journal: Journal, sample: str) -> None:
    """Whatever the code above it does: somebody may write to the table by hand."""
    journal.confirm(intend(journal, sample), {})
    columns = "device, station, step, consuming, parameters, sample_id, experiment_id, token, state, words"
    again = text(
        f"INSERT INTO physical_step (order_id, {columns}, intended_at, event) "
        f"SELECT 'by hand', {columns}, intended_at, event FROM physical_step"
    )
    with ledger.database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(again)


@pytest.mark.parametrize("state", ["confirmed", "done_by_evidence"])
def test_what_is_settled_stays_settled(journal: Journal, sample: str, state: str) -> None:
    order_id = intend(journal, sample)
    SETTLINGS[state](journal, order_id)
    with pytest.raises(LedgerError, match=state):
        journal.fail(order_id, "too late")
    with pytest.raises(LedgerError, match=state):
        journal.resolve(order_id, "never_started", {})


def test_a_failed_step_can_be_looked_into(journal: Journal, sample: str) -> None:
    order_id = intend(journal, sample)
    journal.fail(order_id, "stock is empty")
    assert journal.steps(sample)[0].words == "stock is empty"
    journal.resolve(order_id, "never_started", {"balance_mg": 0.0})
    intend(journal, sample)


def test_a_verdict_must_be_one(journal: Journal, sample: str) -> None:
    with pytest.raises(LedgerError, match="resolved"):
        journal.resolve(intend(journal, sample), "confirmed", {})


def test_open_steps_are_found_by_campaign_experiment_and_station(
    ledger: Ledger, journal: Journal, sample: str, suggest: Suggest, campaign: int
) -> None:
    other = suggest()
    first, second = intend(journal, sample), intend(journal, ledger.add_sample(other.id, "A2").id)
    assert [row.order_id for row in journal.open_steps(campaign_id=campaign)] == [first, second]
    assert [row.order_id for row in journal.open_steps(experiment_id=other.id)] == [second]
    assert journal.open_steps(campaign_id=campaign + 1) == []
    assert journal.open_steps(station="measuring-1") == []


def test_a_late_command_of_an_old_owner_is_refused(ledger: Ledger, journal: Journal, sample: str) -> None:
    leases = Leases(ledger)
    old = leases.acquire("synthesis", "old", ttl_s=60)
    done = intend(journal, sample, token=old.token)
    new = leases.acquire("synthesis", "new", ttl_s=60, owner_is_dead=lambda owner: owner == "old")
    with pytest.raises(LeaseLost):
        intend(journal, sample, "dose PEO", token=old.token)
    intend(journal, sample, "dose PEO", token=new.token)
    journal.confirm(done, {})  # what was done was done


def test_an_unknown_sample_is_refused(journal: Journal) -> None:
    with pytest.raises(LedgerError, match="no sample"):
        intend(journal, "nobody")

"""Stock: what was put in less what was taken out, never told too high, and no step that would run dry."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.containers import SPARE
from ledger.errors import LedgerError, OutOfStock
from ledger.journal import Journal
from ledger.kinds import EventKind, StepState
from ledger.stock import Stock
from ledger.store import Ledger
from tests.ledger.conftest import Suggest

SALT = "[Li+].F[B-](F)(F)F"


@pytest.fixture
def stock(ledger: Ledger) -> Stock:
    return Stock(ledger, "bench")


@pytest.fixture
def sample(ledger: Ledger, suggest: Suggest) -> str:
    return ledger.add_sample(suggest().id, "A1").id


@pytest.fixture
def journal(ledger: Ledger) -> Journal:
    return Journal(ledger, "bench")


def dose(journal: Journal, sample: str, mass_mg: float, component: str = SALT) -> str:
    order = str(uuid.uuid4())
    step = f"dose {order}"
    journal.intend(order, "dispenser", "synthesis", step, sample, {}, 1, takes=(component, mass_mg))
    return order


def left(stock: Stock) -> float:
    return stock.levels()[SALT].left_mg


@pytest.fixture
def filled(stock: Stock) -> Stock:
    stock.fill(SALT, "LiBF4", 100.0, by="Ada", lot="7")
    return stock


def test_a_dose_is_taken_when_it_is_intended_and_corrected_when_it_is_confirmed(
    filled: Stock, journal: Journal, sample: str
) -> None:
    order = dose(journal, sample, 40.0)
    assert left(filled) == 60.0
    journal.confirm(order, {"dispensed_mg": 40.5})
    assert left(filled) == 59.5
    journal.confirm(order, {"dispensed_mg": 40.5})
    assert left(filled) == 59.5, "confirmed twice, taken once"


@pytest.mark.parametrize(
    ("settle", "taken"),
    [
        (lambda journal, order: journal.resolve(order, StepState.NEVER_STARTED, {}), 0.0),
        (lambda journal, order: journal.resolve(order, StepState.UNKNOWN, {}), 40.0),
        (lambda journal, order: journal.resolve(order, "done_by_evidence", {"as_made": {"dispensed_mg": 39.0}}), 39.0),
        (lambda journal, order: journal.fail(order, "jammed"), 40.0),
        (lambda journal, order: journal.fail(order, "no connection", begun=False), 0.0),
    ],
    ids=["never started", "unknown", "done by evidence", "failed", "refused"],
)
def test_what_nobody_knows_better_counts_as_taken(
    filled: Stock, journal: Journal, sample: str, settle: object, taken: float
) -> None:
    assert callable(settle)
    settle(journal, dose(journal, sample, 40.0))
    assert left(filled) == pytest.approx(100.0 - taken)


def test_a_failed_dose_that_was_found_never_begun_is_given_back(filled: Stock, journal: Journal, sample: str) -> None:
    order = dose(journal, sample, 40.0)
    journal.fail(order, "jammed")
    journal.resolve(order, StepState.NEVER_STARTED, {})
    assert left(filled) == 100.0


def test_a_step_that_would_run_dry_is_refused_and_leaves_no_trace(
    ledger: Ledger, filled: Stock, journal: Journal, sample: str
) -> None:
    before = ledger.last_event()
    with pytest.raises(OutOfStock, match=r"100\.0 mg of LiBF4 are left, 100\.0 mg are needed"):
        dose(journal, sample, 100.0)
    assert ledger.last_event() == before
    assert journal.open_steps() == []
    dose(journal, sample, 100.0 / SPARE - 0.01)


def test_of_what_has_no_container_no_account_is_kept(filled: Stock, journal: Journal, sample: str) -> None:
    journal.confirm(dose(journal, sample, 1e6, component="CC"), {"dispensed_mg": 1e6})
    assert left(filled) == 100.0
    assert Stock(journal_ledger(filled), "another bench").levels() == {}


def journal_ledger(stock: Stock) -> Ledger:
    return Ledger(stock._database)


def test_what_was_left_at_an_event_never_changes(ledger: Ledger, filled: Stock, journal: Journal, sample: str) -> None:
    seen = {}
    orders = [dose(journal, sample, 10.0) for _ in range(2)]
    seen[ledger.last_event()] = left(filled)
    journal.confirm(orders[0], {"dispensed_mg": 11.0})
    seen[ledger.last_event()] = left(filled)
    filled.weighed(SALT, 50.0, by="Ada", note="balance 2")
    seen[ledger.last_event()] = left(filled)
    filled.fill(SALT, "LiBF4", 500.0, by="Ada")
    journal.confirm(orders[1], {"dispensed_mg": 9.0})
    assert left(filled) == 500.0, "it came from the old container"
    assert list(seen.values()) == [80.0, 79.0, 50.0]
    for event, mass_mg in seen.items():
        assert filled.levels(up_to_event=event)[SALT].left_mg == mass_mg


def test_nobody_weighs_what_is_not_there(stock: Stock) -> None:
    with pytest.raises(LedgerError, match="no container"):
        stock.weighed(SALT, 1.0, by="Ada")


def test_what_is_short_is_said_in_words(filled: Stock) -> None:
    assert filled.short_of({SALT: 50.0, "CC": 1e9}) == []
    assert filled.short_of({SALT: 99.0}) == ["100.0 mg of LiBF4 are left, 99.0 mg are needed"]


@pytest.mark.parametrize("late", ["never_started", "confirmed"])
def test_a_balance_knows_better_than_an_order_that_is_settled_later(
    filled: Stock, journal: Journal, sample: str, late: str
) -> None:
    order = dose(journal, sample, 40.0)
    filled.weighed(SALT, 70.0, by="Ada")
    if late == "confirmed":
        journal.confirm(order, {"dispensed_mg": 50.0})
    else:
        journal.resolve(order, late, {})
    assert left(filled) == 70.0


def other_sample(ledger: Ledger, suggest: Suggest) -> str:
    return ledger.add_sample(suggest().id, "A2").id


def test_of_two_that_find_no_container_at_once_one_puts_it_there(ledger: Ledger, stock: Stock) -> None:
    """Campaigns that begin side by side read the same lab file; what the first has dosed by then is not forgotten."""
    start = threading.Barrier(2)

    def shelve(by: str) -> None:
        start.wait()
        stock.fill(SALT, "LiBF4", 100.0, by=by, where_none=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(shelve, ("left", "right")))
    assert [event.kind for event in ledger.events()].count(EventKind.STOCK_FILLED) == 1
    assert left(stock) == 100.0


def test_of_two_stations_that_ask_at_once_one_is_given_the_stock(
    ledger: Ledger, suggest: Suggest, filled: Stock, sample: str
) -> None:
    samples, both = [sample, other_sample(ledger, suggest)], threading.Barrier(2)

    def begin(name: str) -> bool:
        both.wait()
        try:
            filled.reserve(name, {SALT: 60.0})
        except OutOfStock:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(begin, samples)) == [False, True]


def test_what_a_film_needs_later_is_kept_for_it(
    ledger: Ledger, suggest: Suggest, filled: Stock, journal: Journal, sample: str
) -> None:
    other = other_sample(ledger, suggest)
    filled.fill("CC", "ethane", 1000.0, by="Ada")
    filled.reserve(sample, {"CC": 300.0, SALT: 60.0})
    dose(journal, sample, 300.0, component="CC")
    before = ledger.last_event()
    short = r"100\.0 mg of LiBF4 are left \(63\.0 mg of them for films that are being made\), 60\.0 mg are needed"
    with pytest.raises(OutOfStock, match=short):
        filled.reserve(other, {"CC": 300.0, SALT: 60.0})
    with pytest.raises(OutOfStock, match=short):
        dose(journal, other, 60.0)
    assert ledger.last_event() == before, "nothing was reserved, nothing intended"
    dose(journal, sample, 60.0)
    dose(journal, other, 30.0)
    assert left(filled) == 10.0


def test_a_film_that_was_given_up_needs_nothing(
    ledger: Ledger, suggest: Suggest, filled: Stock, journal: Journal, sample: str
) -> None:
    filled.reserve(sample, {SALT: 60.0})
    assert filled.reserved_mg() == {SALT: pytest.approx(63.0)}
    ledger.move(ledger.sample(sample).experiment_id, "cancelled")
    assert filled.reserved_mg() == {SALT: 0.0}
    filled.reserve(other_sample(ledger, suggest), {SALT: 60.0})


@pytest.mark.parametrize(("state", "kept"), [("paused", 63.0), ("aborted", 0.0)])
def test_a_campaign_that_was_left_keeps_what_its_films_need_and_one_that_is_over_does_not(
    ledger: Ledger, campaign: int, filled: Stock, sample: str, state: str, kept: float
) -> None:
    filled.reserve(sample, {SALT: 60.0})
    ledger.set_campaign_state(campaign, state)
    assert filled.reserved_mg() == {SALT: pytest.approx(kept)}


def test_a_film_reserves_once_and_a_dose_that_never_fell_is_kept_for_it_still(
    ledger: Ledger, suggest: Suggest, filled: Stock, journal: Journal, sample: str
) -> None:
    filled.reserve(sample, {SALT: 60.0})
    before = ledger.last_event()
    filled.reserve(sample, {SALT: 60.0})
    assert ledger.last_event() == before
    journal.resolve(dose(journal, sample, 60.0), StepState.NEVER_STARTED, {})
    with pytest.raises(OutOfStock):
        dose(journal, other_sample(ledger, suggest), 60.0)
    dose(journal, sample, 60.0)
    assert left(filled) == 40.0


def test_a_container_that_an_instrument_found_empty_is_empty_until_somebody_fills_or_weighs_it(
    ledger: Ledger, filled: Stock, journal: Journal, sample: str
) -> None:
    earlier = dose(journal, sample, 20.0)
    before = ledger.last_event()
    journal.fail(dose(journal, sample, 40.0), "the container ran empty after 3.0 mg", ran_empty=True)
    journal.confirm(earlier, {"dispensed_mg": 10.0})
    level = filled.levels()[SALT]
    assert (level.left_mg, level.found_empty) == (0.0, "dispenser: the container ran empty after 3.0 mg")
    (told,) = [event.payload for event in ledger.events() if event.kind == EventKind.STOCK_EMPTY]
    assert (told["from"], told["by"], told["words"]) == (40.0, "dispenser", "the container ran empty after 3.0 mg")
    assert filled.levels(up_to_event=before)[SALT].left_mg == 80.0, "a planner that is asked again says the same"
    with pytest.raises(OutOfStock):
        dose(journal, sample, 1.0)
    filled.weighed(SALT, 30.0, by="Ada")
    assert filled.levels()[SALT].found_empty == ""
    journal.fail(dose(journal, sample, 10.0), "it ran empty", ran_empty=True)
    filled.fill(SALT, "LiBF4", 500.0, by="Ada")
    assert (left(filled), filled.levels()[SALT].found_empty) == (500.0, "")


def test_what_somebody_has_weighed_or_filled_since_is_not_emptied_by_an_older_order(
    filled: Stock, journal: Journal, sample: str
) -> None:
    orders = [dose(journal, sample, 20.0) for _ in range(2)]
    filled.weighed(SALT, 55.0, by="Ada")
    journal.fail(orders[0], "it ran empty", ran_empty=True)
    assert left(filled) == 55.0
    filled.fill(SALT, "LiBF4", 500.0, by="Ada")
    journal.fail(orders[1], "it ran empty", ran_empty=True)
    assert left(filled) == 500.0

"""What is asked with every dose and every suggestion is found by an index, however much a ledger holds."""

import re
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from ledger.journal import Journal
from ledger.stock import Stock
from ledger.store import Ledger
from tests.ledger.conftest import film_on, formulation

SALT = "[Li+].F[B-](F)(F)F"
GROWING = {"event", "experiment", "film", "observation", "physical_step", "sample", "stock_change", "stock_reservation"}
"""Tables that have more rows the more films were made, in whichever campaign."""
SCAN = re.compile(r"SCAN (\w+)(?! USING (?:COVERING )?INDEX ix_stock_reservation| USING INDEX ix_observation_closed)")
"""A table read from end to end; what the two indices of a few rows hold may be."""


def one_film(ledger: Ledger, campaign: int) -> None:
    """An experiment from suggestion to observation, with what its planner and its store room are asked."""
    stock, journal, known = Stock(ledger, "bench"), Journal(ledger, "bench"), ledger.last_event()
    stock.levels(up_to_event=known)
    for ask in (ledger.films, ledger.pending, ledger.failures, ledger.decisions):
        ask(campaign, known)
    ledger.last_amendment(campaign)
    experiment = ledger.add_suggestion(
        campaign,
        index=0,
        formulation=formulation(),
        action={},
        reason={},
        planner="sobol",
        knowledge_event=known,
        model_version=1,
    )
    ledger.move(experiment.id, "making")
    sample = ledger.add_sample(experiment.id, "A1").id
    stock.reserve(sample, {SALT: 10.0})
    order = str(uuid.uuid4())
    journal.intend(order, "dispenser", "synthesis", "dose LiBF4", sample, {}, 1, takes=(SALT, 10.0))
    journal.confirm(order, {"dispensed_mg": 10.1})
    ledger.as_made(sample, formulation(), 150.0, 0.785)
    for state in ("made", "measuring", "measured"):
        ledger.move(experiment.id, state)
    ledger.observe(experiment.id, film_on(sample, formulation(), -5.0))


def test_no_question_of_a_film_reads_a_whole_table_that_grows(tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        Stock(ledger, "bench").fill(SALT, "LiBF4", 100.0, by="Ada")
        campaign = ledger.begin_campaign("peo_salts", {}, 7).id
        event.listen(ledger.database.engine, "before_cursor_execute", note)
        one_film(ledger, campaign)
        event.remove(ledger.database.engine, "before_cursor_execute", note)
        with ledger.database.engine.connect() as connection:
            plans = {
                statement: [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
                for statement, given in asked
            }
            assert connection.execute(text("SELECT count(*) FROM stock_change")).scalar_one() == 3
    assert len(plans) > len(GROWING)
    whole = {
        statement: plan for statement, plan in plans.items() if any(set(SCAN.findall(step)) & GROWING for step in plan)
    }
    assert not whole

"""What is asked of theory is numbered beside the experiments, answered once, and never taken for a film's."""

from collections.abc import Callable

import pytest

from ledger.errors import IllegalMove
from ledger.film import Reading, Source
from ledger.kinds import CalculationState
from ledger.store import Ledger
from ledger.tables import CalculationRow
from tests.ledger.conftest import Suggest, formulation

Ask = Callable[..., CalculationRow]


@pytest.fixture
def ask(ledger: Ledger, campaign: int) -> Ask:
    """A calculation that a planner asks for."""

    def asked(molality: float = 1.0, source: str = "md") -> CalculationRow:
        return ledger.add_calculation(
            campaign,
            index=ledger.count_suggestions(campaign),
            formulation=formulation(molality),
            action={"source": source, "plan": "", "cost_h": 1.0},
            reason={"summary": "cheap"},
            planner="multi_fidelity",
            knowledge_event=1,
        )

    return asked


def reading(value: float = -5.0, source: Source = Source.MD) -> Reading:
    return Reading(property="log10_conductivity", value=value, sd=0.15, temperature_C=30.0, source=source)


def test_calculations_and_experiments_share_the_suggestions_and_not_the_numbers(
    ledger: Ledger, campaign: int, suggest: Suggest, ask: Ask
) -> None:
    made, first, second = suggest(), ask(0.5), ask(0.7)
    assert (made.number, first.number, second.number) == (1, 1, 2)
    assert ledger.count_suggestions(campaign) == 3
    assert ledger.count_experiments(campaign) == 1
    decisions = ledger.decisions(campaign, ledger.last_event())
    assert [(one.index, one.source, one.state) for one in decisions] == [
        (0, "experiment", None),
        (1, "md", None),
        (2, "md", None),
    ]
    assert ledger.pending(campaign) == [made.formulation]


def test_an_answer_is_theory_s_and_is_known_from_its_event_on(ledger: Ledger, campaign: int, ask: Ask) -> None:
    row = ask()
    before = ledger.last_event()
    event = ledger.calculated(row.id, [reading()], {"engine": "twin"})
    (film,) = ledger.films(campaign, sources=[Source.MD])
    assert film.readings == (reading(),)
    assert film.formulation == row.formulation
    assert ledger.films(campaign, sources=[Source.MEASURED]) == []
    assert ledger.films(campaign, up_to_event=before) == []
    (closed,) = ledger.calculations(campaign)
    assert (closed.state, closed.closed_event, closed.film_id) == ("observed", event, film.film_id)
    decided = [ledger.decisions(campaign, at)[0] for at in (before, event)]
    assert [(one.state, one.film_id) for one in decided] == [(None, None), (CalculationState.OBSERVED, film.film_id)]


@pytest.mark.parametrize("state", [CalculationState.FAILED, CalculationState.CANCELLED])
def test_what_is_over_is_over(ledger: Ledger, campaign: int, ask: Ask, state: CalculationState) -> None:
    row = ask()
    ledger.end_calculation(row.id, state, "the engine is away")
    (closed,) = ledger.calculations(campaign)
    assert (closed.state, closed.why, closed.film_id) == (state, "the engine is away", None)
    last = ledger.last_event()
    with pytest.raises(IllegalMove, match="it is over"):
        ledger.calculated(row.id, [reading()], {})
    with pytest.raises(IllegalMove, match="it is over"):
        ledger.end_calculation(row.id, CalculationState.FAILED, "again")
    assert ledger.last_event() == last
    assert ledger.films(campaign) == []


def test_each_source_answers_for_itself(ledger: Ledger, campaign: int, ask: Ask) -> None:
    row, last = ask(), ledger.last_event()
    with pytest.raises(IllegalMove, match="cannot read measured"):
        ledger.calculated(row.id, [reading(source=Source.MEASURED)], {})
    with pytest.raises(IllegalMove, match="no theory"):
        ask(source="literature")
    with pytest.raises(IllegalMove, match="cannot become observed"):
        ledger.end_calculation(row.id, CalculationState.OBSERVED, "")
    assert ledger.last_event() == last
    assert [one.state for one in ledger.calculations(campaign)] == ["asked"]

"""Decisions at the quality gate: recorded with what follows from them, or not at all."""

import pytest

from ledger.errors import IllegalMove, LedgerError
from ledger.kinds import ExperimentState, GateDecision
from ledger.store import Ledger
from tests.ledger.conftest import Measured, Suggest


@pytest.mark.parametrize(
    ("decision", "state", "samples"),
    [
        (GateDecision.ACCEPT, ExperimentState.MEASURED, 1),
        (GateDecision.MEASURE_AGAIN, ExperimentState.MEASURING, 1),
        (GateDecision.PRESS_AGAIN, ExperimentState.MAKING, 1),
        (GateDecision.MAKE_AGAIN, ExperimentState.MAKING, 2),
        (GateDecision.DISCARD, ExperimentState.DISCARDED, 1),
    ],
)
def test_a_decision_moves_the_experiment(
    ledger: Ledger, measured: Measured, decision: GateDecision, state: ExperimentState, samples: int
) -> None:
    experiment, sample = measured()
    ledger.decide(experiment.id, sample.id, decision, "because", {"sweeps": 2}, {"verdicts": []})
    (row,) = ledger.film_decisions(experiment.id)
    assert (row.decision, row.reason, row.evidence) == (decision, "because", {"sweeps": 2})
    now = ledger.experiment(experiment.id)
    assert now.state == state
    assert (now.why, now.result) == (("because", {"verdicts": []}) if state.final else ("", None))
    made = ledger.samples(experiment.id)
    assert len(made) == samples
    assert made[-1].parent_id == (sample.id if samples == 2 else None)


def test_what_was_not_measured_is_not_judged(ledger: Ledger, suggest: Suggest, measured: Measured) -> None:
    experiment = suggest()
    other, sample = measured()
    before = ledger.last_event()
    with pytest.raises(LedgerError, match="none of experiment"):
        ledger.decide(experiment.id, sample.id, GateDecision.DISCARD, "", {})
    ledger.decide(other.id, sample.id, GateDecision.DISCARD, "", {})
    after = ledger.last_event()
    with pytest.raises(IllegalMove):
        ledger.decide(other.id, sample.id, GateDecision.MAKE_AGAIN, "", {})
    assert (ledger.last_event(), len(ledger.samples(other.id))) == (after, 1)
    assert after == before + 2

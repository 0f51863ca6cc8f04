"""Experiments go through their states and no others; what was pending or failed at an event stays so."""

import pytest
from sqlalchemy.exc import IntegrityError

from ledger.amendments import Change
from ledger.errors import IllegalMove, NotStorable
from ledger.kinds import NEXT_STATES, ExperimentState
from ledger.store import Ledger
from tests.ledger.conftest import Measured, Suggest, film_on, formulation

PATH = {
    ExperimentState.SUGGESTED: (),
    ExperimentState.MAKING: ("making",),
    ExperimentState.MADE: ("making", "made"),
    ExperimentState.MEASURING: ("making", "made", "measuring"),
    ExperimentState.MEASURED: ("making", "made", "measuring", "measured"),
    ExperimentState.FAILED: ("failed",),
    ExperimentState.DISCARDED: ("discarded",),
    ExperimentState.CANCELLED: ("cancelled",),
}


@pytest.mark.parametrize("start", PATH)
def test_only_allowed_moves_are_made(ledger: Ledger, suggest: Suggest, start: ExperimentState) -> None:
    for state in ExperimentState:
        experiment = suggest()
        for step in PATH[start]:
            ledger.move(experiment.id, step)
        before = ledger.last_event()
        if state in NEXT_STATES[start] and state is not ExperimentState.OBSERVED:
            assert ledger.move(experiment.id, state, "why", {"n": 1}).state == state
            assert ledger.last_event() == before + 1
        else:
            with pytest.raises(IllegalMove):
                ledger.move(experiment.id, state)
            assert ledger.last_event() == before
            assert ledger.experiment(experiment.id).state == start


def test_a_suggestion_and_its_experiment_are_one(ledger: Ledger, campaign: int, suggest: Suggest) -> None:
    first, second = suggest(formulation(0.5, plasticiser=0.1)), suggest()
    assert (first.number, second.number) == (1, 2)
    suggestion = ledger.suggestions(campaign)[0]
    assert ledger.count_suggestions(campaign) == len(ledger.suggestions(campaign))
    assert suggestion.id == first.suggestion_id
    assert suggestion.event == first.event
    assert suggestion.formulation == first.formulation == formulation(0.5, plasticiser=0.1)
    assert (suggestion.source, suggestion.cost_h, suggestion.knowledge_event) == ("experiment", 20.0, 1)
    assert [row.index for row in ledger.suggestions(campaign, up_to_event=first.event)] == [0]


def test_names_survive_though_they_are_no_part_of_a_formulation(ledger: Ledger, suggest: Suggest) -> None:
    experiment = ledger.experiment(suggest(formulation(0.5, plasticiser=0.1)).id)
    held = experiment.formulation
    assert held.salt is not None
    assert (held.polymer.name, held.salt.name, held.additives[0].additive.name) == ("PEO", "LiBF4", "succinonitrile")
    assert held.key == formulation(0.5, plasticiser=0.1).key


def test_one_index_is_suggested_once(ledger: Ledger, campaign: int, suggest: Suggest) -> None:
    suggest()
    before = ledger.last_event()
    with pytest.raises(IntegrityError):
        ledger.add_suggestion(
            campaign, index=0, formulation=formulation(), action={}, reason={}, planner="sobol", knowledge_event=0
        )
    assert ledger.last_event() == before
    assert len(ledger.experiments(campaign)) == 1


def test_a_payload_that_json_cannot_hold_is_refused_whole(ledger: Ledger, suggest: Suggest) -> None:
    experiment = suggest()
    before = ledger.last_event()
    for payload in ({"R": float("nan")}, {"R": object()}):
        with pytest.raises(NotStorable):
            ledger.move(experiment.id, "failed", "no", payload)
    assert ledger.last_event() == before
    assert ledger.experiment(experiment.id).state == ExperimentState.SUGGESTED


def test_numpy_is_stored_as_plain_numbers(ledger: Ledger, suggest: Suggest) -> None:
    import numpy as np

    experiment = suggest()
    ledger.move(experiment.id, "failed", "no", {"R": np.float32(0.5), "n": np.arange(3), "ok": np.bool_(True)})
    assert ledger.experiment(experiment.id).result == {"R": 0.5, "n": [0, 1, 2], "ok": True}


def test_the_past_of_pending_failed_and_observed_never_changes(
    ledger: Ledger, campaign: int, suggest: Suggest, measured: Measured
) -> None:
    def known(event: int) -> tuple[object, ...]:
        return ledger.pending(campaign, event), ledger.failures(campaign, event), ledger.films(campaign, event)

    history: list[tuple[object, ...]] = []

    def remember() -> None:
        # Several events may have passed; between two looks nothing else was visible to anybody.
        while len(history) <= ledger.last_event():
            history.append(known(len(history)))

    remember()
    for molality, end in ((0.1, "failed"), (0.2, "discarded"), (0.3, "cancelled"), (0.4, "making")):
        experiment = suggest(formulation(molality))
        remember()
        ledger.move(experiment.id, end, f"{end} at {molality}")
        remember()
    done, sample = measured(formulation(0.5))
    remember()
    ledger.observe(done.id, film_on(sample.id, formulation(0.5), -5.0, -4.5))
    remember()
    observation = ledger.observations(sample.id)[0]
    ledger.amend([Change(observation_id=observation.id, value=-5.1)], by="Ada", note="wrong thickness")
    remember()
    ledger.amend([Change(observation_id=ledger.observations(sample.id)[1].id, value=None)], by="Ada", note="wrong vial")
    remember()

    assert [known(event) for event in range(len(history))] == history
    assert ledger.pending(campaign) == [formulation(0.4)]
    assert ledger.failures(campaign) == [
        (formulation(0.1), "failed at 0.1"),
        (formulation(0.2), "discarded at 0.2"),
    ]


def test_experiments_can_be_asked_for_by_state(ledger: Ledger, campaign: int, suggest: Suggest) -> None:
    first, second = suggest(), suggest()
    ledger.move(first.id, "making")
    assert [row.id for row in ledger.experiments(campaign, ["making"])] == [first.id]
    assert [row.id for row in ledger.experiments(campaign, [])] == []
    assert [row.id for row in ledger.experiments(campaign)] == [first.id, second.id]

"""Model versions are kept for ever, their weights only while they may be asked."""

from typing import Any

import pytest

from ledger.errors import LedgerError
from ledger.kinds import ModelState
from ledger.predictions import Prediction
from ledger.store import Ledger
from tests.ledger.conftest import Suggest, formulation


def fit(ledger: Ledger, campaign: int, weights: bytes | None = b"w") -> int:
    return ledger.add_model_version(
        campaign,
        name="gaussian_process",
        configuration={"kernel": "matern"},
        training_hash="abc",
        training_event=ledger.last_event(),
        n=6,
        metrics={"crps": 0.1},
        weights=weights,
    ).number


def test_versions_are_counted_and_start_as_candidates(ledger: Ledger, campaign: int) -> None:
    assert [fit(ledger, campaign) for _ in range(3)] == [1, 2, 3]
    assert {row.state for row in ledger.model_versions(campaign)} == {ModelState.CANDIDATE}
    assert ledger.champion(campaign) is None


def test_the_champion_at_an_event_stays_the_champion_at_that_event(ledger: Ledger, campaign: int) -> None:
    seen: dict[int, int | None] = {ledger.last_event(): None}
    for number in (fit(ledger, campaign), fit(ledger, campaign), 1):
        ledger.promote(campaign, number, "no worse")
        seen[ledger.last_event()] = number
    for event, number in seen.items():
        champion = ledger.champion(campaign, event)
        assert (champion.number if champion else None) == number
    assert [row.state for row in ledger.model_versions(campaign)] == [ModelState.CHAMPION, ModelState.RETIRED]


def test_weights_are_kept_for_champion_newest_and_open_decisions(
    ledger: Ledger, campaign: int, suggest: Suggest
) -> None:
    for _ in range(4):
        fit(ledger, campaign, b"weights")
    assert [ledger.weights(campaign, number) is not None for number in range(1, 5)] == [False, False, False, True]
    ledger.promote(campaign, 4)
    asked = suggest(model_version=fit(ledger, campaign))
    fit(ledger, campaign)
    fit(ledger, campaign)
    kept = [number for number in range(1, 8) if ledger.weights(campaign, number) is not None]
    assert kept == [4, 5, 7]  # champion, behind an open experiment, newest
    ledger.move(asked.id, "cancelled")
    ledger.promote(campaign, 7)
    assert [number for number in range(1, 8) if ledger.weights(campaign, number) is not None] == [7]
    assert len(ledger.model_versions(campaign)) == 7


def test_an_unknown_version_cannot_be_promoted(ledger: Ledger, campaign: int) -> None:
    before = ledger.last_event()
    with pytest.raises(LedgerError):
        ledger.promote(campaign, 3)
    assert ledger.last_event() == before


def test_weights_that_a_fit_cannot_repeat_are_kept_for_ever(ledger: Ledger, campaign: int) -> None:
    told: dict[str, Any] = {"name": "network", "configuration": {}, "training_hash": "abc", "training_event": 0, "n": 6}
    ledger.add_model_version(campaign, **told, weights=b"w", keep_weights=True, environment={"torch": "2"})
    for _ in range(3):
        ledger.promote(campaign, fit(ledger, campaign))
    assert [ledger.weights(campaign, number) is not None for number in (1, 2, 3, 4)] == [True, False, False, True]
    assert ledger.model_version(campaign, 1).environment == {"torch": "2"}


def test_who_promoted_why_and_whether_it_holds_stays_known(ledger: Ledger, campaign: int) -> None:
    assert [fit(ledger, campaign), fit(ledger, campaign)] == [1, 2]
    ledger.promote(campaign, 2, "no worse", lead=0.1)
    before = ledger.last_event()
    ledger.promote(campaign, 1, "the new one dreams", by="Ada", holds=True)
    event, earlier = ledger.last_promotion(campaign), ledger.last_promotion(campaign, before)
    assert event is not None
    assert earlier is not None
    assert {key: event.payload[key] for key in ("version", "by", "why", "holds")} == {
        "version": 1,
        "by": "Ada",
        "why": "the new one dreams",
        "holds": True,
    }
    assert (earlier.payload["version"], earlier.payload["holds"], earlier.payload["lead"]) == (2, False, 0.1)


def test_a_version_that_was_refused_stays_a_candidate_and_the_refusal_is_told(ledger: Ledger, campaign: int) -> None:
    number = fit(ledger, campaign)
    ledger.refuse_model(campaign, number, {"against": "it is worse"})
    assert ledger.champion(campaign) is None
    assert ledger.model_version(campaign, number).state == ModelState.CANDIDATE
    last = ledger.events(campaign)[-1]
    assert (last.kind, last.payload["against"]) == ("model refused", "it is worse")


def test_a_drift_holds_from_the_event_that_says_so_to_the_one_that_ends_it(ledger: Ledger, campaign: int) -> None:
    before = ledger.last_event()
    begun = ledger.note_drift(campaign, "conductivity", begun=True, payload={"widening": 1.4})
    other = ledger.note_drift(campaign, "modulus", begun=True, payload={"widening": 2.0})
    ended = ledger.note_drift(campaign, "conductivity", begun=False, payload={})
    assert [sorted(ledger.drifting(campaign, event)) for event in (before, begun, other, ended)] == [
        [],
        ["conductivity"],
        ["conductivity", "modulus"],
        ["modulus"],
    ]
    assert ledger.drifting(campaign)["modulus"].payload == {"widening": 2.0}


def test_a_prediction_names_its_version_and_is_found_up_to_an_event(ledger: Ledger, campaign: int) -> None:
    version = fit(ledger, campaign)
    foretold = Prediction(property="log10_conductivity", temperature_C=30.0, mean=-5.0, sd=0.2, film_sd=0.1)
    before = ledger.last_event()
    experiment = ledger.add_suggestion(
        campaign,
        index=0,
        formulation=formulation(),
        action={},
        reason={},
        planner="sobol",
        knowledge_event=before,
        foretold=(version, [foretold]),
    )
    (row,) = ledger.predictions(campaign)
    assert (row.model_version, row.experiment_id, row.mean, row.unit) == (version, experiment.id, -5.0, "log10(S/cm)")
    assert row.event == experiment.event
    assert ledger.predictions(campaign, before) == []

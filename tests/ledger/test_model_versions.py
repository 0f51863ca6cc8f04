"""Model versions are kept for ever, their weights only while they may be asked."""

import pytest

from ledger.errors import LedgerError
from ledger.kinds import ModelState
from ledger.store import Ledger
from tests.ledger.conftest import Suggest


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

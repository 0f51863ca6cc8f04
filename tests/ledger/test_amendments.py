"""Amendments: the present changes, the past does not, and every later decision that used the number is marked."""

import pytest

from ledger.amendments import Change
from ledger.errors import LedgerError
from ledger.store import Ledger
from tests.ledger.conftest import Measured, Suggest, film_on, formulation


def version(ledger: Ledger, campaign: int) -> int:
    event = ledger.last_event()
    row = ledger.add_model_version(
        campaign, name="gp", configuration={}, training_hash="h", training_event=event, n=1, weights=b""
    )
    return row.number


def test_amending_changes_the_present_and_not_the_past(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    observed = ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0, -4.5, -4.0))
    first = ledger.observations(sample.id)[0]
    (better,) = ledger.amend([Change(observation_id=first.id, value=-5.2, sd=0.1)], by="Ada", note="film was thinner")
    amended = ledger.last_event()
    assert better is not None
    ledger.amend([Change(observation_id=better, value=-5.3)], by="Ada", note="thinner still")

    def values(event: int | None) -> list[float]:
        return [reading.value for reading in ledger.films(campaign, event)[0].readings]

    assert values(observed) == [-5.0, -4.5, -4.0]
    assert values(amended) == [-5.2, -4.5, -4.0]
    assert values(None) == [-5.3, -4.5, -4.0]
    history = ledger.observations(sample.id)
    assert [row.superseded_by is not None for row in history] == [True, False, False, True, False]
    told = ledger.events(after=observed)
    assert [(event.payload["by"], event.payload["from"], event.payload["to"]) for event in told] == [
        ("Ada", -5.0, -5.2),
        ("Ada", -5.2, -5.3),
    ]


def test_all_changes_are_made_or_none(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0, -4.5))
    first, second = ledger.observations(sample.id)
    ledger.amend([Change(observation_id=first.id, value=None)], by="Ada", note="label on the wrong vial")
    before = ledger.last_event()
    again = [Change(observation_id=second.id, value=0.0), Change(observation_id=first.id, value=0.0)]
    with pytest.raises(LedgerError, match="no longer holds"):
        ledger.amend(again, by="Ada", note="")
    assert ledger.last_event() == before
    assert [r.value for r in ledger.films(campaign)[0].readings] == [-4.5]


def test_every_later_decision_that_used_it_is_marked_and_no_other(
    ledger: Ledger, campaign: int, measured: Measured, suggest: Suggest
) -> None:
    before = version(ledger, campaign)
    suggest(model_version=before)
    experiment, sample = measured()
    ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0))
    suggest()  # no model was asked
    used = version(ledger, campaign)
    suggest(model_version=used)
    later = ledger.suggestions(campaign)[-1].index
    other = ledger.begin_campaign("other", {}, 1).id
    version(ledger, other)
    (row,) = ledger.observations(sample.id)
    assert ledger.last_amendment(campaign) == 0
    ledger.amend([Change(observation_id=row.id, value=-6.0)], by="Ada", note="")
    marked = ledger.marked(campaign)
    assert marked.suggestions == (later,)
    assert marked.model_versions == (used,)
    assert ledger.marked(other).model_versions == ()
    assert ledger.last_amendment(campaign) == ledger.last_event()
    version(ledger, campaign)
    assert ledger.marked(campaign) == marked, "what comes after knows better"


def test_campaigns_that_learn_from_the_film_are_marked_too(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0))
    other = ledger.begin_campaign("other", {}, 1).id
    used = version(ledger, other)
    (row,) = ledger.observations(sample.id)
    ledger.amend([Change(observation_id=row.id, value=None)], by="Ada", note="", used_by=[other])
    assert ledger.marked(other).model_versions == (used,)


def test_what_was_being_decided_while_it_was_amended_is_marked_too(
    ledger: Ledger, campaign: int, measured: Measured, suggest: Suggest
) -> None:
    experiment, sample = measured()
    observed = ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0))
    (row,) = ledger.observations(sample.id)
    ledger.amend([Change(observation_id=row.id, value=-6.0)], by="Ada", note="")
    late = ledger.add_model_version(
        campaign, name="gp", configuration={}, training_hash="h", training_event=observed, n=1, weights=b""
    )
    assert ledger.marked(campaign).model_versions == (late.number,)
    knows = version(ledger, campaign)
    assert knows not in ledger.marked(campaign).model_versions

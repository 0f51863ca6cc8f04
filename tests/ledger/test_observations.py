"""Observations close an experiment in one transaction, and are amended without being overwritten."""

import pytest

from chemistry.errors import BadInput
from ledger.errors import IllegalMove, LedgerError
from ledger.film import Film, Reading, Source
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from tests.ledger.conftest import Measured, film_on, formulation


def test_observing_closes_the_experiment(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    film = film_on(sample.id, formulation(0.97), -5.0, -4.5)
    event = ledger.observe(experiment.id, film, {"verdicts": ["accepted", "accepted"]})
    assert ledger.films(campaign) == [film]
    assert ledger.films(campaign, event) == [film]
    assert ledger.films(campaign, event - 1) == []
    done = ledger.experiment(experiment.id)
    assert (done.state, done.closed_event) == (ExperimentState.OBSERVED, event)
    assert done.result == {"verdicts": ["accepted", "accepted"]}
    with pytest.raises(IllegalMove):
        ledger.observe(experiment.id, film)


def test_an_observation_leads_back_to_its_measurement(ledger: Ledger, measured: Measured) -> None:
    from ledger.measurement import ModulusReading

    experiment, sample = measured()
    reading = ModulusReading(storage_modulus_MPa=1.0, sd_MPa=0.1, temperature_C=30.0)
    held = ledger.add_measurement(sample.id, reading, "run-1")
    ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0, -4.5), measurement_ids=[held.id, None])
    assert [row.measurement_id for row in ledger.observations(sample.id)] == [held.id, None]
    assert {row.unit for row in ledger.observations(sample.id)} == {"log10(S/cm)"}


def test_what_rests_on_other_readings_is_said_to(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    film = film_on(sample.id, formulation(), -5.0)
    law = film.readings[0].model_copy(update={"value": -4.8, "temperature_C": 40.0, "derived": True})
    film = film.model_copy(update={"readings": (*film.readings, law)})
    ledger.observe(experiment.id, film)
    assert ledger.films(campaign) == [film]


def test_a_film_of_another_experiment_is_refused(ledger: Ledger, measured: Measured) -> None:
    (first, _), (_, sample) = measured(), measured()
    before = ledger.last_event()
    for film_id in (sample.id, "nobody"):
        with pytest.raises(LedgerError):
            ledger.observe(first.id, film_on(film_id, formulation(), -5.0))
    assert ledger.last_event() == before


def test_an_unknown_property_is_refused_and_nothing_is_written(ledger: Ledger, measured: Measured) -> None:
    experiment, sample = measured()
    before = ledger.last_event()
    film = Film(film_id=sample.id, formulation=formulation(), readings=(Reading(property="colour", value=1.0, sd=0.0),))
    with pytest.raises(BadInput, match="colour"):
        ledger.observe(experiment.id, film)
    assert ledger.last_event() == before
    assert ledger.experiment(experiment.id).state == ExperimentState.MEASURED
    assert ledger.films() == []


def test_amending_changes_the_present_and_not_the_past(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    film = film_on(sample.id, formulation(), -5.0, -4.5, -4.0)
    observed = ledger.observe(experiment.id, film)
    first = ledger.observations(sample.id)[0]
    better = ledger.amend(first.id, by="Ada", note="film was thinner", value=-5.2, sd=0.1)
    amended = ledger.last_event()
    ledger.amend(better, by="Ada", note="thinner still", value=-5.3)

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


def test_what_no_longer_holds_cannot_be_amended(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0))
    (row,) = ledger.observations(sample.id)
    ledger.retract(row.id, by="Ada", note="label on the wrong vial")
    assert ledger.films(campaign) == []
    with pytest.raises(LedgerError, match="no longer holds"):
        ledger.amend(row.id, by="Ada", note="", value=0.0)
    with pytest.raises(LedgerError, match="no longer holds"):
        ledger.retract(row.id, by="Ada", note="")


def test_films_are_told_apart_by_campaign_and_source(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    ours = film_on(sample.id, formulation(), -5.0)
    ledger.observe(experiment.id, ours)
    other = ledger.begin_campaign("other", {}, 1)
    assert ledger.films(other.id) == []
    assert ledger.films(sources=[Source.MEASURED]) == [ours]
    assert ledger.films(sources=[Source.LITERATURE, Source.MD]) == []

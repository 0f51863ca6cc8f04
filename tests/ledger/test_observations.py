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


def test_films_are_told_apart_by_campaign_and_source(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    ours = film_on(sample.id, formulation(), -5.0)
    ledger.observe(experiment.id, ours)
    other = ledger.begin_campaign("other", {}, 1)
    assert ledger.films(other.id) == []
    assert ledger.films(sources=[Source.MEASURED]) == [ours]
    assert ledger.films(sources=[Source.LITERATURE, Source.MD]) == []

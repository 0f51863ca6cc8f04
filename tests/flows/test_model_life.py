"""The life of model versions in a campaign: foretold, challenged, held against results, widened, rolled back."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from flows.drift import history, surprises, widening
from flows.knowledge import films_known
from flows.learn import learn_again
from flows.status import show_status
from flows.suggest import foretold, recompute, suggest_next
from ledger.amendments import Change
from ledger.kinds import EventKind, ModelState
from ledger.predictions import Prediction
from models.film_content import training_hash
from tests.flows.benchless_campaign import SIGMA, Benchless, begun

LABEL = f"{SIGMA} at 30 °C"


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[Benchless]:
    made = begun(tmp_path)
    yield made
    made.ledger.close()


def off_by(campaign: Benchless, z: float, n: int) -> None:
    """N results of which the champion had foretold -6 ± 0.1, each off by z of its standard deviations."""
    champion = campaign.ledger.champion(campaign.campaign_id)
    assert champion is not None
    said = Prediction(property=SIGMA, temperature_C=30.0, mean=-6.0, sd=0.08, film_sd=0.06)
    rows = []
    for formulation in campaign.formulations(40)[-n:]:
        rows.append(campaign.suggested(formulation, (champion.number, [said])))
        sd = (said.sd**2 + said.film_sd**2 + 0.02**2) ** 0.5
        campaign.observed(rows[-1], value=-6.0 + z * sd)
    campaign.learnt(rows[-1])


def kinds(campaign: Benchless) -> list[str]:
    return [event.kind for event in campaign.ledger.events(campaign.campaign_id)]


def test_what_the_champion_foretold_of_a_film_is_found_again(campaign: Benchless) -> None:
    """Of every film, also of one that no model suggested, and it names its version."""
    ledger, run = campaign.ledger, campaign.campaign_id
    assert suggest_next(campaign.session) is not None
    assert ledger.predictions(run) == [], "nobody foretells anything before the first version"
    campaign.some_results(4)
    for _ in range(2):
        assert suggest_next(campaign.session) is not None
        row = ledger.experiments(run)[-1]
        (said,) = [one for one in ledger.predictions(run) if one.experiment_id == row.id]
        champion = ledger.champion(run)
        assert champion is not None
        assert (said.model_version, said.property, said.temperature_C) == (champion.number, SIGMA, 30.0)
        suggestion = ledger.suggestions(run)[-1]
        if suggestion.model_version is not None:
            assert suggestion.model_version == said.model_version
            assert said.mean == pytest.approx(suggestion.reason["expected"][SIGMA])
            assert said.sd == pytest.approx(suggestion.reason["sd"][SIGMA])
    row, said = ledger.experiments(run)[-1], ledger.predictions(run)[-1]
    campaign.observed(row, value=said.mean + 0.3)
    (surprise,) = surprises(ledger, run, campaign.spec)[LABEL]
    assert surprise.experiment == row.number
    assert surprise.z == pytest.approx(0.3 / (said.sd**2 + said.film_sd**2 + 0.02**2) ** 0.5)
    assert surprises(ledger, run, campaign.spec, ledger.last_event() - 1)[LABEL] == []


def test_a_version_tells_its_environment_its_training_set_and_its_calibration(campaign: Benchless) -> None:
    campaign.some_results(4)
    (version,) = campaign.ledger.model_versions(campaign.campaign_id)
    assert version.environment is not None
    assert {"packages", "torch_threads", "machine", "gpu"} <= set(version.environment)
    assert version.environment["packages"]["torch"]
    assert set(version.metrics["calibration"]) == {SIGMA}
    assert version.state == ModelState.CHAMPION
    assert campaign.ledger.weights(campaign.campaign_id, 1)


def test_a_drift_is_said_widens_the_planner_and_promotes_what_was_trained_after_it(campaign: Benchless) -> None:
    ledger, run = campaign.ledger, campaign.campaign_id
    campaign.some_results(4)
    before = ledger.last_event()
    off_by(campaign, z=2.5, n=4)
    assert EventKind.DRIFT_BEGUN in kinds(campaign)
    factors = widening(ledger, run, ledger.last_event())
    assert factors[SIGMA] == pytest.approx((1 + 2.5**2) ** 0.5, rel=0.01)
    assert widening(ledger, run, before) == {}, "what held before does not change"
    promotion = ledger.last_promotion(run)
    assert promotion is not None
    assert "no longer comes as foretold" in promotion.payload["why"]
    assert promotion.payload["version"] == 2
    row = suggest_next(campaign.session)
    assert row is not None
    suggestion = ledger.suggestions(run)[-1]
    (said,) = [one for one in ledger.predictions(run) if one.experiment_id == row.id]
    assert suggestion.reason["sd"][SIGMA] == pytest.approx(said.sd * factors[SIGMA])
    assert suggestion.reason["expected"][SIGMA] == pytest.approx(said.mean)
    again = recompute(ledger, run, campaign.spec, suggestion)
    assert again is not None
    assert again.formulation.key == suggestion.formulation_key
    assert again.reason.model_dump(mode="json") == suggestion.reason


def test_a_drift_ends_when_results_come_as_foretold_and_old_suggestions_stay_recomputable(campaign: Benchless) -> None:
    ledger, run = campaign.ledger, campaign.campaign_id
    campaign.some_results(4)
    off_by(campaign, z=2.5, n=4)
    row = suggest_next(campaign.session)
    assert row is not None
    during = ledger.suggestions(run)[-1]
    ledger.move(row.id, "cancelled")
    off_by(campaign, z=0.0, n=9)
    assert kinds(campaign).count(EventKind.DRIFT_ENDED) == 1
    assert widening(ledger, run, ledger.last_event()) == {}
    assert [words.split(" ")[-1] for words in history(ledger, run)] == ["uncertainty.", "18."], (
        "4 + 4 + 1 called off + 9"
    )
    again = recompute(ledger, run, campaign.spec, during)
    assert again is not None
    assert again.reason.model_dump(mode="json") == during.reason


def test_after_a_shift_the_model_is_retrained_the_widening_ends_and_errors_are_standard_again(
    campaign: Benchless,
) -> None:
    """Nobody steps in: the instruments read 0.6 decades too high from the twelfth film on, and stay so."""
    ledger, run = campaign.ledger, campaign.campaign_id
    shifted_from, formulations = 12, campaign.formulations(48)
    errors: list[float] = []
    for place, formulation in enumerate(formulations):
        champion = ledger.champion(run)
        said = None
        if champion is not None:
            said = (champion.number, foretold(ledger, run, campaign.spec, champion, formulation))
        row = campaign.suggested(formulation, said)
        campaign.observed(row, shift=0.6 if place >= shifted_from else 0.0)
        if place >= 3:
            campaign.learnt(row)
        if EventKind.DRIFT_ENDED in kinds(campaign):
            break
    assert kinds(campaign).count(EventKind.DRIFT_BEGUN) == 1
    assert EventKind.DRIFT_ENDED in kinds(campaign), "the widening ends"
    assert widening(ledger, run, ledger.last_event()) == {}
    (begun_,) = ledger.drifts_begun(run)
    assert abs(begun_.payload["since_experiment"] - (shifted_from + 1)) <= 2
    errors = [s.z for s in surprises(ledger, run, campaign.spec)[LABEL] if s.experiment > begun_.payload["experiment"]]
    assert abs(np.mean(errors)) < 2 / len(errors) ** 0.5
    assert np.std(errors) < 1.6
    first = next(v for v in ledger.model_versions(run) if v.training_event >= begun_.number)
    films = films_known(ledger, run, campaign.spec, first.training_event)
    dated = [film.readings[0].shifts_since for film in films]
    assert dated == sorted(dated, reverse=True)
    assert sum(dated) == begun_.payload["since_experiment"] - 1
    before = films_known(ledger, run, campaign.spec, begun_.number - 1)
    assert {reading.shifts_since for film in before for reading in film.readings} == {0}, "the past does not change"
    assert first.training_hash == training_hash(films) != training_hash(before)


def test_status_says_that_a_campaign_drifts(
    campaign: Benchless, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign.some_results(4)
    off_by(campaign, z=-2.5, n=4)
    show_status(tmp_path / "campaign.yaml", folder=tmp_path / "run", ledger_url=None, verify=False, as_json=False)
    assert f"drift: {LABEL} no longer comes as foretold since experiment 5: on average -2.5" in capsys.readouterr().out
    show_status(tmp_path / "campaign.yaml", folder=tmp_path / "run", ledger_url=None, verify=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert len(told["drift"]) == 1
    assert told["model"]["version"] == 2


def test_a_kill_between_the_result_and_the_alarm_loses_nothing(campaign: Benchless) -> None:
    """The test follows from the records: whoever looks next says it, once."""
    ledger, run = campaign.ledger, campaign.campaign_id
    campaign.some_results(4)
    off_by(campaign, z=2.5, n=2)
    row = campaign.suggested(
        campaign.formulations(60)[-1],
        (1, [Prediction(property=SIGMA, temperature_C=30.0, mean=-9, sd=0.08, film_sd=0.06)]),
    )
    campaign.observed(row, value=-6.0)
    assert not ledger.drifting(run)
    campaign.learnt(row)
    campaign.learnt(row)
    assert kinds(campaign).count(EventKind.DRIFT_BEGUN) == 1


def test_a_challenger_that_foretells_worse_is_refused_and_the_reason_kept(
    campaign: Benchless, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the fit went wrong: what it foretells is off by a decade."""
    from models.gaussian_process import FittedGaussianProcess

    campaign.some_results(8)
    honest = FittedGaussianProcess.foretold

    def wrong(self, films):
        told = honest(self, films)
        if self.trained_on == first:
            return told
        return [type(one)(**{**vars(one), "mean": one.mean + 1.0}) for one in told]

    first = campaign.ledger.model_versions(campaign.campaign_id)[0].training_hash
    monkeypatch.setattr(FittedGaussianProcess, "foretold", wrong)
    row = campaign.suggested(campaign.formulations(9)[-1])
    campaign.observed(row)
    version = campaign.learnt(row)
    champion = campaign.ledger.champion(campaign.campaign_id)
    assert champion is not None
    assert (version.number, champion.number) == (2, 1)
    assert version.state == ModelState.CANDIDATE
    last = campaign.ledger.events(campaign.campaign_id)[-1]
    assert last.kind == EventKind.MODEL_REFUSED
    assert "worse than the champion" in last.payload["against"]
    assert last.payload["p_not_worse"] < 0.05
    suggestion = suggest_next(campaign.session)
    assert suggestion is not None
    assert campaign.ledger.suggestions(campaign.campaign_id)[-1].model_version == 1


def test_a_champion_that_somebody_went_back_to_holds_until_numbers_are_amended(campaign: Benchless) -> None:
    ledger, run = campaign.ledger, campaign.campaign_id
    campaign.some_results(4)
    ledger.promote(run, 1, "the last film was wet", by="Ada", holds=True)
    row = campaign.suggested(campaign.formulations(5)[-1])
    campaign.observed(row)
    assert campaign.learnt(row).state == ModelState.CANDIDATE
    assert "Ada went back to version 1" in ledger.events(run)[-1].payload["against"]
    assert learn_again(campaign.session) is None
    film = ledger.films(run)[-1]
    rows = [one for one in ledger.observations(film.film_id) if one.closed_event is None]
    ledger.amend([Change(observation_id=one.id, value=None) for one in rows], by="Ada", note="wet")
    version = learn_again(campaign.session)
    assert version is not None
    assert version.state == ModelState.CHAMPION
    assert learn_again(campaign.session) is None, "once is enough"

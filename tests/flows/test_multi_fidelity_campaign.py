"""A campaign that starts warm from simulations, asks the multi-fidelity process, and can say again why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.suggest import recompute, suggest_next
from flows.surrogate import fitted_version
from ledger.film import Film, Reading, Source
from ledger.published import PublishedFilm
from models.multi_fidelity import FittedMultiFidelity
from tests.flows.benchless_campaign import SIGMA, Benchless, begun, truth


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[Benchless]:
    made = begun(
        tmp_path, planner={"surrogate": "multi_fidelity", "start": 2}, warm_start={"sources": ["md", "literature"]}
    )
    simulated = []
    for place, given in enumerate(made.formulations(25)):
        value = truth(given) + 1.5 + 0.02 * 50
        reading = Reading(property=SIGMA, value=value, sd=0.1, temperature_C=80.0, source=Source.MD)
        film = Film(film_id=f"md {place}", formulation=given, readings=(reading,))
        simulated.append(PublishedFilm(film=film, reference="simulated"))
    made.ledger.add_literature("simulated", simulated)
    yield made
    made.ledger.close()


def test_it_learns_from_theory_is_challenged_and_every_suggestion_can_be_recomputed(campaign: Benchless) -> None:
    campaign.some_results(8)
    ledger, run = campaign.ledger, campaign.campaign_id
    champion = ledger.champion(run)
    assert champion is not None
    assert champion.name == "multi_fidelity"
    assert {f"{SIGMA} rmse", f"{SIGMA} agreement_md"} <= set(champion.metrics)
    fitted = fitted_version(ledger, run, campaign.spec, champion)
    assert isinstance(fitted, FittedMultiFidelity)
    assert fitted.sources[SIGMA] == ("measured", "md")
    said = suggest_next(campaign.session)
    assert said is not None
    row = ledger.suggestions(run)[-1]
    assert row.model_version == champion.number
    again = recompute(ledger, run, campaign.spec, row)
    assert again is not None
    assert again.formulation == ledger.experiments(run)[-1].formulation
    campaign.observed(ledger.experiments(run)[-1])
    version = campaign.learnt(ledger.experiments(run)[-1])
    assert version.number == champion.number + 1

"""Heavy models are fitted in a process of their own; what is killed leaves nothing, and nobody waits for it."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from flows.retraining import Retraining
from ledger.kinds import EventKind
from ledger.tables import ModelVersionRow
from tests.flows.benchless_campaign import Benchless, begun

MODEL, EVERY = "support_vectors", 4
PATIENCE_S = 120.0


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Benchless]:
    """A run with as many results as one fit beside it waits for."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    made = begun(tmp_path, learning={"beside": [MODEL], "every": EVERY})
    made.some_results(EVERY)
    yield made
    made.ledger.close()


def beside(campaign: Benchless, tmp_path: Path) -> Retraining:
    session: Any = SimpleNamespace(
        ledger=campaign.ledger,
        campaign_id=campaign.campaign_id,
        spec=campaign.spec,
        folder=SimpleNamespace(path=tmp_path),
    )
    return Retraining(session)


def wait_for(condition: Callable[[], object]) -> None:
    """However long it takes: a fit beside yields to everybody, and on a busy machine it takes minutes."""
    while not condition():
        threading.Event().wait(0.05)


def of_model(campaign: Benchless) -> list[ModelVersionRow]:
    return [row for row in campaign.ledger.model_versions(campaign.campaign_id) if row.name == MODEL]


def failures(campaign: Benchless) -> list[str]:
    events = campaign.ledger.events(campaign.campaign_id)
    return [event.payload["why"] for event in events if event.kind == EventKind.MODEL_FIT_FAILED]


def test_a_fit_beside_becomes_a_version_while_the_campaign_goes_on(campaign: Benchless, tmp_path: Path) -> None:
    known = campaign.ledger.last_event()
    with beside(campaign, tmp_path) as fits:
        fits.look()
        assert fits.process_id not in (None, os.getpid())
        row = campaign.suggested(campaign.formulations(EVERY + 1)[-1])
        campaign.observed(row)  # a result comes in while it is at work
        fits.look()  # and nobody begins a second one, or waits
        wait_for(lambda: of_model(campaign))
        wait_for(lambda: fits.look() or fits.process_id is None)
    (version,) = of_model(campaign)
    assert version.training_event == known, "it learnt what was known when it was begun"
    assert version.keep_weights
    assert "formulation" in version.metrics["splits"]
    champion = campaign.ledger.champion(campaign.campaign_id)
    assert champion is not None
    assert champion.name == "gaussian_process", "a model that cannot serve the planner is never asked by it"
    assert failures(campaign) == []


def test_a_killed_fit_leaves_nothing_and_is_not_begun_again_at_once(campaign: Benchless, tmp_path: Path) -> None:
    with beside(campaign, tmp_path) as fits:
        fits.look()
        before = campaign.ledger.last_event()
        assert fits.process_id is not None
        os.kill(fits.process_id, signal.SIGKILL)
        wait_for(lambda: fits.look() or failures(campaign))
        assert failures(campaign) == [f"its process was killed (signal {signal.SIGKILL.value})"]
        assert campaign.ledger.last_event() == before + 1
        assert of_model(campaign) == []
        fits.look()
        assert fits.process_id is None, "it waits for as many results again"


def test_a_fit_ends_with_the_campaign_however_that_ends(campaign: Benchless, tmp_path: Path) -> None:
    """Leaving tells it to go; a campaign that is killed closes its end of the pipe, which is enough."""
    with beside(campaign, tmp_path) as fits:
        fits.look()
        assert fits.process_id is not None
        left = psutil.Process(fits.process_id)
    assert not left.is_running()
    other = beside(campaign, tmp_path)
    other.look()
    process: Any = other._process
    process.stdin.close()
    assert process.wait(PATIENCE_S) != 0
    assert of_model(campaign) == []


def test_a_fit_that_fails_says_why(campaign: Benchless, tmp_path: Path) -> None:
    with beside(campaign, tmp_path) as fits:
        campaign.spec = campaign.spec.model_copy(update={"learning": campaign.spec.learning})
        fits._begin("oracle")
        wait_for(lambda: fits.look() or failures(campaign))
    assert "there is no model 'oracle'" in failures(campaign)[0]


def test_a_drift_makes_a_fit_due_before_its_turn(campaign: Benchless, tmp_path: Path) -> None:
    fits = beside(campaign, tmp_path)
    assert fits._due() == MODEL
    assert fits._due() == "", "once is enough"
    told: dict[str, Any] = {"property": "log10_conductivity", "widening": 1.5, "since_experiment": 1}
    campaign.ledger.note_drift(campaign.campaign_id, "conductivity", begun=True, payload=told)
    assert fits._due() == MODEL
    assert fits._due() == ""


def test_nothing_is_due_where_no_model_is_named_or_too_little_is_new(tmp_path: Path) -> None:
    made = begun(tmp_path, learning={"beside": [MODEL], "every": EVERY + 1})
    made.some_results(EVERY)
    assert beside(made, tmp_path)._due() == ""
    made.spec = made.spec.model_copy(update={"learning": {}})
    assert beside(made, tmp_path)._due() == ""
    made.ledger.close()

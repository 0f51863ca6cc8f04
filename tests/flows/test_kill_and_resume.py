"""A real process is killed at each labelled point; the campaign goes on, and nothing is lost or done twice."""

import contextlib
import signal
from collections import Counter
from pathlib import Path

import pytest

from flows.spec import read_campaign
from flows.suggest import recompute
from ledger.journal import Journal
from ledger.store import Ledger
from tests.flows.killed_run import POINTS
from tests.flows.ready_process import Nursery
from tests.flows.small_campaign import PATIENCE_S, Place, write_campaign
from tests.recipe import beyond_the_recipe, consuming_done

EXPERIMENTS = 5
START = 4
"""Experiments before the model is asked: some suggestions of each kind are recomputed."""


SOME = ("intent written", "step done and not confirmed", "film in the cell, being heated", "model version stored")
"""The points that leave most open; the others are killed by `make test-slow`, and all by `benchmarks/crash.py`."""


def killed_at(nursery: Nursery, place: Place, point: str) -> None:
    """Run the campaign and see it die at a point."""
    with nursery.running(place, dies_at=(point, 1)) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == -signal.SIGKILL, f"{point}: {out}{err}"


def confirmed_results(ledger_file: Path) -> dict[str, tuple[object, ...]]:
    if not ledger_file.exists():
        return {}
    with contextlib.closing(Ledger.open(ledger_file)) as ledger:
        return {film.film_id: film.readings for film in ledger.films()}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("points", [SOME, pytest.param(tuple(POINTS), marks=pytest.mark.slow)], ids=["some", "all"])
def test_killed_at_each_point_it_goes_on_and_repeats_nothing(
    nursery: Nursery, tmp_path: Path, points: tuple[str, ...]
) -> None:
    place = Place(tmp_path, nursery.home)
    campaign_file = write_campaign(tmp_path, experiments=EXPERIMENTS, batch=2, start=START)
    kept: dict[str, tuple[object, ...]] = {}
    assert set(points) <= set(POINTS)
    for point in points:
        killed_at(nursery, place, point)
        now = confirmed_results(place.ledger)
        assert kept.items() <= now.items(), f"a confirmed result was lost by the kill at: {point}"
        kept = now
    outcome = nursery.finish(place)
    assert outcome["run"] == 1
    assert outcome["experiments"] == EXPERIMENTS
    assert kept.items() <= confirmed_results(place.ledger).items()

    spec = read_campaign(campaign_file)
    with contextlib.closing(Ledger.open(place.ledger)) as ledger:
        campaign = ledger.campaign(spec.name)
        journal = Journal(ledger)
        assert not journal.open_steps(campaign_id=campaign.id)
        assert all(not e.why.startswith("nobody can tell") for e in ledger.experiments(campaign.id)), (
            "the simulated bench can always tell"
        )
        done_in_ledger = Counter(
            row.order_id
            for e in ledger.experiments(campaign.id)
            for sample in ledger.samples(e.id)
            for row in journal.steps(sample.id)
            if row.consuming and row.as_made is not None
        )
        for row in ledger.suggestions(campaign.id):
            again = recompute(ledger, campaign.id, spec, row)
            assert again is not None
            assert again.formulation == row.formulation
        assert not beyond_the_recipe(place.lab, ledger), "a consuming step was repeated"
    assert set(done_in_ledger.values()) == {1}
    acts = Counter(act.order_id for act in consuming_done(place.lab))
    assert acts == done_in_ledger, "the bench's own record and the ledger differ"

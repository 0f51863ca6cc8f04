"""A whole campaign by the command line, through the real Prefect server: what people see of it, and what is kept."""

import contextlib
from typing import Any

import httpx
import pytest

from ledger.film import Reading
from ledger.store import Ledger
from tests.flows.held_server import HeldServer
from tests.flows.prefect_api import artifacts, flow_run_state, flow_runs_of, task_runs
from tests.flows.ready_process import Nursery
from tests.flows.small_campaign import Place, write_campaign

pytestmark = pytest.mark.timeout(300)  # each process takes seconds to start, a busy machine longer

EXPERIMENTS = 6
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def place(prefect: HeldServer, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("campaign")
    write_campaign(folder, experiments=EXPERIMENTS, batch=3, start=4)
    return Place(folder, prefect.home)


@pytest.fixture(scope="module")
def outcome(place: Place) -> dict[str, Any]:
    """What the first run of the campaign printed."""
    return place.finish()


@pytest.fixture(scope="module")
def flow_run(prefect: HeldServer, place: Place, outcome: dict[str, Any]) -> str:
    (run,) = flow_runs_of(prefect.address, str(place.file))[-1:]
    assert outcome["run"] == 1
    return run["id"]


def suggested_and_found(ledger_place: str, run: int = 1) -> list[tuple[object, ...]]:
    """Each suggestion of a run with its experiment's end, and what was read of its film."""
    with contextlib.closing(Ledger.open(ledger_place, create=False)) as ledger:
        (campaign,) = (row for row in ledger.campaigns() if row.run == run)
        films: dict[str, tuple[Reading, ...]] = {film.film_id: film.readings for film in ledger.films(campaign.id)}
        return [
            (suggestion.formulation, experiment.state, experiment.why, [films.get(s.id) for s in samples])
            for suggestion, experiment in zip(
                ledger.suggestions(campaign.id), ledger.experiments(campaign.id), strict=True
            )
            for samples in [ledger.samples(experiment.id)]
        ]


def test_the_outcome_is_what_the_ledger_holds(place: Place, outcome: dict[str, Any]) -> None:
    assert outcome["state"] == "finished"
    assert outcome["experiments"] == EXPERIMENTS
    assert 0 < outcome["observed"] <= EXPERIMENTS
    assert outcome["ledger"] == str(place.ledger)
    assert outcome["report"] == str(place.run / "report.html")
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        (campaign,) = ledger.campaigns()[:1]
        assert campaign.state == "finished"
        states = [experiment.state for experiment in ledger.experiments(campaign.id)]
        labels = {film.formulation.label for film in ledger.films(campaign.id)}
        assert len(ledger.model_versions(campaign.id)) == outcome["observed"]
    assert states.count("observed") == outcome["observed"]
    assert {row["formulation"] for row in outcome["best"]} <= labels
    assert "plotly" in (place.run / "report.html").read_text().lower()


def test_the_flow_run_is_a_chain_of_tasks_with_names_for_people(
    prefect: HeldServer, place: Place, flow_run: str
) -> None:
    assert flow_run_state(prefect.address, flow_run) == "COMPLETED"
    runs = task_runs(prefect.address, flow_run)
    assert {run["state_type"] for run in runs} == {"COMPLETED"}
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        campaign = ledger.campaigns()[0].id
        labels = {e.number: e.formulation.label for e in ledger.experiments(campaign)}
        decided = {e.number: [d.decision for d in ledger.film_decisions(e.id)] for e in ledger.experiments(campaign)}
    expected = ["ask the instruments what happened", "report peo_salts"]
    for number, label in labels.items():
        anew = sum(decision in ("press again", "make again") for decision in decided[number])
        again = anew + decided[number].count("measure again")
        for doing, times in (("make", 1 + anew), ("measure", 1 + again), ("analyse", 1 + again)):
            expected += [f"{doing} film {number}: {label}"] * times
        expected += [f"suggest experiment {number}", f"learn from experiment {number}"]
    assert sorted(run["name"] for run in runs) == sorted(expected)
    assert any(name.startswith("make film 2: P") and " + Li" in name for name in expected)


def test_its_pages_show_progress_the_best_pictures_calibration_stock_and_the_report(
    prefect: HeldServer, outcome: dict[str, Any], flow_run: str
) -> None:
    shown = artifacts(prefect.address, flow_run)
    assert shown["peo-salts-progress"]["type"] == "progress"
    assert shown["peo-salts-progress"]["data"] == pytest.approx(100)
    assert "conduct best" in shown["peo-salts-progress"]["description"]

    table = str(shown["peo-salts-best"]["data"])
    assert all(row["formulation"] in table for row in outcome["best"])

    for name in ("front", "spectrum"):
        picture = httpx.get(shown[f"peo-salts-{name}"]["data"], timeout=30)
        assert picture.status_code == httpx.codes.OK
        assert picture.content.startswith(PNG)
    assert "Nyquist and Bode of film" in shown["peo-salts-spectrum"]["description"]
    assert "LiTFSI" in str(shown["peo-salts-stock"]["data"])
    assert "within the 90 % interval" in str(shown["peo-salts-calibration"]["data"])

    words, _, address = shown["peo-salts-report"]["data"].partition("](")
    assert words == "[report.html"
    report = httpx.get(address.rstrip(")"), timeout=30)
    assert report.status_code == httpx.codes.OK
    assert all(row["formulation"] in report.text for row in outcome["best"])


def test_another_folder_database_and_process_come_to_the_same(
    nursery: Nursery,
    place: Place,
    outcome: dict[str, Any],
    postgres_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Three experiments in flight, threads that end when they like, PostgreSQL for SQLite: the same campaign."""
    elsewhere = Place(tmp_path_factory.mktemp("elsewhere"), nursery.home)
    write_campaign(elsewhere.folder, experiments=EXPERIMENTS, batch=3, start=4)
    again = nursery.finish(elsewhere, "--ledger", postgres_url)
    assert suggested_and_found(postgres_url) == suggested_and_found(str(place.ledger))
    differing = {key for key in outcome if outcome[key] != again[key]}
    assert differing == {"report", "ledger"}
    assert not elsewhere.ledger.exists()
    assert again["ledger"].startswith("postgresql://")


def test_a_finished_campaign_is_followed_by_its_next_run(
    nursery: Nursery, place: Place, outcome: dict[str, Any]
) -> None:
    first = suggested_and_found(str(place.ledger))
    write_campaign(place.folder, experiments=1, batch=1, start=4)
    second = nursery.finish(place)
    assert (outcome["run"], second["run"], second["experiments"]) == (1, 2, 1)
    assert suggested_and_found(str(place.ledger)) == first, "the first run is as it was"

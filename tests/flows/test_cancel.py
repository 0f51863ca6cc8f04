"""Stopped from outside, in the middle of a film: the instruments are safe within seconds, and the ledger knows why."""

import contextlib
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from flows.weather import RECORD_NAME, read_outages
from ledger.journal import Journal
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from sim.bench import AMBIENT_C
from sim.lab_record import read_record, read_things
from tests.flows.command import Command
from tests.flows.held_server import HeldServer, seconds_until
from tests.flows.prefect_api import cancel, flow_run_state, flow_runs_of
from tests.flows.ready_process import Nursery, ReadyProcess
from tests.flows.small_campaign import PATIENCE_S, Place, write_campaign
from tests.recipe import beyond_the_recipe

pytestmark = pytest.mark.timeout(300)  # each process takes seconds to start, a busy machine longer

WITHIN_S = 15
IN_FLIGHT = 2


def heated_cells(lab: Path) -> set[str]:
    """Stations whose stage is on, with a film in the cell."""
    try:
        things = read_things(lab)
    except sqlite3.OperationalError:
        return set()  # no file yet, or nothing in it
    on = {name for (kind, name), ramp in things.items() if kind == "ramp" and ramp["target_C"] != AMBIENT_C}
    return on & {sample["station"] for (kind, _), sample in things.items() if kind == "sample"}


def being_made(lab: Path) -> set[str]:
    """Samples that were begun and are no film yet."""
    things = read_things(lab)
    return {name for (kind, name), sample in things.items() if kind == "sample" and sample["condition"] != "dry film"}


def wait_until_at_work(place: Place, process: ReadyProcess) -> None:
    """Until one film is being heated in a cell, and another one is being made."""

    def at_work() -> bool:
        assert process.poll() is None, f"it ended too early: {process.communicate()}"
        return bool(heated_cells(place.lab)) and bool(being_made(place.lab))

    seconds_until(at_work, PATIENCE_S)


def assert_safe(lab: Path, *, left_alone: bool = False) -> None:
    """By the bench's own record: every heater off, every film in the rack, nothing still going on.

    Where the controller only took its leave, a programme that comes to a safe end by itself may go on.
    """
    things = read_things(lab)
    ramps = {name: ramp["target_C"] for (kind, name), ramp in things.items() if kind == "ramp"}
    assert ramps
    assert set(ramps.values()) == {AMBIENT_C}, ramps
    assert not [name for (kind, name), sample in things.items() if kind == "sample" and sample["station"]]
    going_on = {act.device for act in read_record(lab) if act.outcome == "begun"}
    assert going_on <= ({"film_station", "dispenser"} if left_alone else set())


def test_a_cancel_in_prefect_makes_the_lab_safe_within_seconds(
    prefect: HeldServer, nursery: Nursery, tmp_path: Path
) -> None:
    write_campaign(tmp_path, experiments=60, batch=IN_FLIGHT, start=60)
    place = Place(tmp_path, prefect.home)
    with nursery.running(place) as process:
        wait_until_at_work(place, process)
        (flow_run,) = flow_runs_of(prefect.address, str(place.file))
        asked = time.monotonic()
        cancel(prefect.address, flow_run["id"])
        _, err = process.communicate(timeout=PATIENCE_S)
        assert time.monotonic() - asked < WITHIN_S
    assert flow_run_state(prefect.address, flow_run["id"]) == "CANCELLED"
    assert process.returncode == 1
    assert err.startswith("ionloop: cancelled")
    assert err.count("\n") == 1

    assert_safe(place.lab)
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        (campaign,) = ledger.campaigns()
        experiments = ledger.experiments(campaign.id)
        assert (campaign.state, campaign.why) == ("aborted", "cancelled in the Prefect UI")
        assert all(ExperimentState(e.state).final for e in experiments)
        cut_off = [e for e in experiments if e.state == ExperimentState.CANCELLED]
        assert 0 < len(cut_off) <= IN_FLIGHT
        left = Journal(ledger).open_steps(campaign_id=campaign.id)
        assert {(step.state, step.experiment_id in {e.id for e in cut_off}) for step in left} <= {("unknown", True)}
        assert not ledger.failures(campaign.id), "a film that was cut off says nothing against its formulation"


@pytest.mark.slow  # `test_left_runs.py` has a stop heard, and an abort written, while the ledger is away
def test_a_cancel_while_the_ledger_is_away_is_obeyed_at_once_and_written_down_when_it_is_back(
    prefect: HeldServer, nursery: Nursery, tmp_path: Path
) -> None:
    write_campaign(tmp_path, experiments=60, batch=IN_FLIGHT, start=60)
    place, away = Place(tmp_path, prefect.home), tmp_path / "faults.yaml"
    away.write_text("faults: [{kind: database_gone, from: 20 h, until: 21 h, lasts: 18 s}]")
    with nursery.running(place, "--faults", str(away)) as process:
        seconds_until(lambda: bool(read_outages(place.run / RECORD_NAME)) or process.poll() is not None, PATIENCE_S)
        (flow_run,) = flow_runs_of(prefect.address, str(place.file))
        cancel(prefect.address, flow_run["id"])
        seconds_until(lambda: not heated_cells(place.lab), WITHIN_S)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert flow_run_state(prefect.address, flow_run["id"]) == "CANCELLED"
    assert err.splitlines()[-1].startswith("ionloop: cancelled")
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        (campaign,) = ledger.campaigns()
        assert (campaign.state, campaign.why) == ("aborted", "cancelled in the Prefect UI")
    assert_safe(place.lab)


def test_an_abort_from_the_command_line_makes_the_lab_safe_within_seconds(
    prefect: HeldServer, nursery: Nursery, tmp_path: Path, ionloop: Command
) -> None:
    write_campaign(tmp_path, experiments=60, batch=IN_FLIGHT, start=60)
    place = Place(tmp_path, prefect.home)
    with nursery.running(place) as process:
        wait_until_at_work(place, process)
        asked = time.monotonic()
        assert ionloop("abort", place.file, "--folder", place.run, "--by", "Ada", "--note", "smoke").status == 0
        _, err = process.communicate(timeout=PATIENCE_S)
        assert time.monotonic() - asked < WITHIN_S
    assert err == "ionloop: aborted by Ada: smoke\n"
    assert process.returncode == 1
    assert_safe(place.lab)
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        (campaign,) = ledger.campaigns()
        assert (campaign.state, campaign.why) == ("aborted", "aborted by Ada: smoke")
        assert all(row.done_event is not None for row in ledger.commands(campaign.id))


def test_what_is_interrupted_goes_on_with_the_same_command(
    prefect: HeldServer, nursery: Nursery, tmp_path: Path
) -> None:
    write_campaign(tmp_path, experiments=6, batch=IN_FLIGHT, start=6)
    place = Place(tmp_path, prefect.home)
    before: set[str] = set()
    for signum in (signal.SIGINT, signal.SIGTERM):
        with nursery.running(place) as process:
            wait_until_at_work(place, process)
            asked = time.monotonic()
            process.send_signal(signum)
            _, err = process.communicate(timeout=PATIENCE_S)
            assert time.monotonic() - asked < WITHIN_S
        assert process.returncode == 1
        assert err.startswith("ionloop: interrupted; `ionloop run` with the same file goes on")
        assert err.count("\n") == 1
        assert_safe(place.lab, left_alone=True)
        state, now = state_and_films(place)
        assert state == "paused"
        assert before <= now
        before = now

    outcome = nursery.finish(place)
    assert (outcome["run"], outcome["state"], outcome["experiments"]) == (1, "finished", 6)
    assert before <= state_and_films(place)[1]
    assert_safe(place.lab)
    assert not [act for act in read_record(place.lab) if act.outcome == "interrupted" and act.device == "film_station"]
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        assert not beyond_the_recipe(place.lab, ledger), "a step was repeated"
        called_off = [e.why for e in ledger.experiments(ledger.campaign("peo_salts").id) if e.state == "cancelled"]
    assert not called_off, "an interrupt costs no film"


def state_and_films(place: Place) -> tuple[str, set[str]]:
    """The state of the only campaign, and the films that have a result."""
    with contextlib.closing(Ledger.open(place.ledger, create=False)) as ledger:
        (campaign,) = ledger.campaigns()
        return campaign.state, {film.film_id for film in ledger.films()}


def test_an_interrupt_before_anything_has_moved_is_one_sentence(prefect: HeldServer, tmp_path: Path) -> None:
    write_campaign(tmp_path, experiments=1, batch=1, start=1)
    with Place(tmp_path, prefect.home).running() as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2.0)  # it imports what it needs
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (1, 130)
    assert err.startswith("ionloop: ")
    assert err.count("\n") == 1

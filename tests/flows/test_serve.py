"""What is served runs when its schedule says so, and goes on when everything was killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from flows.stopping import INTERRUPTED
from ledger.store import Ledger
from tests.flows.held_server import HeldServer, seconds_until
from tests.flows.prefect_api import bring_forward, flow_run_state, flow_runs_of
from tests.flows.receivers import web_server
from tests.flows.small_campaign import ROOT, Place, environment, write_campaign

ZOMBIE_S = 120
"""Within so long a run whose process is gone is closed."""
PATIENCE_S = 180
"""The scheduler's own period, and the start of two processes on a busy machine."""


@contextlib.contextmanager
def serving(place: Place, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """`ionloop serve`, killed where the block ends before it does."""
    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli.main", "serve", *words],
        cwd=ROOT,
        env=environment(place.home) | {"PREFECT_WORKER_QUERY_SECONDS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended_by(process: "subprocess.Popen[str]", number: signal.Signals) -> str:
    """What it has said once it has ended well after a signal."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert err == ""
    return out


@pytest.mark.timeout(500)
def test_one_campaign_is_served_with_its_schedule(
    prefect: HeldServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("served"), prefect.home)
    write_campaign(place.folder, experiments=1, batch=1, start=1, name="on_schedule")
    with serving(place, str(place.file), "--folder", str(place.run), "--cron", "0 3 * * *") as process:
        until(lambda: len(planned(prefect, place)) > 1, PATIENCE_S)
        said = ended_by(process, signal.SIGTERM)
    first, second = (datetime.fromisoformat(run["expected_start_time"]) for run in planned(prefect, place)[:2])
    assert (first.hour, first.minute, first.second) == (3, 0, 0)
    assert second - first == timedelta(days=1)
    assert "it runs on the schedule `0 3 * * *` (UTC)" in said


def planned(prefect: HeldServer, place: Place) -> list[dict[str, Any]]:
    runs = flow_runs_of(prefect.address, str(place.file))
    return sorted(runs, key=lambda run: run["expected_start_time"])


def films(place: Place) -> int:
    if not place.ledger.exists():
        return 0
    with Ledger.open(place.ledger, create=False) as ledger:
        return sum(event.kind == "sample made" for event in ledger.events())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_was_killed_with_everything_goes_on_people_are_told_and_an_end_in_order_is_a_leave(
    prefect: HeldServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`kill -9` of the service and of its campaign: nothing twice, no zombie; then SIGTERM, which leaves none."""
    place = Place(tmp_path_factory.mktemp("killed"), prefect.home)
    write_campaign(place.folder, experiments=500, batch=1, start=500, name="killed_with_all")
    with web_server() as inbox, contextlib.ExitStack() as left:
        file = configured(place, f"http://127.0.0.1:{inbox.port}/")
        with serving(place, str(file)) as process:
            until(lambda: planned(prefect, place), PATIENCE_S)
            tonight = planned(prefect, place)[0]["id"]
            bring_forward(prefect.address, tonight)  # the night is not waited for
            left.callback(kill_all_of, prefect, place)
            until(lambda: films(place) > 0, PATIENCE_S)
            before = deployments(prefect, "killed_with_all")
            for victim in (process.pid, *carrying(tonight)):
                os.kill(victim, signal.SIGKILL)
            process.communicate()
        assert flow_run_state(prefect.address, tonight) == "RUNNING", "a zombie"
        killed_at = films(place)
        with serving(place, str(file)) as process:
            until(lambda: flow_run_state(prefect.address, tonight) == "CRASHED", ZOMBIE_S)
            until(lambda: films(place) > killed_at, PATIENCE_S)
            until(lambda: [one for one in subjects(inbox) if "Crashed" in one], PATIENCE_S)
            ended_by(process, signal.SIGTERM)
    (after,) = deployments(prefect, "killed_with_all")
    assert [after["id"]] == [one["id"] for one in before]
    assert (after["paused"], [one["active"] for one in after["schedules"]]) == (False, [True])
    assert not [run for run in planned(prefect, place) if run["state_type"] == "RUNNING"]
    with Ledger.open(place.ledger, create=False) as ledger:
        (campaign,) = ledger.campaigns()
    assert (campaign.state, campaign.why) == ("paused", INTERRUPTED)


def subjects(inbox: Any) -> list[str]:
    """Of the alerts that came: of the crash, and of what else a campaign has to tell."""
    return [json.loads(one.body)["subject"] for one in inbox.received]


def until(condition: Callable[[], Any], limit_s: float) -> None:
    """Look once a second, for every look takes of the time of whoever is waited for."""

    def now() -> Any:
        time.sleep(1.0)
        with contextlib.suppress(httpx.TimeoutException):  # a busy machine
            return condition()

    seconds_until(now, limit_s)


def kill_all_of(prefect: HeldServer, place: Place) -> None:
    """Nothing of a test that failed half-way goes on beside the others."""
    for run in planned(prefect, place):
        for one in carrying(run["id"]):
            os.kill(one, signal.SIGKILL)


def configured(place: Place, hook: str) -> Path:
    content = {
        "name": "killed with all",
        "campaigns": [{"file": "campaign.yaml", "folder": "run", "schedule": "0 3 * * *"}],
        "alerts": {"webhooks": [{"url": hook}]},
    }
    file = place.folder / "serve.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def deployments(prefect: HeldServer, name: str) -> list[dict[str, Any]]:
    asked = {"deployments": {"name": {"any_": [name]}}}
    answer = httpx.post(f"{prefect.address}/deployments/filter", json=asked, timeout=30)
    return answer.raise_for_status().json()


def carrying(run: str) -> list[int]:
    """The processes of a run."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("PREFECT__FLOW_RUN_ID") == run:
                found.append(process.pid)
    return found

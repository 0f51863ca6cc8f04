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
def test_a_campaign_on_a_schedule_is_begun_by_itself_and_takes_its_leave(
    prefect: HeldServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("served"), prefect.home)
    write_campaign(place.folder, experiments=200, batch=1, start=200, name="on_schedule")

    def planned() -> list[dict[str, Any]]:
        runs = flow_runs_of(prefect.address, str(place.file))
        return sorted(runs, key=lambda run: run["expected_start_time"])

    with serving(place, str(place.file), "--folder", str(place.run), "--cron", "0 3 * * *") as process:
        until(lambda: len(planned()) > 1, PATIENCE_S)
        first, second = (datetime.fromisoformat(run["expected_start_time"]) for run in planned()[:2])
        assert (first.hour, first.minute, first.second) == (3, 0, 0)
        assert second - first == timedelta(days=1)
        tonight = planned()[0]["id"]
        bring_forward(prefect.address, tonight)  # the night is not waited for
        until(lambda: films(place) > 0, PATIENCE_S)
        said = ended_by(process, signal.SIGTERM)
    assert "it runs on the schedule `0 3 * * *` (UTC)" in said
    assert flow_run_state(prefect.address, tonight) == "CANCELLED"
    with Ledger.open(place.ledger, create=False) as ledger:
        row = ledger.campaigns()[-1]
        assert (row.state, row.why.split(";")[0]) == ("paused", "interrupted")


def films(place: Place) -> int:
    if not place.ledger.exists():
        return 0
    with Ledger.open(place.ledger, create=False) as ledger:
        return sum(event.kind == "sample made" for event in ledger.events())


@pytest.mark.timeout(500)
def test_what_was_killed_with_everything_goes_on_and_people_are_told(
    prefect: HeldServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`kill -9` of the service and of its campaign: nothing twice, no zombie, and the campaign comes to its end."""
    place = Place(tmp_path_factory.mktemp("killed"), prefect.home)
    write_campaign(place.folder, experiments=4, batch=1, start=4, name="killed_with_all")
    with web_server() as inbox:
        file = configured(place, f"http://127.0.0.1:{inbox.port}/")
        with serving(place, str(file)) as process:
            until(lambda: deployments(prefect, "killed_with_all"), PATIENCE_S)
            (deployment,) = deployments(prefect, "killed_with_all")
            press(prefect, deployment["id"])
            until(lambda: films(place) > 0, PATIENCE_S)
            (run,) = (run for run in flow_runs_of(prefect.address, str(place.file)) if run["state_type"] == "RUNNING")
            for victim in (process.pid, *carrying(run["id"])):
                os.kill(victim, signal.SIGKILL)
            process.communicate()
        assert flow_run_state(prefect.address, run["id"]) == "RUNNING", "a zombie"
        with serving(place, str(file)) as process:
            until(lambda: flow_run_state(prefect.address, run["id"]) == "CRASHED", ZOMBIE_S)
            until(lambda: subjects(inbox.received) >= EXPECTED, PATIENCE_S)
            again = deployments(prefect, "killed_with_all")
            ended_by(process, signal.SIGTERM)
    assert [one["id"] for one in again] == [deployment["id"]]
    assert [(one["paused"], one["schedules"][0]["active"]) for one in again] == [(False, True)]
    with Ledger.open(place.ledger, create=False) as ledger:
        (campaign,) = ledger.campaigns()
        assert campaign.state == "finished"


def until(condition: Callable[[], Any], limit_s: float) -> None:
    """Look once a second, for every look takes of the time of whoever is waited for."""

    def now() -> Any:
        time.sleep(1.0)
        with contextlib.suppress(httpx.TimeoutException):  # a busy machine
            return condition()

    seconds_until(now, limit_s)


EXPECTED = {"killed_with_all (run 1) is finished"}


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


def press(prefect: HeldServer, deployment: str) -> None:
    """The button *Quick run*."""
    address = f"{prefect.address}/deployments/{deployment}/create_flow_run"
    httpx.post(address, json={}, timeout=30).raise_for_status()


def carrying(run: str) -> list[int]:
    """The processes of a run."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("PREFECT__FLOW_RUN_ID") == run:
                found.append(process.pid)
    return found


def subjects(received: list[Any]) -> set[str]:
    return {json.loads(one.body)["subject"] for one in received}

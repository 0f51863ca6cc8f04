"""What a configuration makes on a real server: made once, brought up to date, removed where it was left out."""

import dataclasses
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Completed, Crashed, Failed, Running, Scheduled

from flows.server.automations import put_automations, tell
from flows.server.configuration import Configuration, read_configuration
from flows.server.deployments import bring_up_to_date, wanted
from flows.server.failed_runs import failures_of, now_us
from flows.server.news import Told
from flows.server.watch import _tell_failures
from flows.server.zombies import GONE, WORKER, close_zombies, drop_missed, has_open_run
from tests.flows.held_server import HeldServer, seconds_until
from tests.flows.prefect_api import flow_run_state, flow_runs
from tests.flows.small_campaign import write_campaign

HERE = "this machine"


@pytest.fixture
def client(prefect: HeldServer) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: prefect.address}), get_client(sync_client=True) as opened:
        yield opened


@pytest.fixture
def pool() -> str:
    """A name that no other test has on the shared server."""
    return f"pool {uuid4().hex[:8]}"


def configured(folder: Path, pool: str, **more: Any) -> tuple[Configuration, Path]:
    name = f"c_{pool.removeprefix('pool ')}"
    write_campaign(folder, experiments=2, batch=1, start=2, name=name)
    campaign = {"file": "campaign.yaml", "schedule": "0 20 * * *", "queue": "synthesis"}
    content = {"name": pool, "campaigns": [campaign], **more}
    file = folder / "serve.yaml"
    file.write_text(yaml.safe_dump(content))
    return read_configuration(file), file


def put(client: SyncPrefectClient, found: tuple[Configuration, Path]) -> dict[str, UUID]:
    return bring_up_to_date(client, found[0], list(wanted(*found)))


ALL: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "queues": {"synthesis": {"at_once": 3}},
    "health_check": {},
    "back_up": {"folder": "kept"},
    "alerts": {"webhooks": [{"url": "http://127.0.0.1:9/"}]},
}


def test_a_second_start_makes_nothing_twice_news_are_sent_and_what_the_file_leaves_out_is_removed(
    client: SyncPrefectClient, prefect: HeldServer, tmp_path: Path, pool: str
) -> None:
    found = configured(tmp_path, pool, **ALL)
    first, second = put(client, found), put(client, found)
    assert first == second
    assert {name.split("/")[0] for name in first} == {"campaign", "health check", "back-up", "alert"}
    for name, there in ((name, client.read_deployment(id)) for name, id in first.items()):
        assert not there.paused
        assert there.work_pool_name == pool
        assert [schedule.active for schedule in there.schedules] == ([] if name.startswith("alert") else [True])
    campaign = client.read_deployment(next(id for name, id in first.items() if name.startswith("campaign")))
    assert campaign.work_queue_name == "synthesis"
    assert campaign.schedules[0].schedule.model_dump()["timezone"] == "Europe/Berlin"
    assert campaign.parameter_openapi_schema is not None
    assert (
        campaign.parameter_openapi_schema["properties"]["campaign_file"]["description"] == "The campaign file (YAML)."
    )
    assert client.read_work_queue_by_name("synthesis", work_pool_name=pool).concurrency_limit == 3

    def automations() -> list[str]:
        there = client.request("POST", "/automations/filter", json={"limit": 200}).json()
        return sorted(one["name"].removeprefix(f"{pool}: ") for one in there if one["name"].startswith(f"{pool}: "))

    for _ in range(2):
        put_automations(client, pool, found[0].spec.alerts, first[f"alert/{pool}"])
    assert automations() == ["close runs that fell silent", "tell news"]

    news = Told("ended", "peo_salts", 'it is "over"', "σ = 1e-4 {{ S/cm }}", 12)
    tell(client, pool, dataclasses.replace(news, kind="hangs"))
    tell(client, f"another {pool}", news)
    tell(client, pool, news)
    seconds_until(lambda: len(sent(prefect, first[f"alert/{pool}"])) == 2, 60)
    assert {(said["subject"], said["text"]) for said in sent(prefect, first[f"alert/{pool}"])} == {
        (news.subject, news.text)
    }

    fewer = put(client, configured(tmp_path, pool))
    assert set(fewer.items()) < set(first.items())
    assert [name.split("/")[0] for name in fewer] == ["campaign"]
    put_automations(client, pool, None, None)
    assert automations() == ["close runs that fell silent"]


def sent(prefect: HeldServer, alert: UUID) -> list[dict[str, Any]]:
    """What the runs of an alert were told to send; nobody runs them here."""
    return [run["parameters"] for run in flow_runs(prefect.address) if run["deployment_id"] == str(alert)]


def begun(client: SyncPrefectClient, prefect: HeldServer, deployment: UUID, worker: str) -> str:
    run = client.create_flow_run_from_deployment(deployment, state=Running())
    address = f"{prefect.address}/flow_runs/{run.id}/labels"
    httpx.patch(address, json={WORKER: worker}, timeout=30).raise_for_status()
    client.set_flow_run_state(run.id, Running(), force=True)
    return str(run.id)


def test_a_run_is_closed_where_its_process_is_gone_and_nowhere_else(
    client: SyncPrefectClient, prefect: HeldServer, tmp_path: Path, pool: str
) -> None:
    (deployment,) = put(client, configured(tmp_path, pool)).values()
    dead, elsewhere, living, noted = (
        begun(client, prefect, deployment, worker) for worker in (HERE, "another machine", HERE, "another machine")
    )
    with subprocess.Popen(
        [sys.executable, "-c", "input()"],
        env={**os.environ, "PREFECT__FLOW_RUN_ID": living},
        stdin=subprocess.PIPE,
    ) as process:
        assert has_open_run(client, lambda run: run.deployment_id == deployment)
        closed = {str(run.id) for run in close_zombies(client, HERE, noted=[noted])}
        assert {dead, noted} <= closed
        states = [flow_run_state(prefect.address, run) for run in (dead, elsewhere, living, noted)]
        assert states == ["CRASHED", "RUNNING", "RUNNING", "CRASHED"]
        assert close_zombies(client, HERE) == []
        process.communicate(b"\n")
    assert [str(run.id) for run in close_zombies(client, HERE)] == [living]
    told = client.read_flow_run(UUID(living)).state
    assert told is not None
    assert told.message == GONE


def test_what_failed_is_told_once_and_no_failure_of_telling(
    client: SyncPrefectClient, prefect: HeldServer, tmp_path: Path, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    served = put(client, configured(tmp_path, pool, **ALL))
    campaign, alert = (
        next(id for name, id in served.items() if name.startswith(kind)) for kind in ("campaign", "alert")
    )
    _tell_failures(client, pool)

    def ended(deployment: UUID, state: State) -> str:
        run = client.create_flow_run_from_deployment(deployment, state=Running())
        client.set_flow_run_state(run.id, state, force=True)
        return run.name

    ended(campaign, Completed())
    failed, crashed = ended(campaign, Failed(message="no such lab")), ended(campaign, Crashed(message=GONE))
    ended(alert, Failed(message="nobody is there"))
    found = [news for _, news in failures_of(client, pool, now_us() - 60_000_000)]
    assert [(news.subject, news.text) for news in found] == [
        (f"{failed}: Failed", "no such lab"),
        (f"{crashed}: Crashed", GONE),
    ]
    assert list(failures_of(client, f"another {pool}", 0)) == []
    put_automations(client, pool, configured(tmp_path, pool, **ALL)[0].spec.alerts, alert)
    for _ in range(2):
        _tell_failures(client, pool)
    seconds_until(lambda: len(subjects_of(prefect, alert)) == 2, 60)
    assert sorted(subjects_of(prefect, alert)) == sorted(news.subject for news in found)


def subjects_of(prefect: HeldServer, alert: UUID) -> list[str]:
    """Of the alerts that the automation ordered; the one that failed here was ordered by nobody."""
    return [said["subject"] for said in sent(prefect, alert) if said["subject"] != "A trial"]


def test_of_nights_that_were_missed_the_last_is_made_up_for(
    client: SyncPrefectClient, prefect: HeldServer, tmp_path: Path, pool: str
) -> None:
    (deployment,) = put(client, configured(tmp_path, pool)).values()

    def due(days_ago: int, scheduled_by_itself: bool) -> str:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        run = client.create_flow_run_from_deployment(deployment, state=Scheduled(scheduled_time=at))
        if scheduled_by_itself:  # what only the server's own scheduler can say
            make_auto_scheduled(prefect, str(run.id))
        return str(run.id)

    runs = [due(days, True) for days in (3, 2, 1)]
    by_hand = due(3, False)
    assert drop_missed(client, pool) == 2
    states = [flow_run_state(prefect.address, run) for run in (*runs, by_hand)]
    assert states == ["CANCELLED", "CANCELLED", "SCHEDULED", "SCHEDULED"]
    assert drop_missed(client, pool) == 0
    client.delete_deployment(deployment)


def make_auto_scheduled(prefect: HeldServer, run: str) -> None:
    with closing(sqlite3.connect(prefect.home / "prefect" / "prefect.db", timeout=30)) as records, records:
        records.execute("UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", (run,))

"""What the Prefect server knows of flow runs, asked as its pages ask."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

BUSY = 503
"""How Prefect's server says that its SQLite is locked; its own client comes again, too."""


def press(url: str, json: dict[str, Any] | None = None) -> httpx.Response:
    """What a button sends, pressed again while the server is busy."""
    deadline = time.monotonic() + 30
    while True:
        answer = httpx.post(url, json=json, timeout=30)
        if answer.status_code != BUSY or time.monotonic() > deadline:
            return answer
        time.sleep(0.5)


def flow_runs(address: str) -> list[dict[str, Any]]:
    """Every flow run, the latest first."""
    return _ask(address, "flow_runs", {"sort": "START_TIME_DESC"})


def flow_runs_of(address: str, campaign_file: str) -> list[dict[str, Any]]:
    """The flow runs of one campaign file, the latest first."""
    return [run for run in flow_runs(address) if run["parameters"].get("campaign_file") == campaign_file]


def task_runs(address: str, flow_run: str) -> list[dict[str, Any]]:
    """The task runs of a flow run in their order."""
    asked = {"flow_runs": {"id": {"any_": [flow_run]}}, "sort": "EXPECTED_START_TIME_ASC"}
    return _ask(address, "task_runs", asked)


def artifacts(address: str, flow_run: str) -> dict[str, dict[str, Any]]:
    """The latest artifact of each key that a flow run made."""
    asked = {"artifacts": {"flow_run_id": {"any_": [flow_run]}}, "sort": "CREATED_DESC"}
    found: dict[str, dict[str, Any]] = {}
    for artifact in _ask(address, "artifacts", asked):
        found.setdefault(artifact["key"], artifact)
    return found


def cancel(address: str, flow_run: str) -> None:
    """What the button Cancel does."""
    state = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
    answer = press(f"{address}/flow_runs/{flow_run}/set_state", json=state).raise_for_status()
    assert answer.json()["status"] == "ACCEPT", answer.text


def pause(address: str, flow_run: str) -> None:
    """What the button Pause does (Suspend, in the older pages)."""
    until = datetime.now(UTC) + timedelta(minutes=5)
    details = {"pause_timeout": until.isoformat(), "pause_reschedule": True, "deferred": False}
    state = {"type": "PAUSED", "name": "Suspended", "state_details": details}
    asked = {"state": state, "force": True}
    answer = press(f"{address}/flow_runs/{flow_run}/set_state", json=asked).raise_for_status()
    assert answer.json()["status"] == "ACCEPT", answer.text


def resume(address: str, flow_run: str) -> None:
    """What the button Resume does."""
    answer = press(f"{address}/flow_runs/{flow_run}/resume").raise_for_status()
    assert answer.json()["status"] == "ACCEPT", answer.text


def bring_forward(address: str, flow_run: str) -> None:
    """Make a run that is scheduled for later fall due now."""
    now = datetime.now(UTC).isoformat()
    state = {"state": {"type": "SCHEDULED", "name": "Scheduled", "state_details": {"scheduled_time": now}}}
    answer = press(f"{address}/flow_runs/{flow_run}/set_state", json={**state, "force": True}).raise_for_status()
    assert answer.json()["status"] == "ACCEPT", answer.text


def fill_in(address: str, deployment: str, **form: Any) -> str:
    """What *Custom run* of a deployment does; the id of the run."""
    asked = {"parameters": form, "name": "Fantastic-Cicada"}
    answer = press(f"{address}/deployments/{deployment}/create_flow_run", json=asked)
    return answer.raise_for_status().json()["id"]


def read_flow_run(address: str, flow_run: str) -> dict[str, Any]:
    """Everything that its page shows of a flow run."""
    return httpx.get(f"{address}/flow_runs/{flow_run}", timeout=30).raise_for_status().json()


def flow_run_state(address: str, flow_run: str) -> str:
    """How a flow run stands: `COMPLETED`, `CANCELLED` and the like."""
    return read_flow_run(address, flow_run)["state_type"]


def _ask(address: str, what: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    answer = press(f"{address}/{what}/filter", json={"limit": 200, **asked})
    return answer.raise_for_status().json()

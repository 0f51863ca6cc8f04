"""A served campaign runs when its schedule says so."""

import signal
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.flows.held_server import HeldServer, seconds_until
from tests.flows.prefect_api import bring_forward, flow_run_state, flow_runs_of
from tests.flows.small_campaign import ROOT, Place, environment, write_campaign

PATIENCE_S = 180
"""The scheduler's own period, and the start of two processes on a busy machine."""


@pytest.mark.timeout(500)
def test_a_campaign_on_a_schedule_is_begun_by_itself(
    prefect: HeldServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("served"), prefect.home)
    write_campaign(place.folder, experiments=1, batch=1, start=1)
    words = ("serve", str(place.file), "--folder", str(place.run), "--cron", "0 3 * * *")

    def planned() -> list[dict[str, Any]]:
        runs = flow_runs_of(prefect.address, str(place.file))
        return sorted(runs, key=lambda run: run["expected_start_time"])

    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli.main", *words],
        cwd=ROOT,
        env=environment(place.home) | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            seconds_until(lambda: len(planned()) > 1, PATIENCE_S)
            first, second = (datetime.fromisoformat(run["expected_start_time"]) for run in planned()[:2])
            assert (first.hour, first.minute, first.second) == (3, 0, 0)
            assert second - first == timedelta(days=1)
            tonight = planned()[0]["id"]
            bring_forward(prefect.address, tonight)  # the night is not waited for
            seconds_until(lambda: flow_run_state(prefect.address, tonight) == "COMPLETED", PATIENCE_S)
        finally:
            serving.send_signal(signal.SIGTERM)
            out, err = serving.communicate(timeout=60)
    assert "it runs on the schedule `0 3 * * *` (UTC)" in out
    assert "Traceback" not in err
    assert "Warning" not in err
    assert place.ledger.exists()

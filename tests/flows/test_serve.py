"""A served campaign runs when its schedule says so."""

import signal
import subprocess
import sys

import pytest

from tests.flows.held_server import HeldServer, seconds_until
from tests.flows.prefect_api import flow_runs_of
from tests.flows.small_campaign import ROOT, Place, environment, write_campaign

PATIENCE_S = 180
"""A minute until the schedule's next one, the scheduler's own period, and the start of a process on a busy machine."""


@pytest.mark.timeout(300)
def test_a_campaign_on_a_schedule_is_begun_by_itself(
    prefect: HeldServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("served"), prefect.home)
    write_campaign(place.folder, experiments=1, batch=1, start=1)
    words = ("serve", str(place.file), "--folder", str(place.run), "--cron", "* * * * *")
    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli.main", *words],
        cwd=ROOT,
        env=environment(place.home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            seconds_until(
                lambda: any(run["state_type"] == "COMPLETED" for run in flow_runs_of(prefect.address, str(place.file))),
                PATIENCE_S,
            )
        finally:
            serving.send_signal(signal.SIGTERM)
            out, err = serving.communicate(timeout=60)
    assert "it runs on the schedule `* * * * *` (UTC)" in out
    assert "Traceback" not in err
    assert "Warning" not in err
    assert place.ledger.exists()

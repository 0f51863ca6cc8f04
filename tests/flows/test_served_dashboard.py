"""The dashboard beside what is served: a process that is kept up, and leaves with whoever started it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from flows.server.configuration import read_configuration
from flows.server.dashboard import keep_dashboard
from flows.session import open_ledger
from tests.flows.small_campaign import write_campaign

WITHIN_S = 120.0


def until(holds: Callable[[], object]) -> None:
    give_up = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def dashboards() -> list[psutil.Process]:
    alive = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "flows.server.dashboard" in child.cmdline()]


def test_it_is_started_again_and_ends_with_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("flows.server.dashboard.AGAIN_S", 0.2)
    (tmp_path / "home").mkdir()
    write_campaign(tmp_path, experiments=2, batch=1, start=2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = tmp_path / "serve.yaml"
    file.write_text(f"campaigns: [{{file: campaign.yaml}}]\ndashboard: {{port: {port}}}\n")
    configuration = read_configuration(file)
    (campaign,) = configuration.campaigns.values()
    open_ledger(campaign.folder, None).close()
    ended = threading.Event()
    keeper = threading.Thread(target=keep_dashboard, args=(configuration, ended))
    keeper.start()
    try:
        until(lambda: answers(port))
        (first,) = dashboards()
        first.kill()
        until(lambda: [one for one in dashboards() if one.pid != first.pid] and answers(port))
    finally:
        ended.set()
        keeper.join(30)
    assert not dashboards()
    assert not answers(port)


def test_it_leaves_when_whoever_started_it_was_killed(tmp_path: Path) -> None:
    """The end of its input is all that it hears of a `kill -9`."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import flows.server.dashboard as d, sys; d._leave_with_the_input()"],
        stdin=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "IONLOOP_HOME": str(tmp_path)},
    )
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == -signal.SIGTERM

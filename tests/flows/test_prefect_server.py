"""One Prefect server, shared, on this machine only, and gone when nobody needs it."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from flows.server.prefect_server import GRACE_S, PROCESS, ServerDidNotStart, _ended, dashboard, prefect_server
from tests.flows.held_server import (
    HeldServer,
    await_server,
    begin_to_hold,
    hold_server,
    processes_of,
    seconds_until,
)
from tests.flows.small_campaign import environment

pytestmark = pytest.mark.timeout(300)  # each process takes seconds to start, a busy machine longer

SECONDS = GRACE_S + 12
"""Within so long a server is gone, with room for a busy machine."""


def answers(server: HeldServer) -> bool:
    try:
        return httpx.get(f"{server.address}/health", timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def test_clients_share_one_server_and_the_last_one_takes_it_along(prefect: HeldServer, tmp_path: Path) -> None:
    home = prefect.furnish(tmp_path / "home")
    both = [begin_to_hold(home), begin_to_hold(home)]
    first, second = (await_server(home, holder) for holder in both)
    assert first.address == second.address
    assert sorted(processes_of(home)) == sorted([first.holder.pid, second.holder.pid, first.pid])

    first.let_go()
    server = psutil.Process(second.pid)
    with pytest.raises(psutil.TimeoutExpired):
        server.wait(GRACE_S + 1)
    assert answers(second)

    second.let_go()
    seconds_until(lambda: not processes_of(home), SECONDS)
    assert not answers(second)
    assert not (home / "server.json").exists()
    assert not list((home / "clients").iterdir())


def test_a_killed_client_leaves_no_server_behind(prefect: HeldServer, tmp_path: Path) -> None:
    home = prefect.furnish(tmp_path / "home")
    # What a server that was killed itself leaves: a note of an address where nobody answers.
    (home / "server.json").write_text(json.dumps({"address": "http://127.0.0.1:9/api", "pid": 1}))
    server = hold_server(home)
    assert answers(server)
    server.kill()
    seconds_until(lambda: not processes_of(home), SECONDS)
    assert not answers(server)
    assert not (home / "server.json").exists()
    assert not list((home / "clients").iterdir()), "the lock file of the dead client is cleared away"


def test_it_is_on_loopback_only_and_talks_to_nobody_else(prefect: HeldServer) -> None:
    sockets = psutil.Process(prefect.pid).net_connections(kind="inet")
    assert {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    assert {socket.raddr.ip for socket in sockets if socket.raddr} <= {"127.0.0.1"}
    settings = httpx.get(f"{prefect.address}/admin/settings", timeout=30).json()
    assert settings["server"]["analytics_enabled"] is False
    assert settings["server"]["ephemeral"]["enabled"] is False


def test_its_pages_and_the_reports_beside_them_are_served(prefect: HeldServer) -> None:
    page = dashboard(prefect.address)
    assert "<html" in httpx.get(f"{page}/", timeout=30).text
    report = prefect.home / "reports" / "one.html"
    report.write_text("a report")
    assert httpx.get(f"{page}/reports/one.html", timeout=30).text == "a report"
    for elsewhere in ("none.html", "%2e%2e/server.json", "..%2fserver.json"):
        assert httpx.get(f"{page}/reports/{elsewhere}", timeout=30).status_code == httpx.codes.NOT_FOUND


CLIENT = """
import json
from flows.server.prefect_server import prefect_server
with prefect_server() as address:
    from prefect.settings import get_current_settings
    settings = get_current_settings()
    print(json.dumps({
        "found": address,
        "used": settings.api.url,
        "ephemeral": settings.server.ephemeral.enabled,
        "analytics": settings.server.analytics_enabled,
        "home": str(settings.home),
    }))
"""


def test_a_client_uses_it_and_never_an_ephemeral_one(prefect: HeldServer) -> None:
    misled = environment(prefect.home) | {
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "true",
    }
    said = subprocess.run([sys.executable, "-c", CLIENT], env=misled, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == {
        "found": prefect.address,
        "used": prefect.address,
        "ephemeral": False,
        "analytics": False,
        "home": str(prefect.home / "prefect"),
    }


def test_a_port_in_use_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServerDidNotStart, match=r"ended.*port in use"), prefect_server(taken.getsockname()[1]):
            pytest.fail("there can be no server")
    assert "in use" in (tmp_path / "server.log").read_text()


def test_a_server_is_told_from_whoever_has_its_number_now() -> None:
    assert _ended(None)() == 0
    assert _ended(1)() == 0, "another process"
    with subprocess.Popen([sys.executable, "-c", "input()", PROCESS], stdin=subprocess.PIPE) as server:
        ended = _ended(server.pid)
        seconds_until(lambda: ended() is None, 10)
        server.kill()
        seconds_until(lambda: ended() == 0, 10)  # dead, and not buried: nobody has waited for it yet

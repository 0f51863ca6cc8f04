"""The one Prefect server: found where it runs, started where it does not, ended when nobody needs it.

Every process that uses the server holds a lock on a file of its own in `clients/`; the kernel lets go of it when the
process ends, however it ends. The server looks at these files and leaves when none is held. So a campaign killed with
`kill -9` leaves no server behind, and two campaigns share one.
"""

import contextlib
import fcntl
import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from chemistry.errors import IonloopError
from flows.home import home

START_LIMIT_S = 90.0
GRACE_S = 3.0
"""How long the server stays when its last client has gone: long enough for the next command of a script."""


class ServerDidNotStart(IonloopError):
    """The Prefect server did not answer in time."""


@contextlib.contextmanager
def prefect_server(port: int | None = None) -> Iterator[str]:
    """The address of the running server's API, for as long as the block lasts.

    Prefect reads its settings when it is first imported, so enter this before importing it.
    """
    with server_in_use():
        address = _find_or_start(port)
        os.environ.update(client_environment(address))
        yield address


@contextlib.contextmanager
def server_in_use() -> Iterator[None]:
    """The server that runs goes on running for as long as the block lasts, whatever becomes of who started it."""
    lock, lock_path = _lock_client()
    try:
        yield
    finally:
        lock.close()
        lock_path.unlink(missing_ok=True)


def client_environment(address: str) -> dict[str, str]:
    """The settings of a Prefect client of our server: nothing reported to anybody, no second server."""
    return {
        "PREFECT_API_URL": address,
        "PREFECT_HOME": str(home() / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # The pages keep everything from INFO on; a terminal gets our own words, not Prefect's tracebacks.
        "PREFECT_LOGGING_LEVEL": os.environ.get("PREFECT_LOGGING_LEVEL", "INFO"),
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_CLI_PROMPT": "false",
    }


def dashboard(address: str) -> str:
    """The page for people that belongs to an API address."""
    return address.removesuffix("/api")


def _lock_client() -> tuple[IO[str], Path]:
    folder = home() / "clients"
    folder.mkdir(exist_ok=True)
    path = folder / f"{uuid.uuid4()}.lock"
    lock = path.with_suffix(".new").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    # The server clears away what nobody holds, so it may see the file only now.
    Path(lock.name).rename(path)
    return lock, path


def _find_or_start(port: int | None) -> str:
    """One process at a time looks and starts; the others wait for it and then find what it started."""
    with (home() / "server.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        address = _running_address()
        if address is None:
            address = _wait_until_healthy(_start(port))
        return address


def _running_address() -> str | None:
    note = home() / "server.json"
    try:
        address = json.loads(note.read_text())["address"]
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None
    return address if _healthy(address) else None


def _healthy(address: str) -> bool:
    """Asked without TLS: a client that could do it reads the machine's certificates first, some 50 ms each time."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.netloc, timeout=5)
    try:
        connection.request("GET", f"{place.path}/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _start(port: int | None) -> "subprocess.Popen[bytes]":
    (home() / "server.json").unlink(missing_ok=True)
    with (home() / "server.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.server.process", str(port or 0)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **client_environment("")},
        )


def _wait_until_healthy(process: "subprocess.Popen[bytes]") -> str:
    """Real time, on purpose: this waits for a process, not for a laboratory."""
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and process.poll() is None:
        address = _running_address()
        if address is not None:
            return address
        time.sleep(0.1)
    what = f"did not answer within {START_LIMIT_S:.0f} s" if process.poll() is None else "ended while it started"
    raise ServerDidNotStart(
        f"The Prefect server {what}. Its words are in {home() / 'server.log'}; "
        "a port in use or a full disk are the usual causes."
    )

"""The one Prefect server: found where it runs, started where it does not, ended when nobody needs it.

Every process that uses the server holds a lock on a file of its own in `clients/`; the kernel lets go of it when the
process ends, however it ends. The server looks at these files and leaves when none is held. So a campaign killed with
`kill -9` leaves no server behind, and two campaigns share one.
"""

import contextlib
import fcntl
import http.client
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chemistry.errors import BadInput, IonloopError
from flows.home import home

if TYPE_CHECKING:
    from flows.server.serve_spec import Server

logger = logging.getLogger(__name__)

LOOPBACK, PROCESS = "127.0.0.1", "flows.server.process"
RECORDS, PASSWORD = "PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_API_AUTH_STRING"
"""Environment variables: where the server keeps its records; name and password that one open to others asks for."""
START_LIMIT_S = 180.0
LOOK_AGAIN_S = 10.0
HEARTBEAT_S = 30
"""How often a run gives a sign of life, the least that Prefect takes: one that gives none is closed
(`flows.server.automations`)."""
GRACE_S = 3.0
"""How long the server stays when its last client has gone: long enough for the next command of a script."""


class ServerDidNotStart(IonloopError):
    """The Prefect server did not answer in time."""


@contextlib.contextmanager
def prefect_server(port: int | None = None, *, host: str = LOOPBACK, database: str | None = None) -> Iterator[str]:
    """The address of the running server's API, for as long as the block lasts.

    Prefect reads its settings when it is first imported, so enter this before importing it.

    Args:
        port: Of a server that has to be started; a free one where left out.
        host: Address at which it listens.
        database: URL of a PostgreSQL for its records, in place of SQLite.

    Raises:
        BadInput: it would be open to others without a password.
        ServerDidNotStart: it did not answer, or one with other records runs already.
    """
    refuse_open_server(host)
    with server_in_use():
        address = _find_or_start(port, host, database)
        if database is not None and _note().get("database") != _shown(database):
            raise ServerDidNotStart(
                f"A Prefect server runs already ({address}) that keeps its records elsewhere. "
                "End the ionloop commands that use it; it leaves with the last of them."
            )
        os.environ.update(client_environment(address))
        yield address


def refuse_open_server(host: str) -> None:
    """Refuse a server that others reach and that asks nobody who they are; raises `BadInput`."""
    if host != LOOPBACK and not os.environ.get(PASSWORD):
        raise BadInput(
            f"a server at {host} is open to whoever reaches that address",
            place="server.host",
            remedy=f"Set {PASSWORD}=NAME:PASSWORD where ionloop is started, or leave `host` out.",
        )


def keep_server(address: str, server: "Server", ended: threading.Event) -> None:
    """Start the server anew, at its address, whenever it has gone, until told to end."""
    place = urlsplit(address)
    while not ended.wait(LOOK_AGAIN_S):
        if _healthy(address):
            continue
        logger.warning("the Prefect server at %s does not answer; starting it again", address)
        try:
            _find_or_start(place.port, place.hostname or server.host, server.database)
        except ServerDidNotStart as failed:
            logger.warning("%s", failed)


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
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
        **({"PREFECT_API_AUTH_STRING": os.environ[PASSWORD]} if os.environ.get(PASSWORD) else {}),
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


def _find_or_start(port: int | None, host: str, database: str | None) -> str:
    """One process at a time looks and starts; the others wait for it and then find what it started."""
    with (home() / "server.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        address = _running_address()
        if address is None:
            # One that is too busy to answer is waited for: a second one could not have its port.
            ended = _ended(_note().get("pid"))
            address = _wait_until_healthy(_start(port, host, database).poll if ended() is not None else ended)
        return address


def _running_address() -> str | None:
    address = _note().get("address")
    return address if address is not None and _healthy(address) else None


def _note() -> dict[str, Any]:
    """What the server that runs has noted of itself; empty where none runs."""
    try:
        return json.loads((home() / "server.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


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


def _start(port: int | None, host: str, database: str | None) -> "subprocess.Popen[bytes]":
    (home() / "server.json").unlink(missing_ok=True)
    records = {} if database is None else {RECORDS: database.replace("postgresql://", "postgresql+asyncpg://", 1)}
    with (home() / "server.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", PROCESS, str(port or 0), host, _shown(database) if database else ""],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **client_environment(""), **records},
        )


def _shown(database: str) -> str:
    """The URL of a database without a password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1@", database)


def _ended(pid: int | None) -> Callable[[], int | None]:
    """What tells whether the server of this number has ended: as `Popen.poll`, for a process that is no child."""

    def ended() -> int | None:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()  # empty of one that is dead and not yet buried
        except OSError:
            return 0
        return None if PROCESS.encode() in words else 0

    return ended


def _wait_until_healthy(ended: Callable[[], int | None]) -> str:
    """Real time, on purpose: this waits for a process, not for a laboratory."""
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and ended() is None:
        address = _running_address()
        if address is not None:
            return address
        time.sleep(0.1)
    what = f"did not answer within {START_LIMIT_S:.0f} s" if ended() is None else "ended while it started"
    raise ServerDidNotStart(
        f"The Prefect server {what}. Its words are in {home() / 'server.log'}; "
        "a port in use or a full disk are the usual causes."
    )

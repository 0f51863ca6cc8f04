"""The process of the Prefect server: `python -m flows.server.process PORT [HOST [DATABASE]]` (0 takes a free port).

Where it keeps its records is in its environment; DATABASE is only what its note says of that.
"""

import fcntl
import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from flows.home import home
from flows.server.prefect_server import GRACE_S, LOOPBACK, PASSWORD

if TYPE_CHECKING:
    from fastapi import FastAPI


def main(port: int, host: str = LOOPBACK, database: str = "") -> None:
    """Serve the Prefect API and its pages, on loopback unless told otherwise, until the last client has gone."""
    listener = socket.create_server((host, port))
    address = f"http://{host}:{listener.getsockname()[1]}/api"
    # Prefect reads its settings when it is imported, so the address comes first.
    os.environ.pop("PREFECT_API_URL", None)
    os.environ["PREFECT_UI_API_URL"] = address
    import uvicorn
    from prefect.server.api.server import create_app

    note = home() / "server.json"
    note.write_text(json.dumps({"address": address, "pid": os.getpid(), "database": database}))
    threading.Thread(target=_leave_when_alone, args=(note,), daemon=True).start()
    app = create_app(final=True)
    # Prefect's password does not guard what lies beside its pages, so nothing does where there is one.
    config = uvicorn.Config(
        app if os.environ.get(PASSWORD) else _with_reports(app), log_level="warning", timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run(sockets=[listener])


def _with_reports(app: "FastAPI") -> "FastAPI":
    """The Prefect app, with the campaigns' reports and pictures beside its pages."""
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    folder = home() / "reports"
    folder.mkdir(exist_ok=True)
    app.router.routes.insert(0, Mount("/reports", StaticFiles(directory=folder, html=True)))
    return app


def _leave_when_alone(note: Path) -> None:
    alone_since = time.monotonic()
    while time.monotonic() - alone_since < GRACE_S or not _take_back(note):
        time.sleep(0.5)
        if not _alone():
            alone_since = time.monotonic()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
    os._exit(0)  # a request that does not end must not keep the server alive


def _take_back(note: Path) -> bool:
    """Remove the note of this server, unless a client came at the last moment: it looks for the note in its turn."""
    with (home() / "server.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not _alone():
            return False
        note.unlink(missing_ok=True)
        return True


def _alone() -> bool:
    return not any(_held(lock) for lock in (home() / "clients").glob("*.lock"))


def _held(lock: Path) -> bool:
    """Whether a living process holds the file; the file of a dead one is removed."""
    try:
        with lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    lock.unlink(missing_ok=True)
    return False


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])

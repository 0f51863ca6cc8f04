"""The process of a local Tiled catalogue: `python -m flows.catalogue.process FOLDER`, with its key in the environment.

It serves on loopback until whoever started it closes its standard input, or ends: a controller that is killed leaves no
server behind.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path

KEY = "TILED_SINGLE_USER_API_KEY"
NOTE, DATABASE, FILES, TABLES = "server.json", "catalogue.db", "files", "tables.duckdb"
"""Below the folder: where it is, what is known of runs, arrays, and the tables of events."""


def main(folder: Path) -> None:
    """Serve the catalogue of a folder, which is made where there is none."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    import uvicorn
    from tiled.catalog import from_uri
    from tiled.config import Authentication
    from tiled.server.app import build_app

    database = _prepared(folder)
    (folder / FILES).mkdir(exist_ok=True)
    tree = from_uri(database, writable_storage=[str(folder / FILES), f"duckdb:///{folder / TABLES}"])
    app = build_app(tree, Authentication(single_user_api_key=os.environ[KEY], allow_anonymous_access=False))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    note = folder / NOTE
    draft = note.with_suffix(".new")
    draft.write_text(json.dumps({"address": address, "pid": os.getpid()}))
    draft.replace(note)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)).run(sockets=[listener])


def _prepared(folder: Path) -> str:
    """The address of the catalogue's database, with its tables in it."""
    from sqlalchemy.ext.asyncio import create_async_engine
    from tiled.alembic_utils import stamp_head
    from tiled.catalog.alembic_constants import ALEMBIC_DIR, ALEMBIC_INI_TEMPLATE_PATH
    from tiled.catalog.core import initialize_database
    from tiled.utils import ensure_specified_sql_driver

    path = folder / DATABASE
    database = ensure_specified_sql_driver(f"sqlite:///{path}")
    if not path.exists():
        asyncio.run(initialize_database(create_async_engine(database)))
        stamp_head(Path(ALEMBIC_INI_TEMPLATE_PATH), Path(ALEMBIC_DIR), database)
    return database


def _leave_with_parent() -> None:
    while sys.stdin.read(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(10)
    os._exit(0)  # a request that does not end must not keep the server alive


if __name__ == "__main__":
    main(Path(sys.argv[1]))

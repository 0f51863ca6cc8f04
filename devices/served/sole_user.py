"""One process at a time: a lock that goes when its holder dies, however it dies."""

import fcntl
import sqlite3
from pathlib import Path
from typing import IO


def sole_user(path: Path) -> IO[str]:
    """Hold the lock beside `path` until the file returned is closed, or this process ends.

    Raises:
        BlockingIOError: another process holds it.
    """
    file = path.with_suffix(".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    return file


def own_database(path: Path, layout: str) -> tuple[IO[str], sqlite3.Connection]:
    """An SQLite file that this process alone writes, and its lock: readers beside it, nothing lost by a power cut.

    `layout` makes the tables that are not there yet; the connection may be used from any thread, one at a time.

    Raises:
        BlockingIOError: another process has it.
        sqlite3.DatabaseError: it is no such file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    alone = sole_user(path)
    try:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(layout)
    except sqlite3.DatabaseError:
        alone.close()
        raise
    return alone, connection

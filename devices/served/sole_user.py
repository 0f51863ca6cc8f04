"""One process at a time: a lock that goes when its holder dies, however it dies."""

import fcntl
import os
import re
import socket
import sqlite3
import sys
from pathlib import Path
from typing import IO

from chemistry.errors import BadInput
from chemistry.wording import LONGEST_PATH, shortened


class InUse(Exception):
    """Another process has it; the message says which one."""


def sole_user(path: Path, where: str = "") -> IO[str]:
    """Hold the lock beside `path` until the file returned is closed, or this process ends.

    `where` it serves, if it does, is told to whoever wants the lock meanwhile.

    Raises:
        InUse: another process holds it.
    """
    file = path.with_suffix(".lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        with file:
            file.seek(0)
            raise InUse(file.read() or "another process") from taken
    file.truncate(0)
    file.write(_this_process() + (f", on {where}" if where else ""))
    file.flush()
    return file


def _this_process() -> str:
    """Who has it, for whoever is refused: number, machine, and the command that started it."""
    words = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    without_password = re.sub(r"://[^/ ]*@", "://", words)
    return f"process {os.getpid()} on {socket.gethostname()} (`{without_password}`)"


def own_database(path: Path, layout: str, where: str = "") -> tuple[IO[str], sqlite3.Connection]:
    """An SQLite file that this process alone writes, and its lock: readers beside it, nothing lost by a power cut.

    `layout` makes the tables that are not there yet; `where` is that of `sole_user`. The connection may be used
    from any thread, one at a time.

    Raises:
        BadInput: its folder cannot be made, or not be written to.
        InUse: another process has it.
        sqlite3.DatabaseError: it is no such file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        alone = sole_user(path, where)
    except OSError as error:
        raise BadInput(
            f"nothing can be kept in this folder ({error.strerror})",
            place=shortened(str(path.parent), LONGEST_PATH),
            remedy="Name one with --folder that you may write to.",
        ) from error
    try:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(layout)
    except sqlite3.DatabaseError:
        alone.close()
        raise
    return alone, connection

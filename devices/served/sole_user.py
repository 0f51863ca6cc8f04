"""One process at a time: a lock that goes when its holder dies, however it dies."""

import fcntl
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

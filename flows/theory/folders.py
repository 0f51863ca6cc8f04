"""Folders in which simulations run: each question has its own, so that a run that was killed goes on there."""

import contextlib
import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from flows.home import home


@contextlib.contextmanager
def folder_of(question: str, cores: int = 1) -> Iterator[tuple[Path, int]]:
    """The folder of a question in ionloop's home, and a seed that follows from it too: one question, one answer.

    Whoever has the same question waits for its turn. A run on another number of cores moves otherwise, bead by bead,
    and so has another folder: it cannot go on where that one stood. The folder goes when the block ends well, and
    stays when it does not.
    """
    name = hashlib.sha256(question.encode()).hexdigest()
    folder = home() / "simulations" / (name[:16] if cores == 1 else f"{name[:16]}-{cores}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield folder, int(name[:8], 16) % 2**31
        shutil.rmtree(folder, ignore_errors=True)

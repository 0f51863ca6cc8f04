"""One process serves a configuration, or restores what it serves."""

import contextlib
import fcntl
from collections.abc import Iterator

from chemistry.errors import IonloopError
from flows.home import home


class AlreadyServed(IonloopError):
    """Another process serves a configuration of this name."""


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Nobody else serves a configuration of this name meanwhile; the kernel lets go of the lock however we end.

    Raises:
        AlreadyServed: somebody does.
    """
    with (home() / f"serve {name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise AlreadyServed(
                f"Another process serves `{name}` already, with the same IONLOOP_HOME. End it first, or give this "
                "configuration another `name`."
            ) from held
        yield

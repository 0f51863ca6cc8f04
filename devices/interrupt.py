"""Ctrl-C waits while something goes on that must not be cut in two."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """What SIGINT would do, it does after the block. Only the main thread is ever interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def load_instruments() -> None:
    """Import ophyd, the Channel Access library and our device classes, in one piece.

    An interrupt that falls into a class body of theirs would come out as a RuntimeError (`Error calling __set_name__`).
    """
    with interrupts_held():
        import devices.instrument  # noqa: F401

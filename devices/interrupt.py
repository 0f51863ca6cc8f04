"""Ctrl-C waits while something goes on that must not be cut in two."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

from chemistry.errors import IonloopError

AGAIN_S = 0.05


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


@contextlib.contextmanager
def swallowed_interrupts_return() -> Iterator[None]:
    """An interrupt that falls where Python can only report and ignore it comes again a moment later.

    Where a library written in another language calls back into Python, as pydantic does for each model that it builds,
    an exception is printed as "ignored" and forgotten: Ctrl-C would be lost, and the process would go on.
    """
    before = sys.unraisablehook

    def report(unraisable: "sys.UnraisableHookArgs") -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            threading.Timer(AGAIN_S, _interrupt_main_thread).start()
        else:
            before(unraisable)

    sys.unraisablehook = report
    try:
        yield
    finally:
        sys.unraisablehook = before


def is_interrupt(error: BaseException | None) -> bool:
    """Whether an exception is what became of an interrupt: of one in `__set_name__` Python makes a RuntimeError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


class Interrupted(IonloopError):
    """Ctrl-C ended a command, and whoever pressed it is told what had been done by then."""


@contextlib.contextmanager
def nothing_begun() -> Iterator[None]:
    """An interrupt within the block says that nothing was begun. Raises `Interrupted`."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if not is_interrupt(error):
            raise
        again = "Nothing was begun and no instrument was told anything; the same command begins, or goes on"
        raise Interrupted(f"interrupted during start-up. {again}.") from None


def _interrupt_main_thread() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

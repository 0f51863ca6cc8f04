"""Ctrl-C falls where nothing is cut in two by it, and stays what it is."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from devices.interrupt import interrupts_held, is_interrupt, swallowed_interrupts_return
from tests.served import ROOT


def test_an_interrupt_waits_for_the_end_of_the_block() -> None:
    done: list[str] = []

    def work() -> None:
        with interrupts_held():
            signal.raise_signal(signal.SIGINT)
            done.append("the rest of the block")
        done.append("what comes after")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the rest of the block"]


def test_afterwards_everything_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="its own"), interrupts_held():
        raise ValueError("its own")
    assert signal.getsignal(signal.SIGINT) is before
    with interrupts_held(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: interrupts_held().__enter__()).result(5) is None, (
            "other threads are never interrupted"
        )


_INTERRUPTED_IN_A_CLASS_BODY = """
import signal, sys
from devices.interrupt import load_instruments

def interrupt(event, what):
    if event == "import" and what[0] == "ophyd.areadetector.plugins":
        from ophyd.device import Component
        named = Component.__set_name__
        def cut_in_two(self, owner, name):
            Component.__set_name__ = named
            signal.raise_signal(signal.SIGINT)
            named(self, owner, name)
        Component.__set_name__ = cut_in_two

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(interrupt)
try:
    load_instruments()
except KeyboardInterrupt:
    print("interrupted", "devices.instrument" in sys.modules)
"""


def test_an_interrupt_while_ophyd_is_loaded_is_an_interrupt() -> None:
    """In the body of a class Python 3.11 makes a RuntimeError of it."""
    words = [sys.executable, "-c", _INTERRUPTED_IN_A_CLASS_BODY]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert said.stdout == "interrupted True\n", said.stderr
    assert not said.stderr


class _InterruptedAtItsEnd:
    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)
        time.sleep(0)


def test_an_interrupt_that_python_can_only_ignore_comes_again() -> None:
    """In a finaliser, as in pydantic's building of a model, an exception reaches nobody."""

    def lose_an_interrupt() -> None:
        begun = time.monotonic()
        _InterruptedAtItsEnd()
        while time.monotonic() - begun < 10:
            time.sleep(0.01)

    hook = sys.unraisablehook
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), swallowed_interrupts_return():
        lose_an_interrupt()
    assert time.monotonic() - begun < 5
    assert sys.unraisablehook is hook


def test_what_became_of_an_interrupt_is_known_for_one() -> None:
    disguised = RuntimeError("Error calling __set_name__")
    assert not is_interrupt(disguised)
    disguised.__cause__ = KeyboardInterrupt()
    assert is_interrupt(disguised)
    assert is_interrupt(KeyboardInterrupt())
    assert not is_interrupt(None)

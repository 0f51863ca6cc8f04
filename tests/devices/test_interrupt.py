"""Ctrl-C falls where nothing is cut in two by it, and stays what it is."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from devices.interrupt import interrupts_held
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

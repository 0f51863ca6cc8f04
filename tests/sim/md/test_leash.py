"""An engine does not outlive who started it."""

import contextlib
import signal
import subprocess
import sys
import time

import psutil

from sim.md.engine import LEASH

STARTER = f"""
import subprocess, sys, time
leash = subprocess.Popen(
    [sys.executable, "-P", {str(LEASH)!r}, sys.executable, "-c", "import time; time.sleep(600)"],
    stdin=subprocess.PIPE, start_new_session=True,
)
print(leash.pid, flush=True)
time.sleep(600)
"""


def seconds_until_gone(processes: list[psutil.Process]) -> float:
    begun = time.monotonic()
    _, alive = psutil.wait_procs(processes, timeout=30)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    assert not alive
    return time.monotonic() - begun


def test_a_kill_of_the_starter_ends_the_program() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        leash = psutil.Process(int(starter.stdout.readline()))
        while not leash.children():
            time.sleep(0.02)
        held = [leash, *leash.children()]
        starter.send_signal(signal.SIGKILL)
        assert seconds_until_gone(held) < 20


def test_the_exit_status_is_the_program_s() -> None:
    with subprocess.Popen(
        [sys.executable, "-P", str(LEASH), sys.executable, "-c", "raise SystemExit(7)"], stdin=subprocess.PIPE
    ) as process:
        assert process.wait(60) == 7

"""Runs a script with `lmp`, watches how far it is, and says in plain words why it failed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chemistry.errors import IonloopError
from sim.md.log_file import error_of, last_step
from sim.md.program import Parallel, Program

LEASH = Path(__file__).with_name("leash.py")
POLL_S = 0.2
_CAUSES = (
    ("Lost atoms", "beads left the box", "Beads still overlapped, or the time step is too long: halve it"),
    ("Bond atom", "a bond was torn", "The time step is too long or chains still overlapped: halve the time step"),
    ("Angle atom", "a molecule was torn", "The time step is too long or atoms still overlapped: halve the time step"),
    (
        "Dihedral atom",
        "a molecule was torn",
        "The time step is too long or atoms still overlapped: halve the time step",
    ),
    ("Bad FENE bond", "a bond was stretched to its limit", "Halve the time step, or push overlaps apart for longer"),
    ("FENE bond too long", "a bond was stretched to its limit", "Halve the time step, or lower the wells"),
    ("Out of range atoms", "beads moved too far in one step", "Halve the time step"),
    ("Non-numeric", "a force became infinite", "Two beads lie on one another: push overlaps apart for longer"),
    ("Cannot open file", "a file could not be written or read", "Look at the disk and at the folder's rights"),
)


class EngineFailed(IonloopError):
    """LAMMPS ended before its time. What it had written is kept.

    Attributes:
        step: that it had reached, None where it never moved.
        log: where it says more.
    """

    def __init__(self, said: str, step: int | None, log: Path) -> None:
        self.step, self.log = step, log
        cause, remedy = next(((c, r) for words, c, r in _CAUSES if words in said), ("", ""))
        reached = "before it moved" if step is None else f"at step {step}"
        why = f"{cause} ({said})" if cause else said or "it was ended from outside"
        super().__init__(
            " ".join(
                part
                for part in (
                    f"LAMMPS stopped {reached}: {why}.",
                    f"{remedy}." if remedy else "",
                    f"All that ended before is kept; its log is {log}.",
                )
                if part
            )
        )


def run_script(
    program: Program, script: Path, parallel: Parallel, progress: Callable[[int], None] | None = None
) -> float:
    """Run a script in its folder to the end.

    Args:
        program: LAMMPS.
        script: whose log gets the same name with `.log`.
        parallel: processors.
        progress: is told the step that the run has reached, now and then.

    Returns:
        Seconds of wall time.

    Raises:
        EngineFailed: it ended early.
    """
    log = script.with_suffix(".log")
    log.unlink(missing_ok=True)
    command = [sys.executable, "-P", str(LEASH), *program.command(Path(script.name), Path(log.name), parallel)]
    began = time.monotonic()
    with script.with_suffix(".err").open("w") as said:
        process = subprocess.Popen(
            command,
            cwd=script.parent,
            env=dict(program.environment(parallel)),
            stdin=subprocess.PIPE,  # the leash: whatever becomes of this process, the engine does not outlive it
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            _watch(process, log, progress)
        finally:
            _end(process)
    if process.returncode != 0:
        raise EngineFailed(error_of(log) or _last_line(script.with_suffix(".err")), last_step(log), log)
    return time.monotonic() - began


def _watch(process: subprocess.Popen[bytes], log: Path, progress: Callable[[int], None] | None) -> None:
    pause = POLL_S / 10
    while True:
        try:
            process.wait(pause)
            return
        except subprocess.TimeoutExpired:
            pause = POLL_S
        if progress is not None:
            step = last_step(log)
            if step is not None:
                progress(step)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what was started, with the ranks that it started itself, where it still runs."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    if process.stdin is not None:
        process.stdin.close()


def _last_line(path: Path) -> str:
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""

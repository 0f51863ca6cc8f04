"""`ionloop run` in processes that are born ready: forked from one that has imported what a campaign needs.

To import it takes a core some seconds before anything is done, and more on a busy machine; a test that kills process
after process would do little else. These are processes all the same: of their own, with their own signals, and a kill
-9 leaves of them what it leaves of any. How a process begins is what `Place.running` shows, from the command line on.
"""

import contextlib
import json
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from flows.server.prefect_server import client_environment
from tests.flows.killed_run import run_and_die
from tests.flows.small_campaign import PATIENCE_S, Place, environment

IMPORTED = (
    "prefect",
    "prefect.flow_engine",
    "bluesky.run_engine",
    "models.gaussian_process",
    "models.film_judgement",
    "planners.acquisition",
    "planners.bayesian",
    "alembic.runtime.migration",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "plotly.subplots",
    "scipy.stats",
    "torch.fx.experimental.symbolic_shapes",  # which a posterior imports, and sympy with it
    "flows.artifacts",
    "flows.crew",
    "flows.left_runs",
    "flows.report.page",
    "flows.run",
    "flows.session",
    "flows.shown_pause",
    "flows.step_in",
    "sim.lab",
)
"""What starts no threads, for a fork would lose them: ophyd starts some, but for its layer `dummy`."""
NO_CHANNEL_ACCESS = {"OPHYD_CONTROL_LAYER": "dummy"}
"""A simulated lab is in the process itself, and speaks to nobody."""


class ReadyProcess:
    """What tests ask of a running `ionloop run`; named as in `subprocess.Popen`."""

    def __init__(self, process: Any, out: Path, err: Path) -> None:
        self._process, self._out, self._err = process, out, err

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float = PATIENCE_S) -> None:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("ionloop run", timeout)

    def communicate(self, timeout: float = PATIENCE_S) -> tuple[str, str]:
        self.wait(timeout)
        return self._out.read_text(), self._err.read_text()

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()


@contextlib.contextmanager
def born(folder: Path, work: Callable[..., None], *given: Any) -> Iterator[ReadyProcess]:
    """A ready process at work, which says what it says into files in a folder; killed where the block ends first."""
    out, err = folder / "out.txt", folder / "err.txt"
    process = multiprocessing.get_context("forkserver").Process(target=_say_into, args=(out, err, work, given))
    process.start()
    try:
        yield ReadyProcess(process, out, err)
    finally:
        process.kill()
        process.join()


@dataclass(frozen=True)
class Nursery:
    """Where processes are born that use one Prefect server."""

    home: Path

    @contextlib.contextmanager
    def running(self, place: Place, *more: str, dies_at: tuple[str, int] | None = None) -> Iterator[ReadyProcess]:
        """`ionloop run` of the campaign, begun, perhaps to kill itself at an occurrence of a labelled point."""
        assert place.home == self.home
        words = ("run", str(place.file), "--folder", str(place.run), "--json", *more)
        with born(place.folder, run_and_die, words, dies_at) as process:
            yield process

    def finish(self, place: Place, *more: str) -> dict[str, Any]:
        """`ionloop run` of the campaign to its end; what it printed."""
        with self.running(place, *more) as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        assert not err
        return json.loads(out)


def open_nursery(home: Path, address: str) -> Nursery:
    """Import everything in a process that uses the server at an address, and forks the others; one for a worker."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(IMPORTED))
    told = environment(home) | client_environment(address) | NO_CHANNEL_ACCESS
    with mock.patch.dict(os.environ, told):
        multiprocessing.forkserver.ensure_running()
    return Nursery(home)


def _say_into(out: Path, err: Path, work: Callable[..., None], given: tuple[Any, ...]) -> None:
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        with path.open("w") as file:
            os.dup2(file.fileno(), stream.fileno())
    work(*given)

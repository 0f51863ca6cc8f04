"""The worker of the serving process: starts what falls due in the queues that are taken from here."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from prefect.workers.process import ProcessWorker

from flows.server.configuration import Configuration
from flows.server.run_processes import children_with_runs
from flows.stopping import ENDING

LEAVE_S = 60.0
"""So long runs may take to make their instruments safe when the service is ended."""


def worker_name(pool: str) -> str:
    """Of the worker of this machine: the same after a restart, and no other machine's."""
    return f"{pool} on {socket.gethostname()}"


def work(configuration: Configuration) -> None:
    """Start what falls due in the queues that are taken from here, until a signal ends the service."""
    pool = configuration.spec.name
    take_from(pool, [name for name, queue in configuration.queues.items() if queue.here], worker_name(pool))


def take_from(pool: str, queues: list[str], name: str) -> None:
    """Start runs as they fall due, until a signal ends this process; those under way then take their leave."""
    # A service has no virtual environment on its path, and a run's process is to have ours.
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    asyncio.run(_work(ProcessWorker(pool, queues, name, create_pool_if_not_found=False)))


async def _work(worker: ProcessWorker) -> None:
    told = asyncio.Event()
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT:
            # In the background of a shell a process is born deaf to SIGINT. `nohup` has SIGHUP ignored: so it stays.
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    _make_patient(worker, told)
    working = asyncio.create_task(worker.start(printer=lambda *_: None))
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if told.is_set():
        await _take_leave()
        working.cancel()
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _take_leave() -> None:
    """Let every run end as it does when somebody ends it by hand: the worker would kill them outright."""
    until = asyncio.get_running_loop().time() + LEAVE_S
    for pid in children_with_runs():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    while children_with_runs() and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.2)


def _make_patient(worker: Any, told: asyncio.Event) -> None:
    """Let a server that is away for some minutes not end the worker, nor begin anything once the service is to end.

    The runs that it watches would end with it. A subclass would take the place of Prefect's own worker in its register
    of types, and it warns of that.
    """

    def patient(look: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        async def tried() -> Any:
            if not told.is_set():
                with contextlib.suppress(httpx.HTTPError):
                    return await look()
            return []

        return tried

    for name in ("get_and_submit_flow_runs", "_sync_and_initialize"):
        setattr(worker, name, patient(getattr(worker, name)))

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


def worker_name(pool: str) -> str:
    """Of the worker of this machine: the same after a restart, and no other machine's."""
    return f"{pool} on {socket.gethostname()}"


def work(configuration: Configuration) -> None:
    """Start runs as they fall due, until SIGINT, SIGTERM or SIGHUP; those under way then take their leave."""
    # In the background of a shell a process is born deaf to SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    # A service has no virtual environment on its path, and a run's process is to have ours.
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    pool = configuration.spec.name
    queues = [name for name, queue in configuration.queues.items() if queue.here]
    worker = ProcessWorker(pool, queues, worker_name(pool), create_pool_if_not_found=False)
    _make_patient(worker)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(worker.start(printer=lambda *_: None))


def _make_patient(worker: Any) -> None:
    """Let a server that is away for some minutes not end the worker: the runs that it watches would end with it.

    A subclass would take the place of Prefect's own worker in its register of types, and it warns of that.
    """
    for name in ("get_and_submit_flow_runs", "_sync_and_initialize"):
        setattr(worker, name, _patient(getattr(worker, name)))


def _patient(look: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    async def tried() -> Any:
        with contextlib.suppress(httpx.HTTPError):
            return await look()
        return []

    return tried

"""Workers of a Dask cluster: processes of this machine, or whoever serves a scheduler that is there."""

import logging
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from chemistry.errors import BadInput, IonloopError
from models.crew import Alone, Crew, Spread, done

if TYPE_CHECKING:
    from distributed import Client

Shared = TypeVar("Shared")
ANSWER_S = 20.0
"""How long a scheduler may take to answer."""
PATIENCE_S = 60.0
"""How long a cluster may be without workers while parts are under way."""
_DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
"""Begins each process: Ctrl-C is meant for the one that hired it, which then ends it without a word."""


@contextmanager
def crew(
    shared: Shared, processes: int = 1, cluster: str | None = None, patience_s: float | None = PATIENCE_S
) -> Iterator[Crew[Shared]]:
    """Workers for as long as the block lasts.

    Args:
        shared: is sent to each worker once.
        processes: on this machine; 1 for this process alone. Plays no part where a cluster is named.
        cluster: address of a Dask scheduler, such as `tcp://10.0.0.1:8786`.
        patience_s: how long it may be without workers; None where further ones are sure to come.

    Raises:
        BadInput: no scheduler answers at the address, or it has no workers.
    """
    if cluster is None and processes == 1:
        yield Alone(shared)
        return
    import dask.config
    import distributed  # noqa: F401  (before its settings are changed, or they are gone afterwards)

    # What all share goes as a task and is not scattered: where the worker that holds it dies, another makes it anew.
    large = {"distributed.admin.large-graph-warning-threshold": "1 TB"}
    place = _here(processes) if cluster is None else nullcontext((cluster, None))
    with dask.config.set(large), _quiet(), place as (address, security), _client(address, security) as client:
        sent = client.submit(pickle.loads, pickle.dumps(shared), pure=False)
        executor = client.get_executor(pure=False)  # a part is done once, its result kept for no other that looks alike
        yield Spread(lambda task, part: executor.submit(done, task, sent, part), lambda: _workers(client), patience_s)


@contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is told by those who wait for results, in a paragraph; Dask's own logs hold its tracebacks."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _here(processes: int) -> Iterator[tuple[str, Any]]:
    """A cluster of this machine, processes of one thread; the address of its scheduler, and the keys to it.

    Whoever reaches a scheduler can run anything, so that even on the loopback this one answers only its own.
    """
    distributed: Any = import_module("distributed")  # its types say that a cluster is a coroutine
    with tempfile.TemporaryDirectory(prefix="ionloop-") as folder:
        local = distributed.LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=None,
            local_directory=folder,
            silence_logs=logging.CRITICAL,
            preload=[_DEAF],
            security=True,
        )
        with local:
            yield local.scheduler_address, local.security


@contextmanager
def _client(address: str, security: Any) -> Iterator["Client"]:
    from distributed import Client

    try:
        client = Client(address, timeout=ANSWER_S, set_as_default=False, security=security)
    except (OSError, TimeoutError, ValueError, TypeError, ImportError) as error:
        raise BadInput(
            f"no Dask scheduler answers ({error})",
            place=address,
            remedy="Start one (dask scheduler), or leave --dask out",
        ) from error
    with client:
        if not _workers(client):
            raise BadInput(
                "the Dask scheduler has no workers",
                place=address,
                remedy=f"Start some: dask worker {address} --nthreads 1 --nworkers 4",
            )
        yield client


def _workers(client: "Client") -> int:
    """How many are there now; raises `IonloopError` where the scheduler is gone."""
    from concurrent.futures import CancelledError

    try:
        there: Any = client.nthreads()  # its types say that it may be a coroutine
    except (OSError, TimeoutError, CancelledError) as error:
        raise IonloopError("The workers' scheduler went away. Give the same command again.") from error
    return len(there)

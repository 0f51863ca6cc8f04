"""Who does the parts of a work: this process, or the workers of a Dask cluster, on this machine or elsewhere.

Either does the same parts in the same way, each on one thread, so that what comes of a part is the same wherever it is
done. No more than a few are under way at a time, however many there are.
"""

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from models.forgetting import forget_when_full

if TYPE_CHECKING:
    from distributed import Client

Shared = TypeVar("Shared")
Shared_co = TypeVar("Shared_co", covariant=True)
Part = TypeVar("Part")
Result = TypeVar("Result")
Task = Callable[[Shared, Part], Result]
"""What is done with a part, given what all parts share; can be sent to another process."""
ANSWER_S = 20.0
"""How long a scheduler may take to answer."""
_DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
"""Begins each process: Ctrl-C is meant for the one that hired it, which then ends it without a word."""
_AHEAD = 3
"""Parts under way for each worker, where results are asked for in order."""


class Crew(Protocol[Shared_co]):
    """Does a task for many parts, which are taken as they are needed; an error of a task is raised here."""

    def each(self, task: Callable[[Shared_co, Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """Results in the order of the parts."""
        ...

    def as_done(
        self, task: Callable[[Shared_co, Part], Result], parts: Iterable[Part]
    ) -> Iterator[tuple[Part, Result]]:
        """Each part with its result as soon as it is there; no part is begun before there is somebody to do it."""
        ...


class Hire(Protocol):
    """Gets workers for as long as a block lasts, such as `crew`."""

    def __call__(self, shared: Shared, /) -> AbstractContextManager[Crew[Shared]]:
        """Who works with what all parts share."""
        ...


class Alone(Crew[Shared]):
    """This process does everything, each part when its result is asked for."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def each(self, task: Task[Shared, Part, Result], parts: Iterable[Part]) -> Iterator[Result]:
        """In the order of the parts."""
        for part in parts:
            yield done(task, self._shared, part)

    def as_done(self, task: Task[Shared, Part, Result], parts: Iterable[Part]) -> Iterator[tuple[Part, Result]]:
        """In the order of the parts, too."""
        for part in parts:
            yield part, done(task, self._shared, part)


class Spread(Crew[Shared]):
    """Workers elsewhere: `submit` hands one of them a task with a part, `slots` tells how many can work at once."""

    def __init__(self, submit: Callable[[Any, Any], "Future[Any]"], slots: Callable[[], int]) -> None:
        self._submit, self._slots = submit, slots

    def each(self, task: Task[Shared, Part, Result], parts: Iterable[Part]) -> Iterator[Result]:
        """A few parts are under way for each worker, so that none waits for work."""
        waiting: deque[Future[Result]] = deque()
        for part in parts:
            waiting.append(self._submit(task, part))
            if len(waiting) >= _AHEAD * self._slots():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def as_done(self, task: Task[Shared, Part, Result], parts: Iterable[Part]) -> Iterator[tuple[Part, Result]]:
        """As many parts are under way as can be worked on at once."""
        left, waiting = iter(parts), dict[Future[Result], Part]()
        while True:
            for _ in range(len(waiting), self._slots()):
                for part in left:
                    waiting[self._submit(task, part)] = part
                    break
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()


@contextmanager
def crew(shared: Shared, processes: int = 1, cluster: str | None = None) -> Iterator[Crew[Shared]]:
    """Workers for as long as the block lasts.

    Args:
        shared: is sent to each worker once.
        processes: on this machine; 1 for this process alone. Plays no part where a cluster is named.
        cluster: address of a Dask scheduler, such as `tcp://10.0.0.1:8786`.

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
    place = _here(processes) if cluster is None else nullcontext(cluster)
    with dask.config.set(large), place as address, _client(address) as client:
        sent = client.submit(pickle.loads, pickle.dumps(shared), pure=False)
        executor = client.get_executor(pure=False)  # a part is done once, its result kept for no other that looks alike
        yield Spread(lambda task, part: executor.submit(done, task, sent, part), lambda: _threads(client))


@contextmanager
def _here(processes: int) -> Iterator[str]:
    """A cluster of this machine, a process of one thread each; the address of its scheduler."""
    import logging
    import tempfile
    from importlib import import_module

    distributed: Any = import_module("distributed")  # its types say that a cluster is a coroutine
    with tempfile.TemporaryDirectory(prefix="ionloop-") as folder:
        local = distributed.LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=None,
            local_directory=folder,
            silence_logs=logging.ERROR,
            preload=[_DEAF],
        )
        with local:
            yield local.scheduler_address


@contextmanager
def _client(address: str) -> Iterator["Client"]:
    from distributed import Client

    from chemistry.errors import BadInput

    try:
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(
            f"no Dask scheduler answers ({error})",
            place=address,
            remedy="Start one (dask scheduler), or leave --dask out",
        ) from error
    with client:
        if not _threads(client):
            raise BadInput(
                "the Dask scheduler has no workers", place=address, remedy=f"Start some: dask worker {address}"
            )
        yield client


def _threads(client: "Client") -> int:
    """Of all workers that are there now."""
    there: Any = client.nthreads()  # its types say that it may be a coroutine
    return sum(there.values())


def done(task: Task[Shared, Part, Result], shared: Shared, part: Part) -> Result:
    """The result of one part: on one thread, so that it is the same wherever it is done."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        result = task(shared, part)
    forget_when_full()
    return result

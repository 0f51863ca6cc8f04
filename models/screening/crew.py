"""Who does the work of a screening: this process, processes beside it, or a Dask cluster.

All three do the same parts in the same way and hand results back in the order of the parts, so that the outcome is the
same. No more than a few parts are under way at a time, however many there are.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from models.screening.forgetting import forget_when_full
from models.screening.judge import Judge

Part = TypeVar("Part")
Result = TypeVar("Result")
Task = Callable[[Judge, Part], Result]
"""What is done with a part, given the surrogate; can be sent to another process."""
_AHEAD = 3
"""Parts under way for each worker."""


class Crew(Protocol):
    """Does a task for many parts."""

    def each(self, task: Task[Part, Result], parts: Iterable[Part]) -> Iterator[Result]:
        """Results in the order of the parts, which are taken as they are needed."""
        ...


class Alone:
    """This process does everything."""

    def __init__(self, surrogate: Judge) -> None:
        self._surrogate = surrogate

    def each(self, task: Task[Part, Result], parts: Iterable[Part]) -> Iterator[Result]:
        """Each part when its result is asked for."""
        for part in parts:
            yield done(task, self._surrogate, part)


class Spread:
    """Workers behind an executor; `submit` hands one of them a task with a part, and gives what has a `result()`."""

    def __init__(self, submit: Callable[[Any, Any], Any], workers: int) -> None:
        self._submit, self._ahead = submit, _AHEAD * workers

    def each(self, task: Task[Part, Result], parts: Iterable[Part]) -> Iterator[Result]:
        """A few parts are under way at a time; a worker's error is raised here."""
        waiting: deque[Future[Result]] = deque()
        for part in parts:
            waiting.append(self._submit(task, part))
            if len(waiting) >= self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def crew(surrogate: Judge, processes: int = 1, cluster: str | None = None) -> Iterator[Crew]:
    """Workers for as long as the block lasts.

    Args:
        surrogate: is sent to each worker once.
        processes: on this machine; 1 for this process alone. Plays no part where a cluster is named.
        cluster: address of a Dask scheduler, such as `tcp://10.0.0.1:8786`.

    Raises:
        BadInput: no scheduler answers at the address.
    """
    if cluster is not None:
        with _dask(surrogate, cluster) as spread:
            yield spread
    elif processes == 1:
        yield Alone(surrogate)
    else:
        from multiprocessing import get_context

        # A new interpreter for each: a fork of a process that has threads can hang.
        executor: Executor = ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=_take_up, initargs=(surrogate,)
        )
        try:
            yield Spread(lambda task, part: executor.submit(_in_worker, task, part), processes)
        finally:
            executor.shutdown(cancel_futures=True)


@contextmanager
def _dask(surrogate: Judge, address: str) -> Iterator[Spread]:
    from distributed import Client

    from chemistry.errors import BadInput

    try:
        client = Client(address, timeout=20, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(
            f"no Dask scheduler answers ({error})",
            place=address,
            remedy="Start one (dask scheduler), or leave --dask out",
        ) from error
    with client:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            raise BadInput(
                "the Dask scheduler has no workers", place=address, remedy=f"Start some: dask worker {address}"
            )
        sent = client.scatter(surrogate, broadcast=True)
        # Not pure: a part is done once, and its result is not kept for another that looks alike.
        yield Spread(lambda task, part: client.submit(done, task, sent, part, pure=False), workers)


def done(task: Task[Part, Result], surrogate: Judge, part: Part) -> Result:
    """The result of one part: on one thread, so that it is the same wherever it is done."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        result = task(surrogate, part)
    forget_when_full()
    return result


_given: list[Judge] = []
"""The surrogate of a worker process, put here once when it starts: the only way an executor has to hand it over."""


def _take_up(surrogate: Judge) -> None:
    _given.append(surrogate)


def _in_worker(task: Task[Part, Result], part: Part) -> Result:
    return done(task, _given[0], part)

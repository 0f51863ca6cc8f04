"""Who does the parts of a work: this process, or workers elsewhere (`models.cluster` finds them).

Either does the same parts in the same way, one after the other in each process and each on one thread, so that what
comes of a part is the same wherever it is done. No more than a few are under way at a time, however many there are.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from chemistry.errors import BadInput, IonloopError
from models.forgetting import forget_when_full

Shared = TypeVar("Shared")
Shared_co = TypeVar("Shared_co", covariant=True)
Part = TypeVar("Part")
Result = TypeVar("Result")
Task = Callable[[Shared, Part], Result]
"""What is done with a part, given what all parts share; can be sent to another process."""
_AHEAD = 3
"""Parts under way for each worker, where results are asked for in order."""
_LOOK_S = 5.0
"""How often it is looked whether anybody is there still, while a result is waited for."""
_GO_ON = "Give the same command again"


class Crew(Protocol[Shared_co]):
    """Does a task for many parts, which are taken as they are needed; an error of a task is raised here."""

    def each(self, task: Callable[[Shared_co, Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """Results in the order of the parts, which may be millions: what is remembered of them is let go of."""
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
            yield done(_Forgetful(task), self._shared, part)

    def as_done(self, task: Task[Shared, Part, Result], parts: Iterable[Part]) -> Iterator[tuple[Part, Result]]:
        """In the order of the parts, too."""
        for part in parts:
            yield part, done(task, self._shared, part)


class Spread(Crew[Shared]):
    """Workers elsewhere."""

    def __init__(
        self, submit: Callable[[Any, Any], "Future[Any]"], slots: Callable[[], int], patience_s: float | None = None
    ) -> None:
        """Workers elsewhere.

        Args:
            submit: hands one of them a task with a part.
            slots: how many there are now, each of which does one part at a time.
            patience_s: how long none may be there while parts are under way; None: for ever.
        """
        self._submit, self._slots, self._patience_s = submit, slots, patience_s

    def each(self, task: Task[Shared, Part, Result], parts: Iterable[Part]) -> Iterator[Result]:
        """A few parts are under way for each worker, so that none waits for work."""
        waiting: deque[tuple[Future[Result], Part]] = deque()
        for part in parts:
            waiting.append((self._submit(_Forgetful(task), part), part))
            if len(waiting) >= _AHEAD * max(1, self._slots()):
                yield self._awaited(*waiting.popleft())
        while waiting:
            yield self._awaited(*waiting.popleft())

    def as_done(self, task: Task[Shared, Part, Result], parts: Iterable[Part]) -> Iterator[tuple[Part, Result]]:
        """As many parts are under way as there are workers; what is done is told before an error is."""
        left, waiting = iter(parts), dict[Future[Result], Part]()
        while True:
            room = max(1, self._slots()) - len(waiting)
            waiting.update((self._submit(task, part), part) for part in islice(left, max(0, room)))
            if not waiting:
                return
            for future in sorted(self._ended(waiting), key=_failed):
                part = waiting.pop(future)
                yield part, _result(future, part)

    def _awaited(self, future: "Future[Result]", part: object) -> Result:
        self._ended([future])
        return _result(future, part)

    def _ended(self, futures: Iterable["Future[Result]"]) -> Iterable["Future[Result]"]:
        """Those that are done, at least one; raises `IonloopError` where nobody is there any more who could do one."""
        seen = time.monotonic()
        while not (ended := wait(futures, timeout=_LOOK_S, return_when=FIRST_COMPLETED).done):
            if self._slots():
                seen = time.monotonic()
            elif self._patience_s is not None and time.monotonic() - seen > self._patience_s:
                raise IonloopError(f"No worker has been there for {self._patience_s:g} s. {_GO_ON}.")
        return ended


def _failed(future: "Future[Any]") -> bool:
    return future.cancelled() or future.exception() is not None


def _result(future: "Future[Result]", part: object) -> Result:
    """What came of a part; raises what its task raised, or `IonloopError` where it was lost with those who did it."""
    try:
        return future.result()
    except CancelledError as error:
        raise IonloopError(f"The workers' scheduler went away while it had {part} to hand out. {_GO_ON}.") from error
    except ModuleNotFoundError as error:
        raise BadInput(
            f"a worker or its scheduler lacks {error.name}", remedy="Install this ionloop for both, as it is here"
        ) from error
    except Exception as error:
        if type(error).__name__ == "KilledWorker":
            raise IonloopError(f"Whoever works on {part} dies of it, of memory perhaps. {_GO_ON}.") from error
        raise


@dataclass(frozen=True)
class _Forgetful(Generic[Shared, Part, Result]):
    """A task after which no more is remembered than a process can hold."""

    task: Task[Shared, Part, Result]

    def __call__(self, shared: Shared, part: Part) -> Result:
        result = self.task(shared, part)
        forget_when_full()
        return result


_TURN = threading.Lock()
"""Of a process: random numbers and the number of threads belong to all of it."""


def done(task: Task[Shared, Part, Result], shared: Shared, part: Part) -> Result:
    """The result of one part: on one thread, so that it is the same wherever it is done."""
    from threadpoolctl import threadpool_limits

    with _TURN, threadpool_limits(1):
        return task(shared, part)

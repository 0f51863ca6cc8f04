"""How a running campaign is stopped from outside: Prefect's cancel, a signal, the keyboard."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, Literal

from chemistry.errors import IonloopError

if TYPE_CHECKING:
    from flows.crew import Crew

POLL_S = 1.0


class Stopped(IonloopError):
    """The campaign was stopped from outside; its stations are safe.

    `paused` can be resumed with the same command; `aborted` has ended for good.
    """

    def __init__(self, why: str, campaign_state: Literal["paused", "aborted"]) -> None:
        self.campaign_state = campaign_state
        super().__init__(why)


@contextlib.contextmanager
def watch_for_cancel(crew: "Crew") -> Iterator[None]:
    """While the block lasts, a cancel in the Prefect UI, SIGTERM and Ctrl-C stop the crew.

    Prefect cancels a run that it did not start itself only on paper, and reaches only the main thread of one that it
    did; so its view of the run is asked every second, and acted on here.
    """
    from prefect import runtime

    ended = threading.Event()
    run_id = runtime.flow_run.id
    if run_id is not None:
        threading.Thread(target=_poll, args=(run_id, crew, ended), name="cancel-watch", daemon=True).start()
    try:
        with _signals_stop():
            yield
    except KeyboardInterrupt:
        raise Stopped(
            "stopped from the keyboard; `ionloop run` with the same file goes on from here", "paused"
        ) from None
    finally:
        ended.set()


def _poll(run_id: str, crew: "Crew", ended: threading.Event) -> None:
    import httpx
    from prefect.client.orchestration import get_client

    client = get_client(sync_client=True)
    while not ended.wait(POLL_S):
        try:
            state = client.read_flow_run(run_id).state  # type: ignore[arg-type]
        except httpx.HTTPError:
            continue  # a server that is away for a moment stops nothing; the ledger is the truth
        if state is not None and (state.is_cancelling() or state.is_cancelled()):
            crew.stop(Stopped("cancelled in the Prefect UI", "aborted"))
            return


@contextlib.contextmanager
def _signals_stop() -> Iterator[None]:
    """SIGTERM as an orderly stop, where this is the main thread of a process that is ours."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

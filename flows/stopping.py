"""How a running campaign is commanded from outside: the ledger, the Prefect UI, a signal, the keyboard."""

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from chemistry.errors import IonloopError
from flows.control import Control, in_words
from ledger.errors import LedgerUnavailable
from ledger.kinds import CampaignState

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State

    from flows.crew import Crew
    from flows.session import Session

logger = logging.getLogger(__name__)

POLL_S = 1.0


class Stopped(IonloopError):
    """The campaign was stopped from outside; its stations are safe.

    A paused campaign goes on with the same command; an aborted one has ended for good.
    """

    def __init__(self, why: str, campaign_state: CampaignState) -> None:
        self.campaign_state = campaign_state
        super().__init__(why)


CANCELLED = "cancelled in the Prefect UI"
INTERRUPTED = "interrupted; `ionloop run` with the same file goes on from here"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals by which a person, a service manager or a closed terminal ends a process."""


@contextlib.contextmanager
def watch_for_stop(session: "Session", crew: "Crew") -> Iterator[None]:
    """While the block lasts, an abort in the ledger, a cancel in the Prefect UI, and signals stop the crew.

    Plans read the ledger at their checkpoints; an abort cannot wait for one. Prefect cancels a run that it did not
    start itself only on paper, and reaches only the main thread of one that it did. So both are asked every second, and
    acted on here.
    """
    from prefect.runtime import flow_run

    ended = threading.Event()
    run_id = UUID(flow_run.id)
    watch = threading.Thread(target=_poll, args=(run_id, session, crew, ended), name="command-watch", daemon=True)
    watch.start()
    try:
        with _signals_interrupt(crew), _stop_comes_first(crew):
            yield
    except KeyboardInterrupt:
        # Prefect ends a run that it started by SIGTERM, whoever asked for it.
        with _client() as client:
            cancelled = _is_cancelled(_state(client, run_id))
        raise Stopped(
            CANCELLED if cancelled else INTERRUPTED, CampaignState.ABORTED if cancelled else CampaignState.PAUSED
        ) from None
    finally:
        ended.set()
        watch.join()


def _poll(run_id: UUID, session: "Session", crew: "Crew", ended: threading.Event) -> None:
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    from flows.approving.runs import ApprovalRuns
    from flows.shown_pause import ShownPause
    from flows.step_in import Forms

    ledger, campaign_id = session.ledger.impatient(), session.campaign_id
    control = Control(ledger, campaign_id)
    # One client for as long as the run lasts: each new one reads the machine's certificates, some 50 ms a time. What a
    # busy server refuses is asked again at the next look: Prefect's own patience, of a minute, would hold up an abort.
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), _client() as client:
        approvals = ApprovalRuns(ledger, campaign_id, client)
        pause = ShownPause(ledger, campaign_id, client, run_id)
        forms = Forms(ledger, campaign_id, client, run_id, session.ledger_place)

        def look_at_run() -> bool:
            state = _state(client, run_id)
            if _is_cancelled(state):
                crew.stop(Stopped(CANCELLED, CampaignState.ABORTED))
                return True
            if state is not None:
                pause.look(state)
            return False

        # The ledger first: Prefect's server may keep us waiting.
        while not (_tried(lambda: _obey(control, crew)) or _tried(look_at_run)):
            _tried(forms.look)
            _tried(approvals.look)
            if ended.wait(POLL_S):
                break
        _tried(approvals.leave)


def _tried(look: Callable[[], object]) -> bool:
    """What a look says, no where it fails: the watch goes on, for without it nobody could stop the campaign."""
    try:
        return bool(look())
    except (LedgerUnavailable, httpx.HTTPError) as away:
        logger.warning("somebody is away whom the watch for commands asks, trying again: %s", away)
    except Exception:
        logger.exception("the watch for commands failed, and goes on")
    return False


def _obey(control: Control, crew: "Crew") -> bool:
    """Do what cannot wait for a checkpoint; says whether the campaign is over by it."""
    abort = control.now().aborting
    if abort is not None:
        crew.stop(Stopped(in_words(abort), CampaignState.ABORTED))
        return True
    for command in control.take_aborts():
        crew.abort_experiment(command.experiment or 0, in_words(command))
    control.note_pause()
    return False


def _client() -> "SyncPrefectClient":
    from prefect.client.orchestration import get_client

    return get_client(sync_client=True)


def _state(client: "SyncPrefectClient", run_id: UUID) -> "State | None":
    """What Prefect says of the run; a server that is away, or knows no such run, says nothing."""
    from prefect.exceptions import ObjectNotFound

    try:
        return client.read_flow_run(run_id).state
    except (httpx.HTTPError, ObjectNotFound):
        return None


def _is_cancelled(state: "State | None") -> bool:
    return state is not None and (state.is_cancelling() or state.is_cancelled())


@contextlib.contextmanager
def _stop_comes_first(crew: "Crew") -> Iterator[None]:
    """Whoever stopped the campaign is obeyed, though the main thread waited in vain for a ledger when they did."""
    try:
        yield
    except LedgerUnavailable as away:
        if crew.why_stopping is None:
            raise
        raise crew.why_stopping from away


@contextlib.contextmanager
def _signals_interrupt(crew: "Crew") -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP as an orderly stop, where this is the main thread of a process that is ours.

    A terminal that is closed, or whose line breaks, sends SIGHUP; `nohup` has it ignored, and so it stays.
    The loop raises it where it waits for a result. A signal that raised by itself could fall into the very start of an
    experiment's thread, which then nobody knew of.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        crew.stop(KeyboardInterrupt())

    heard = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

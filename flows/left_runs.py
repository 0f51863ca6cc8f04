"""Prefect's view after a crash: no run whose process is gone stays Running for ever, and no cancel is forgotten."""

from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed

from flows.session import Session
from flows.stopping import CANCELLED
from ledger.kinds import CommandKind

_FLOW_RUN = "flow run "
WHO, WHEN = "somebody in the Prefect UI", "cancelled while nobody could write it down"
"""Who gave the command that a cancel becomes, and why it comes late."""


def note_flow_run(name: str, run_id: str) -> str:
    """What the ledger says of a campaign that runs: Prefect's name and id of the run."""
    return f"{_FLOW_RUN}{name} ({run_id})"


def close_left_runs(session: Session, present: str) -> None:
    """Tell Prefect that earlier runs of this campaign have crashed, where it still takes them for running.

    The campaign's lease is ours, so their processes are gone: the ledger wins, and Prefect is told. But a cancel that
    the ledger never heard of, since it was away or nobody was there to hear it, becomes an abort now.
    """
    cancelled = False
    with get_client(sync_client=True) as client:
        for run_id in _earlier_runs(session):
            if str(run_id) == present:
                continue
            try:
                state = client.read_flow_run(run_id).state
                if state is None:
                    continue
                cancelled = cancelled or _was_cancelled(state)
                if not state.is_final():
                    client.set_flow_run_state(run_id, _ended(state, present), force=True)
            except (ObjectNotFound, httpx.HTTPError):
                continue  # another server's run, or one that was deleted
    if cancelled and session.control.now().aborting is None:
        session.ledger.give_command(session.campaign_id, CommandKind.ABORT, by=WHO, note=WHEN)


def _was_cancelled(state: State) -> bool:
    """Whether somebody cancelled a run; one that took its leave is Cancelled too, and says so in its message."""
    return state.is_cancelling() or (state.is_cancelled() and state.message == CANCELLED)


def _ended(state: State, present: str) -> State:
    if state.is_cancelling():
        return Cancelled(message=CANCELLED)
    return Crashed(message=f"its process ended; run {present} went on with the campaign")


def noted_run(why: str) -> UUID | None:
    """The flow run that `note_flow_run` noted; None where a reason says something else."""
    if not (why.startswith(_FLOW_RUN) and why.endswith(")")):
        return None
    return UUID(why.rsplit("(", 1)[1].rstrip(")"))


def _earlier_runs(session: Session) -> set[UUID]:
    told = (event.payload.get("why", "") for event in session.ledger.events(session.campaign_id))
    return {run for why in told if (run := noted_run(why)) is not None}

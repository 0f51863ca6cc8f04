"""Prefect's view after a crash: runs whose process is gone must not stay Running for ever."""

from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from flows.session import Session

_FLOW_RUN = "flow run "


def note_flow_run(name: str, run_id: str) -> str:
    """What the ledger says of a campaign that runs: Prefect's name and id of the run."""
    return f"{_FLOW_RUN}{name} ({run_id})"


def close_left_runs(session: Session, present: str) -> None:
    """Tell Prefect that earlier runs of this campaign have crashed, where it still takes them for running.

    The campaign's lease is ours, so their processes are gone: the ledger wins, and Prefect is told.
    """
    with get_client(sync_client=True) as client:
        for run_id in _earlier_runs(session):
            if str(run_id) == present:
                continue
            try:
                state = client.read_flow_run(run_id).state
                if state is not None and not state.is_final():
                    went_on = Crashed(message=f"its process ended; run {present} went on with the campaign")
                    client.set_flow_run_state(run_id, went_on, force=True)
            except (ObjectNotFound, httpx.HTTPError):
                continue  # another server's run, or one that was deleted


def _earlier_runs(session: Session) -> set[UUID]:
    told = (event.payload.get("why", "") for event in session.ledger.events(session.campaign_id))
    return {UUID(why.rsplit("(", 1)[1].rstrip(")")) for why in told if why.startswith(_FLOW_RUN) and why.endswith(")")}

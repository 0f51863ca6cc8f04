"""Requests for approval in the Prefect UI: a paused flow run each, answered by its form.

Whoever reaches the open-source server may press its buttons, and nobody signs in. So the form asks for the one-time
code that `ionloop approvals` shows to those who can read the ledger. The ledger decides; the run only shows how. The
run is no process: a controller that comes back after a crash finds it paused still, and goes on waiting for its answer.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import httpx
from prefect import flow
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.input.run_input import keyset_from_paused_state
from prefect.states import Cancelled, Completed, Paused
from pydantic import Field, ValidationError

from chemistry.value import Value
from ledger.approvals import Approvals
from ledger.errors import LedgerError, WrongCode
from ledger.kinds import ApprovalState
from ledger.store import Ledger
from ledger.tables import ApprovalRow

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient


FINAL = list(TERMINAL_STATES)
MOST_RUNS = 200
"""The server gives no more at once; of one campaign a batch waits at most."""


def _tag(row: ApprovalRow) -> str:
    """What a request is found by on a server that other ledgers use too; no two were asked at the same microsecond."""
    return "request " + hashlib.sha256(f"{row.id} {row.expires_at.isoformat()}".encode()).hexdigest()[:12]


class Answer(Value):
    """What the form asks."""

    # A choice and not a switch: the page sends nothing for a switch that nobody touched.
    decision: Literal["approve", "refuse"]
    name: str = Field(description="Who answers.", pattern=r"\S")
    code: str = Field(description="The one-time code that `ionloop approvals CAMPAIGN.yaml` shows.")
    note: str = Field(default="", description="Why.")


@flow(name="approval")
def approval(campaign: str, experiment: int, formulation: str, reasons: list[str]) -> None:
    """An experiment waits until somebody has approved or refused it."""


class ApprovalRuns:
    """Keeps the paused runs of one campaign beside the requests in its ledger."""

    def __init__(self, ledger: Ledger, campaign_id: int, client: "SyncPrefectClient") -> None:
        self._ledger, self._campaign_id, self._client = ledger, campaign_id, client
        self._approvals = Approvals(ledger)
        self._found_lost = False

    def look(self) -> None:
        """Show what waits, take what was answered, and close what is settled."""
        if not self._found_lost:  # once: only a controller that was killed leaves any
            self._find_lost()
            self._found_lost = True
        for row in self._approvals.of(self._campaign_id):
            if row.state == ApprovalState.WAITING:
                self._show(row)
            elif row.flow_run_id is not None:
                self._close(row, row.state)

    def leave(self) -> None:
        """The campaign is left: nobody waits in the Prefect UI any more; requests stay open in the ledger."""
        for row in self._approvals.of(self._campaign_id):
            if row.flow_run_id is not None:
                self._close(row, "the campaign is not running; answer with `ionloop approve` or `refuse`")

    def _find_lost(self) -> None:
        """Take up the run that a kill kept from being noted in the ledger; close any that nobody would look at."""
        rows = {_tag(row): row for row in self._approvals.of(self._campaign_id)}
        for run in self._open_runs(list(rows)):
            row = next(rows[tag] for tag in run.tags if tag in rows)
            if row.flow_run_id == str(run.id):
                continue
            noted = self._run(row)
            if row.state == ApprovalState.WAITING and (noted is None or noted.state is None or noted.state.is_final()):
                self._approvals.waits_in(row.id, str(run.id))
                row.flow_run_id = str(run.id)
            else:
                lost = Cancelled(message="a controller that was killed had left it; nobody waits for its answer")
                self._client.set_flow_run_state(run.id, lost, force=True)

    def _open_runs(self, tags: list[str]) -> list[FlowRun]:
        """The runs of these requests that have not ended, whatever the ledger knows of them."""
        if not tags:
            return []
        asked = FlowRunFilter(
            tags=FlowRunFilterTags(any_=tags), state=FlowRunFilterState(type=FlowRunFilterStateType(not_any_=FINAL))
        )
        # Sorting and limit must be given: the client's own defaults are refused by the server.
        return self._client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.ID_DESC, limit=MOST_RUNS)

    def _show(self, row: ApprovalRow) -> None:
        run = self._run(row)
        if run is None or run.state is None or run.state.is_final():
            self._ask(row)
        elif run.state.is_running():
            self._take(row, run)
        elif run.state.is_cancelling():  # *Cancel* in the UI is no answer: it is asked anew
            self._client.set_flow_run_state(run.id, Cancelled(message="no answer; asked anew"), force=True)
        elif not run.state.is_paused():  # it was never paused: a server that was away in between
            self._pause(row, run.id, " ".join(row.reasons))

    def _run(self, row: ApprovalRow) -> FlowRun | None:
        """The run that waits; None where there is none on this server."""
        try:
            return None if row.flow_run_id is None else self._client.read_flow_run(UUID(row.flow_run_id))
        except ObjectNotFound:
            return None

    def _ask(self, row: ApprovalRow) -> None:
        experiment = self._ledger.experiment(row.experiment_id)
        name = self._ledger.campaign(self._campaign_id).name
        run = self._client.create_flow_run(
            approval,
            name=f"approve film {experiment.number} of {name}",
            parameters={
                "campaign": name,
                "experiment": experiment.number,
                "formulation": experiment.formulation.label,
                "reasons": row.reasons,
            },
            tags=["approval", _tag(row)],
        )
        self._approvals.waits_in(row.id, str(run.id))
        self._pause(row, run.id, " ".join(row.reasons))

    def _pause(self, row: ApprovalRow, run_id: UUID, why: str) -> None:
        """Wait for an answer, first or anew; each pause has a form of its own."""
        seconds = max(1, int((row.expires_at - datetime.now(UTC)).total_seconds()))
        state = Paused(timeout_seconds=seconds, pause_key=f"{1000 * datetime.now(UTC).timestamp():.0f}", message=why)
        keyset = keyset_from_paused_state(state)
        state.state_details.run_input_keyset = {**keyset}
        self._client.create_flow_run_input(run_id, keyset["schema"], json.dumps(Answer.model_json_schema()))
        self._client.create_flow_run_input(run_id, keyset["description"], json.dumps(why))
        self._client.set_flow_run_state(run_id, state, force=True)

    def _take(self, row: ApprovalRow, run: FlowRun) -> None:
        """Give the ledger what was filled into the form; one that it does not take may be filled in again."""
        answer = self._filled_in(run.id)
        if answer is None:
            self._pause(row, run.id, "Nothing was filled in. " + " ".join(row.reasons))
            return
        number = self._ledger.experiment(row.experiment_id).number
        try:
            settled = self._approvals.answer(
                self._campaign_id,
                number,
                approved=answer.decision == "approve",
                by=answer.name,
                note=answer.note,
                via="Prefect UI",
                code=answer.code,
            )
        except WrongCode as wrong:
            now = self._approvals.request(row.id)
            if now.state == ApprovalState.WAITING:
                self._pause(now, run.id, f"{wrong}; there is a new code. " + " ".join(row.reasons))
            else:
                self._close(now, f"{now.state}: {now.note}")
            return
        except LedgerError as refused:
            self._approvals.not_taken(row.id, str(refused))
            self._pause(row, run.id, f"{refused}; there is a new code. " + " ".join(row.reasons))
            return
        self._close(settled, settled.state)

    def _close(self, row: ApprovalRow, why: str) -> None:
        approved = row.state == ApprovalState.APPROVED
        said = f"{why} by {row.by}" if row.by and row.state in (ApprovalState.APPROVED, ApprovalState.REFUSED) else why
        run = self._run(row)
        if run is not None and run.state is not None and not run.state.is_final():
            state = Completed(message=said) if approved else Cancelled(message=said)
            self._client.set_flow_run_state(run.id, state, force=True)
        self._approvals.waits_in(row.id, None)

    def _filled_in(self, run_id: UUID) -> Answer | None:
        """What the server took from the form of the last pause, whose fields it has checked."""
        states = self._client.read_flow_run_states(run_id)
        keysets = [state.state_details.run_input_keyset for state in states]
        last = next((keyset for keyset in reversed(keysets) if keyset), None)
        if last is None:
            return None
        try:
            return Answer.model_validate_json(self._client.read_flow_run_input(run_id, last["response"]))
        except (httpx.HTTPStatusError, ValidationError):
            return None

"""*Pause* and *Resume* on the campaign's run in the Prefect UI, and what that page shows of a pause.

The button *Pause* says "suspended": a run whose process has left, and which *Resume* would start a second time. Ours
stays and holds its plans at their checkpoints. So a press is written to the ledger, and the run is then shown as what
it is: paused, whoever commanded it and from wherever, with its process alive.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Paused, Running

from flows.control import Control, in_words
from ledger.kinds import CommandKind
from ledger.store import Ledger
from ledger.tables import CampaignCommandRow

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

BY = "Prefect UI"
"""Who presses a button there: nobody signs in."""
OWNED_S = 1800
"""Wall time after which Prefect itself ends a paused run that its owner has not renewed: none stays paused for ever."""


def stay_when_paused() -> None:
    """Keep the present flow run's process when *Pause* is pressed.

    Prefect's engine would end it in its next task, with films under way, where the run belongs to a deployment. There
    is no setting for that, so its note of the press is not taken: it belongs to this run alone.
    """
    context = FlowRunContext.get()
    if context is not None:
        cast(Any, context.flow_run_suspension_request).mark_requested = lambda state: None


class ShownPause:
    """Keeps the state of one flow run and the commands to its campaign in step."""

    def __init__(self, ledger: Ledger, campaign_id: int, client: "SyncPrefectClient", run_id: UUID) -> None:
        self._ledger, self._campaign_id, self._client, self._run_id = ledger, campaign_id, client, run_id
        self._control = Control(ledger, campaign_id)
        self._shown: tuple[CampaignCommandRow, UUID | None] | None = None
        """The pause that the run shows, and the state that shows it."""

    def look(self, state: State) -> None:
        """Write to the ledger what was pressed since the last look, then show what the ledger says."""
        pause = self._control.now().paused()
        if self._was_paused(state) and pause is None:
            pause = self._ledger.give_command(self._campaign_id, CommandKind.PAUSE, by=BY)
        elif pause is not None and self._was_resumed(state, pause):
            self._ledger.give_command(self._campaign_id, CommandKind.RESUME, by=BY)
            pause = None
        if pause is not None:
            self._show_paused(state, pause)
        else:
            self._show_running(state)

    def _was_paused(self, state: State) -> bool:
        return state.is_paused() and (self._shown is None or state.id != self._shown[1])

    def _was_resumed(self, state: State, pause: CampaignCommandRow) -> bool:
        """Whether somebody let go of this very pause; one that was commanded since stands."""
        return state.is_running() and self._shown is not None and self._shown[0].id == pause.id

    def _show_paused(self, state: State, pause: CampaignCommandRow) -> None:
        if self._shown is not None and (self._shown[0].id, self._shown[1]) == (pause.id, state.id) and _is_fresh(state):
            return
        shown = Paused(
            timeout_seconds=OWNED_S,
            pause_key=f"{pause.id} {datetime.now(UTC).timestamp():.0f}",
            message=in_words(pause),
        )
        result = self._client.set_flow_run_state(self._run_id, shown, force=True)
        self._shown = (pause, result.state.id if result.state is not None else None)

    def _show_running(self, state: State) -> None:
        """Also where Prefect thinks otherwise, such as of a run whose owner did not renew it, or that is to begin."""
        self._shown = None
        if not state.is_running():
            self._client.set_flow_run_state(self._run_id, Running(), force=True)


def _is_fresh(state: State) -> bool:
    until = state.state_details.pause_timeout
    return until is not None and until > datetime.now(UTC) + timedelta(seconds=OWNED_S / 2)

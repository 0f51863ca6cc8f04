"""What people have commanded of a running campaign, as its plans and its loop ask at their checkpoints.

The ledger is asked each time: so whoever writes there is obeyed, from any process, and a campaign that was paused is
paused still after a crash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bluesky.utils import Msg, MsgGenerator

from chemistry.errors import IonloopError
from devices.protocols import Hold
from ledger.kinds import CampaignState, CommandKind
from ledger.store import Ledger
from ledger.tables import CampaignCommandRow

LOOK_S = 0.5
"""Wall time between two looks at the ledger while a plan is paused."""


class CalledOff(IonloopError):
    """Somebody stopped or aborted one experiment; its plan's finalizers have run."""


@dataclass(frozen=True)
class Orders:
    """Everything that was commanded up to now, and what of it is in force."""

    commands: Sequence[CampaignCommandRow]

    def paused(self, experiment: int | None = None) -> CampaignCommandRow | None:
        """The pause that holds for the campaign, or for one of its experiments."""
        return self._pause(None) or (self._pause(experiment) if experiment is not None else None)

    @property
    def stopping(self) -> CampaignCommandRow | None:
        """The command by which the campaign begins nothing new, and ends when what is under way has ended."""
        return self._last(CommandKind.STOP, None)

    @property
    def aborting(self) -> CampaignCommandRow | None:
        """The command by which the campaign ends now."""
        return self._last(CommandKind.ABORT, None)

    def calling_off(self, experiment: int) -> CampaignCommandRow | None:
        """The command by which one experiment ends: at its next checkpoint (stop), or now (abort)."""
        return self._last(CommandKind.ABORT, experiment) or self._last(CommandKind.STOP, experiment)

    def _last(self, kind: CommandKind, experiment: int | None) -> CampaignCommandRow | None:
        return next((c for c in reversed(self.commands) if c.command == kind and c.experiment == experiment), None)

    def _pause(self, experiment: int | None) -> CampaignCommandRow | None:
        """The last pause, unless it was resumed since, or the campaign was told to come to its end."""
        pause, resume = self._last(CommandKind.PAUSE, experiment), self._last(CommandKind.RESUME, experiment)
        later = [c for c in (resume, self.stopping) if c is not None and pause is not None and c.id > pause.id]
        return None if later else pause


class Control:
    """The commands to one run of a campaign."""

    def __init__(self, ledger: Ledger, campaign_id: int) -> None:
        self._ledger, self._campaign_id = ledger, campaign_id

    def now(self) -> Orders:
        """What is commanded now."""
        return Orders(self._ledger.commands(self._campaign_id))

    def checkpoint(self, experiment: int, hold: Hold) -> MsgGenerator[Any]:
        """A plan's checkpoint: waits while the campaign or the experiment is paused, ends where it is called off.

        Lab time goes on while a plan is paused: what other instruments are busy with comes to its end.
        """
        yield Msg("checkpoint")
        orders = self.now()
        while orders.paused(experiment) and not orders.calling_off(experiment):
            hold.suspend()
            yield Msg("sleep", None, LOOK_S)
            orders = self.now()
        hold.resume()
        called_off = orders.calling_off(experiment)
        if called_off is not None:
            raise CalledOff(in_words(called_off))

    def take_aborts(self) -> list[CampaignCommandRow]:
        """Commands to abort single experiments; each is given out once."""
        new = [
            c
            for c in self.now().commands
            if c.command == CommandKind.ABORT and c.experiment is not None and c.done_event is None
        ]
        for command in new:
            self._ledger.command_done(command.id)
        return new

    def obeyed(self) -> None:
        """The run is over: no command to it is open any more."""
        for command in self.now().commands:
            if command.done_event is None:
                self._ledger.command_done(command.id)

    def note_pause(self) -> None:
        """Let the campaign's state say whether it is paused, and why."""
        campaign, pause = self._ledger.campaign(self._campaign_id), self.now().paused()
        if pause is not None and campaign.state == CampaignState.RUNNING:
            self._ledger.set_campaign_state(self._campaign_id, CampaignState.PAUSED, in_words(pause))
        elif pause is None and campaign.state == CampaignState.PAUSED:
            self._ledger.set_campaign_state(self._campaign_id, CampaignState.RUNNING, "resumed")


def in_words(command: CampaignCommandRow) -> str:
    """`stopped by Ada: the glovebox leaks`."""
    done = {"pause": "paused", "resume": "resumed", "stop": "stopped", "abort": "aborted"}[command.command]
    return f"{done} by {command.by}" + (f": {command.note}" if command.note else "")

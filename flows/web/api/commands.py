"""Pause, resume, stop and abort: rows of the ledger, which plans read at their checkpoints."""

from typing import Self

from fastapi import APIRouter
from pydantic import Field, model_validator

from chemistry.value import Value
from flows.web.access import Operator, Reader, TheDesk
from flows.web.api.asked import CHANGE, KNOWN, NOT_THERE, CampaignId, Note, run_of
from ledger.browsing.asked import LARGEST_ID
from ledger.kinds import CommandKind

router = APIRouter(prefix="/campaigns/{campaign_id}/commands", tags=["commands"], responses=KNOWN)


class Command(Value):
    """What is commanded, of the campaign or of one thing of it."""

    command: CommandKind
    experiment: int | None = Field(default=None, ge=1, le=LARGEST_ID)
    """Number of the one experiment that is meant."""
    calculation: int | None = Field(default=None, ge=1, le=LARGEST_ID)
    """Number of the one calculation that is meant; it can be aborted only."""
    note: Note = ""

    @model_validator(mode="after")
    def _can_be_obeyed(self) -> Self:
        if self.calculation is not None and (self.command is not CommandKind.ABORT or self.experiment is not None):
            raise ValueError("a calculation can be aborted only, and no experiment is named beside it")
        return self


class CommandTold(Value):
    """A command, and whether it was obeyed."""

    command: CommandKind
    experiment: int | None
    by: str
    note: str
    event: int
    obeyed_event: int | None


class Given(Value):
    """A command that is written down."""

    event: int | None
    running: bool
    """Whether a process runs the campaign now; else the next `ionloop run` obeys."""


@router.get("", responses=NOT_THERE)
def commands(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> tuple[CommandTold, ...]:
    """Everything that was commanded of a campaign, oldest first."""
    run_of(desk.ledger, campaign_id)
    return tuple(
        CommandTold(
            **row.model_dump(exclude={"id", "campaign_id", "done_event", "command"}),
            command=CommandKind(row.command),
            obeyed_event=row.done_event,
        )
        for row in desk.ledger.commands(campaign_id)
    )


@router.post("", status_code=201, responses=CHANGE)
def give(campaign_id: CampaignId, asked: Command, signed: Operator) -> Given:
    """Command a campaign, an experiment, or a calculation: as `ionloop pause|resume|stop|abort` does."""
    from flows.command import calculation_aborted, commanded
    from flows.leasing import runner_of

    run = run_of(signed.ledger, campaign_id)
    if asked.calculation is not None:
        event = calculation_aborted(signed.ledger, run, asked.calculation, who=signed.name, note=asked.note)
    else:
        event = commanded(
            signed.ledger, run, asked.command, experiment=asked.experiment, who=signed.name, note=asked.note
        )
    return Given(event=event, running=runner_of(signed.ledger, run.name) is not None)

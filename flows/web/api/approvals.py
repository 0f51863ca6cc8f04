"""Requests for approval: what waits for a person's yes, and the answer to it."""

from datetime import datetime

from fastapi import APIRouter

from chemistry.value import Value
from flows.web.access import Operator, Reader, TheDesk
from flows.web.api.asked import CHANGE, KNOWN, NOT_THERE, CampaignId, Note, Number, run_of
from ledger.approvals import Approvals
from ledger.kinds import ApprovalState
from ledger.store import Ledger
from ledger.tables import ApprovalRow

router = APIRouter(prefix="/campaigns/{campaign_id}/approvals", tags=["approvals"], responses=KNOWN)


class ApprovalTold(Value):
    """A request, and its answer. Its one-time code is for where nobody signs in, and stays with the command line."""

    experiment: int
    label: str
    reasons: tuple[str, ...]
    state: ApprovalState
    expires_at: datetime
    by: str
    note: str
    via: str


class Answer(Value):
    """Whether an experiment may be begun."""

    approved: bool
    note: Note = ""


@router.get("", responses=NOT_THERE)
def approvals(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> tuple[ApprovalTold, ...]:
    """Everything that was asked for in a campaign, oldest first."""
    run_of(desk.ledger, campaign_id)
    return tuple(_told(desk.ledger, row) for row in Approvals(desk.ledger).of(campaign_id))


@router.post("/{experiment}", responses=CHANGE)
def answer(campaign_id: CampaignId, experiment: Number, asked: Answer, signed: Operator) -> ApprovalTold:
    """Approve or refuse an experiment: as `ionloop approve|refuse` does."""
    from flows.approving.answer import answered

    run = run_of(signed.ledger, campaign_id)
    row = answered(
        signed.ledger,
        run,
        experiment,
        approved=asked.approved,
        who=signed.name,
        note=asked.note,
        via=f"REST, {signed.via}",
    )
    return _told(signed.ledger, row)


def _told(ledger: Ledger, row: ApprovalRow) -> ApprovalTold:
    experiment = ledger.experiment(row.experiment_id)
    return ApprovalTold(
        experiment=experiment.number,
        label=experiment.formulation.label,
        reasons=tuple(row.reasons),
        state=ApprovalState(row.state),
        **row.model_dump(include={"expires_at", "by", "note", "via"}),
    )

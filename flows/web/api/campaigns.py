"""Campaigns: where each stands, its experiments, and what happened in it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from chemistry.value import Value
from flows.web.access import Reader, TheDesk
from flows.web.api.asked import CHANGE, KNOWN, NOT_THERE, CampaignId, Limit, run_of, spec_of
from ledger.browsing import CampaignTold, Counts
from ledger.browsing.asked import LARGEST_ID
from ledger.kinds import ExperimentState

router = APIRouter(tags=["campaigns"], responses=KNOWN)


class ExperimentTold(Value):
    """A suggestion on its way through the lab."""

    number: int
    state: ExperimentState
    why: str
    label: str
    """Of what was suggested."""
    samples: tuple[str, ...]
    """Names of its films, oldest first: `GET /films/{film_id}` tells each."""
    event: int
    closed_event: int | None


class EventTold(Value):
    """One thing that happened."""

    number: int
    at: datetime
    lab_time_s: float | None
    kind: str
    subject: str
    payload: dict[str, Any]


@router.get("/counts")
def counts(_: Reader, desk: TheDesk) -> Counts:
    """How much there is in the ledger."""
    return desk.browsing.counts()


@router.get("/campaigns")
def campaigns(_: Reader, desk: TheDesk) -> tuple[CampaignTold, ...]:
    """Every run of every campaign, the latest first."""
    return desk.browsing.campaigns()


@router.get("/campaigns/{campaign_id}", responses=NOT_THERE)
def campaign(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> CampaignTold:
    """One run of a campaign."""
    run_of(desk.ledger, campaign_id)
    return next(told for told in desk.browsing.campaigns() if told.id == campaign_id)


@router.get("/campaigns/{campaign_id}/file", responses=NOT_THERE)
def campaign_file(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> dict[str, Any]:
    """The campaign file as it was when the run began."""
    return run_of(desk.ledger, campaign_id).spec


@router.get("/campaigns/{campaign_id}/status", responses=CHANGE)
def status(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> dict[str, Any]:
    """Where it stands: what `ionloop status --json` says."""
    from flows.status import status_of

    run = run_of(desk.ledger, campaign_id)
    return status_of(desk.ledger, run, spec_of(run))


@router.get("/campaigns/{campaign_id}/experiments", responses=NOT_THERE)
def experiments(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> tuple[ExperimentTold, ...]:
    """Its experiments, in their order."""
    run_of(desk.ledger, campaign_id)
    samples = desk.ledger.sample_ids(campaign_id)
    return tuple(
        ExperimentTold(
            number=row.number,
            state=ExperimentState(row.state),
            why=row.why,
            label=row.formulation.label,
            samples=samples.get(row.id, ()),
            event=row.event,
            closed_event=row.closed_event,
        )
        for row in desk.ledger.experiments(campaign_id)
    )


@router.get("/campaigns/{campaign_id}/events", responses=NOT_THERE)
def events(
    campaign_id: CampaignId,
    _: Reader,
    desk: TheDesk,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID, description="number of the last event that is known")] = 0,
    limit: Limit = 200,
) -> tuple[EventTold, ...]:
    """What happened in it after an event, oldest first; ask again after the last number for more."""
    run_of(desk.ledger, campaign_id)
    return tuple(
        EventTold(at=row.wall_time, **row.model_dump(exclude={"wall_time", "campaign_id"}))
        for row in desk.ledger.events(campaign_id, after, limit)
    )

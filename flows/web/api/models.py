"""Model versions of a campaign: what was fitted when, how good it was, which is asked."""

from typing import Any

from fastapi import APIRouter

from chemistry.value import Value
from flows.web.access import Reader, TheDesk
from flows.web.api.asked import KNOWN, NOT_THERE, CampaignId, run_of

router = APIRouter(tags=["models"], responses=KNOWN)


class VersionTold(Value):
    """One fit."""

    version: int
    model: str
    state: str
    readings: int
    trained_up_to_event: int
    training_hash: str
    weights: bool
    """Whether its weights are kept still."""
    environment: dict[str, Any] | None
    configuration: dict[str, Any]
    metrics: dict[str, Any]


class ModelsTold(Value):
    """The versions of a campaign's model."""

    campaign: str
    run: int
    champion: dict[str, Any] | None
    """Version, why, by whom, and whether it holds; None while none was promoted."""
    drift: dict[str, Any]
    versions: tuple[VersionTold, ...]


@router.get("/campaigns/{campaign_id}/models", responses=NOT_THERE)
def models(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> ModelsTold:
    """The versions: as `ionloop models list` tells them."""
    from flows.model_fit import Shelf
    from flows.model_life import listed

    run = run_of(desk.ledger, campaign_id)
    return ModelsTold.model_validate(listed(Shelf(desk.ledger, run, None)))

"""Model versions of a campaign: what was fitted when, how good it was, which is asked."""

from typing import Any

from fastapi import APIRouter

from chemistry.value import Value
from flows.web.access import Operator, Reader, TheDesk
from flows.web.api.asked import CHANGE, KNOWN, NOT_THERE, CampaignId, Note, Number, run_of

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


class Promotion(Value):
    """Why a version is to be asked from now on."""

    why: Note = ""
    whatever_its_score: bool = False
    """Also where the promotion rule is against it."""


class Return(Value):
    """Why a version that was asked before is to be asked again."""

    why: Note = ""


@router.get("/campaigns/{campaign_id}/models", responses=NOT_THERE)
def models(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> ModelsTold:
    """The versions: as `ionloop models list` tells them."""
    from flows.model_fit import Shelf
    from flows.model_life import listed

    run = run_of(desk.ledger, campaign_id)
    return ModelsTold.model_validate(listed(Shelf(desk.ledger, run, None)))


@router.post("/campaigns/{campaign_id}/models/{number}/promotion", responses=CHANGE)
def promote(campaign_id: CampaignId, number: Number, asked: Promotion, signed: Operator) -> ModelsTold:
    """Make a version the champion, where it foretells recent results no worse: as `ionloop models promote` does."""
    from flows import model_life
    from flows.model_fit import shelf_of_run

    shelf = shelf_of_run(signed.ledger, run_of(signed.ledger, campaign_id))
    model_life.promote(shelf, number, by=signed.name, why=asked.why, whatever_its_score=asked.whatever_its_score)
    return ModelsTold.model_validate(model_life.listed(shelf))


@router.post("/campaigns/{campaign_id}/models/{number}/return", responses=CHANGE)
def go_back(campaign_id: CampaignId, number: Number, asked: Return, signed: Operator) -> ModelsTold:
    """Go back to a version that was the champion before, and hold it: as `ionloop models rollback` does."""
    from flows import model_life
    from flows.model_fit import shelf_of_run

    shelf = shelf_of_run(signed.ledger, run_of(signed.ledger, campaign_id))
    model_life.roll_back(shelf, number, by=signed.name, why=asked.why)
    return ModelsTold.model_validate(model_life.listed(shelf))

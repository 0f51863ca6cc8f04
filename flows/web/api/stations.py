"""Stations and who has them, and what stands on the shelf of a campaign's lab."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from chemistry.value import Value
from flows.web.access import Operator, Reader, TheDesk
from flows.web.api.asked import CHANGE, KNOWN, NOT_THERE, CampaignId, Line, Note, run_of, spec_of
from ledger.leases import Leases
from ledger.stock import Level, Stock

router = APIRouter(responses=KNOWN)


class StationTold(Value):
    """A station, or a campaign, and the process that has it."""

    station: str
    owner: str | None
    """None while nobody has it."""
    token: int
    acquired_at: datetime
    expires_at: datetime


class StockTold(Level):
    """What is left in a container, and what of it is kept for films that are being made."""

    reserved_mg: float


class Filled(Value):
    """A full container that somebody put on the shelf."""

    component: Line
    """As the campaign calls it, or by any name or SMILES."""
    mass_mg: Annotated[float, Field(gt=0, strict=True)]
    lot: Line = ""
    note: Note = ""


class Weighed(Value):
    """What somebody weighed."""

    component: Line
    mass_mg: Annotated[float, Field(ge=0, strict=True)]
    note: Note = ""


@router.get("/stations", tags=["stations"])
def stations(_: Reader, desk: TheDesk) -> tuple[StationTold, ...]:
    """Every station, and every campaign (`campaign NAME`), that a process had at any time."""
    return tuple(StationTold(**row.model_dump()) for row in Leases(desk.ledger).all())


@router.get("/campaigns/{campaign_id}/stock", tags=["stock"], responses=NOT_THERE)
def stock(campaign_id: CampaignId, _: Reader, desk: TheDesk) -> tuple[StockTold, ...]:
    """What is left of each component in the campaign's lab, the emptiest first: as `ionloop stock show` tells it."""
    return _levels(Stock(desk.ledger, desk.ledger.lab_of(run_of(desk.ledger, campaign_id).id)))


@router.post("/campaigns/{campaign_id}/stock/fill", tags=["stock"], responses=CHANGE)
def fill(campaign_id: CampaignId, asked: Filled, signed: Operator) -> tuple[StockTold, ...]:
    """Put a full container in the place of the old one: as `ionloop stock fill` does."""
    from flows.stock import filled

    run = run_of(signed.ledger, campaign_id)
    held = Stock(signed.ledger, signed.ledger.lab_of(run.id))
    filled(held, spec_of(run), asked.component, asked.mass_mg, lot=asked.lot, who=signed.name, note=asked.note)
    return _levels(held)


@router.post("/campaigns/{campaign_id}/stock/weigh", tags=["stock"], responses=CHANGE)
def weigh(campaign_id: CampaignId, asked: Weighed, signed: Operator) -> tuple[StockTold, ...]:
    """Say what is left of a component: as `ionloop stock weigh` does."""
    from flows.stock import weighed

    run = run_of(signed.ledger, campaign_id)
    held = Stock(signed.ledger, signed.ledger.lab_of(run.id))
    weighed(held, spec_of(run), asked.component, asked.mass_mg, who=signed.name, note=asked.note)
    return _levels(held)


def _levels(held: Stock) -> tuple[StockTold, ...]:
    kept = held.reserved_mg()
    told = (
        StockTold(**level.model_dump(), reserved_mg=kept.get(component, 0.0))
        for component, level in held.levels().items()
    )
    return tuple(sorted(told, key=lambda level: level.left_mg / max(level.filled_mg, 1e-9)))

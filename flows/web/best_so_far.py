"""The best that a campaign has found in its first objective, for a list of campaigns: one short query for each."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlmodel import Session, col, func, select

from flows.spec import CampaignSpec
from flows.standing import standing
from ledger.film import Source
from ledger.store import Ledger
from ledger.tables import FilmRow, ObservationRow
from planners.objectives import Objective
from planners.pareto import SAME_TEMPERATURE_K


class Best(NamedTuple):
    """The best film in the first objective."""

    objective: Objective
    value: float
    sd: float
    label: str


def best_of(ledger: Ledger, campaign_ids: Iterable[int]) -> dict[int, Best]:
    """The best of each campaign that has a result; what is no campaign, such as a table, is left out."""
    found = ((campaign_id, _best(ledger, campaign_id)) for campaign_id in campaign_ids)
    return {campaign_id: best for campaign_id, best in found if best is not None}


def _best(ledger: Ledger, campaign_id: int) -> Best | None:
    spec = ledger.campaign(campaign_id).spec
    objective = _first_objective(spec)
    if objective is None:
        return None
    if not spec.get("limits") and not objective.temperatures_C:
        with ledger.database.reading() as session:
            return _best_reading(session, campaign_id, objective)
    # Which film holds its limits, and what several temperatures come to, the database cannot tell.
    best = standing(ledger, campaign_id, CampaignSpec.model_validate(spec)).best
    return Best(objective, best[0].values[0], best[0].sds[0], best[0].formulation.label) if best else None


def _first_objective(spec: dict[str, Any]) -> Objective | None:
    """Read without the rest of the file, which takes twenty times as long."""
    try:
        return Objective.model_validate(next(iter(spec.get("objectives") or ()), None))
    except ValidationError:
        return None  # the record of a table that models were fitted on, or another ionloop's campaign


def _best_reading(session: Session, campaign_id: int, objective: Objective) -> Best | None:
    query = (
        select(ObservationRow, FilmRow)
        .join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
        .where(
            FilmRow.campaign_id == campaign_id,
            ObservationRow.property == objective.property,
            ObservationRow.source == Source.MEASURED.value,
            col(ObservationRow.closed_event).is_(None),
        )
    )
    if objective.temperature_C is not None:
        distance = func.abs(col(ObservationRow.temperature_C) - objective.temperature_C)
        query = query.where(distance <= SAME_TEMPERATURE_K)
    value = col(ObservationRow.value)
    found = session.exec(query.order_by(value.desc() if objective.sign > 0 else value).limit(1)).first()
    return None if found is None else Best(objective, found[0].value, found[0].sd, found[1].formulation.label)

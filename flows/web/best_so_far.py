"""The best that a campaign has found in its first objective, for a list of campaigns: one short query for each."""

from collections.abc import Iterable
from typing import NamedTuple

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
    found: dict[int, Best] = {}
    for campaign_id in campaign_ids:
        try:
            spec = CampaignSpec.model_validate(ledger.campaign(campaign_id).spec)
        except ValidationError:
            continue  # the record of a table that models were fitted on
        best = _best(ledger, campaign_id, spec)
        if best is not None:
            found[campaign_id] = best
    return found


def _best(ledger: Ledger, campaign_id: int, spec: CampaignSpec) -> Best | None:
    objective = spec.objectives[0]
    if spec.limits or objective.temperatures_C:  # the database cannot tell which film holds, or what several come to
        best = standing(ledger, campaign_id, spec).best
        return Best(objective, best[0].values[0], best[0].sds[0], best[0].formulation.label) if best else None
    with ledger.database.reading() as session:
        return _best_reading(session, campaign_id, objective)


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

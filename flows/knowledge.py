"""What the ledger says, as the value that planners and surrogates are given."""

from flows.spec import CampaignSpec
from ledger.film import Film, Source
from ledger.stock import Stock
from ledger.store import Ledger
from planners.protocols import Failed, Knowledge
from planners.warm_start import relevant_films


def films_known(ledger: Ledger, campaign_id: int, spec: CampaignSpec, up_to_event: int) -> tuple[Film, ...]:
    """The campaign's own films up to an event, then the published ones of its warm start."""
    own = ledger.films(campaign_id, up_to_event=up_to_event, sources=[Source.MEASURED])
    if not spec.warm_start.sources:
        return tuple(own)
    published = ledger.films(None, up_to_event=up_to_event, sources=list(spec.warm_start.sources))
    return (*own, *relevant_films(published, spec.space))


def learners(ledger: Ledger) -> dict[str, set[int]]:
    """Campaigns of a ledger that learn from each published film: its source is in their warm start, it is near to them.

    Of many films a campaign takes an even share, which shifts with every import: whichever it could have taken counts.
    """
    found: dict[str, set[int]] = {}
    for row in ledger.campaigns():
        if not row.spec.get("warm_start", {}).get("sources"):
            continue  # also the record of a table that models were fitted on, which has no space
        spec = CampaignSpec.model_validate(row.spec)
        published = ledger.films(None, sources=list(spec.warm_start.sources))
        for film in relevant_films(published, spec.space, most=max(len(published), 1)):
            found.setdefault(film.film_id, set()).add(row.id)
    return found


def knowledge_at(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, seed: int, event: int, suggested: int
) -> Knowledge:
    """Everything that a planner may know at a numbered event; the same for ever after."""
    levels = Stock(ledger, ledger.lab_of(campaign_id)).levels(up_to_event=event)
    return Knowledge(
        space=spec.space,
        objectives=spec.objectives,
        films=films_known(ledger, campaign_id, spec, event),
        pending=tuple(ledger.pending(campaign_id, up_to_event=event)),
        failures=tuple(Failed(formulation=f, reason=why) for f, why in ledger.failures(campaign_id, up_to_event=event)),
        stock_mg={component: level.left_mg for component, level in levels.items()},
        film_mass_mg=spec.film_mass_mg,
        event=event,
        seed=seed,
        suggested=suggested,
    )

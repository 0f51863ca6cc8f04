"""Asks the planner for the next experiment, and can ask again what it said then."""

from functools import lru_cache

from flows.knowledge import knowledge_at
from flows.session import Session
from flows.spec import CampaignSpec
from ledger.store import Ledger
from ledger.tables import ExperimentRow, SuggestionRow
from planners.choice import planner_named
from planners.protocols import Planner, Suggestion


def suggest_next(session: Session) -> ExperimentRow | None:
    """One suggestion from all that the ledger holds now, recorded with the event it rests on; None when exhausted."""
    ledger = session.ledger
    index = len(ledger.suggestions(session.campaign_id))
    suggestion = _suggest(ledger, session.campaign_id, session.spec, index, ledger.last_event())
    if suggestion is None:
        return None
    champion = ledger.champion(session.campaign_id, up_to_event=suggestion.event)
    return ledger.add_suggestion(
        session.campaign_id,
        index=suggestion.index,
        formulation=suggestion.formulation,
        action=suggestion.action.model_dump(mode="json"),
        reason=suggestion.reason.model_dump(mode="json"),
        planner=suggestion.planner,
        knowledge_event=suggestion.event,
        model_version=champion.number if champion and suggestion.reason.expected else None,
    )


def recompute(ledger: Ledger, campaign_id: int, spec: CampaignSpec, row: SuggestionRow) -> Suggestion | None:
    """What the planner says when it is asked again with the ledger as it was at the suggestion's event."""
    return _suggest(ledger, campaign_id, spec, row.index, row.knowledge_event)


def _suggest(ledger: Ledger, campaign_id: int, spec: CampaignSpec, index: int, event: int) -> Suggestion | None:
    seed = ledger.campaign(campaign_id).seed
    knowledge = knowledge_at(ledger, campaign_id, spec, seed, event, suggested=index)
    return next(iter(_planner(spec).suggest(1, knowledge)), None)


@lru_cache(maxsize=8)
def _planner(spec: CampaignSpec) -> Planner:
    return planner_named(spec.planner.name, start=spec.planner.start)

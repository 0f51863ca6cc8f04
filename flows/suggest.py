"""Asks the planner for the next experiment, and can ask again what it said then."""

from collections.abc import Sequence

from flows.cost import expected_hours
from flows.knowledge import films_known, knowledge_at
from flows.session import Session
from flows.spec import CampaignSpec
from flows.surrogate import fit_films
from ledger.film import Film
from ledger.store import Ledger
from ledger.tables import ExperimentRow, SuggestionRow
from models.protocols import Fitted
from planners.choice import planner
from planners.protocols import Suggestion


def suggest_next(session: Session) -> ExperimentRow | None:
    """One suggestion from all that the ledger holds now, recorded with the event it rests on; None when exhausted."""
    ledger, campaign_id = session.ledger, session.campaign_id
    index = ledger.count_suggestions(campaign_id)
    suggestion = _suggest(ledger, campaign_id, session.spec, index, ledger.last_event())
    if suggestion is None:
        return None
    champion = ledger.champion(campaign_id, up_to_event=suggestion.event)
    action = suggestion.action.model_copy(update={"cost_h": expected_hours(session.spec, suggestion.formulation)})
    return ledger.add_suggestion(
        campaign_id,
        index=suggestion.index,
        formulation=suggestion.formulation,
        action=action.model_dump(mode="json"),
        reason=suggestion.reason.model_dump(mode="json"),
        planner=suggestion.planner,
        knowledge_event=suggestion.event,
        model_version=champion.number if champion and suggestion.reason.expected else None,
    )


def suggestion_with_plenty(session: Session) -> Suggestion | None:
    """What the planner would suggest now if every container were full; nothing is written."""
    ledger, campaign_id = session.ledger, session.campaign_id
    index = ledger.count_suggestions(campaign_id)
    return _suggest(ledger, campaign_id, session.spec, index, ledger.last_event(), plenty=True)


def recompute(ledger: Ledger, campaign_id: int, spec: CampaignSpec, row: SuggestionRow) -> Suggestion | None:
    """What the planner says when it is asked again with the ledger as it was at the suggestion's event."""
    return _suggest(ledger, campaign_id, spec, row.index, row.knowledge_event)


def _suggest(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, index: int, event: int, *, plenty: bool = False
) -> Suggestion | None:
    """A pure function of the ledger up to `event`, the campaign's seed, and the index."""
    champion = ledger.champion(campaign_id, up_to_event=event)

    def promoted(films: Sequence[Film]) -> Fitted:
        """The champion as it was at the event: the same fit of the same films, whoever computes it."""
        return fit_films(films_known(ledger, campaign_id, spec, champion.training_event) if champion else films)

    knowledge = knowledge_at(ledger, campaign_id, spec, ledger.campaign(campaign_id).seed, event, suggested=index)
    if plenty:
        knowledge = knowledge.model_copy(update={"stock_mg": {}})
    asked = planner(spec.planner.name, start=spec.planner.start, surrogate_fit=promoted)
    return next(iter(asked.suggest(1, knowledge)), None)

"""Asks the planner for the next experiment, and can ask again what it said then."""

from collections.abc import Callable, Sequence
from typing import Any

from chemistry.formulation import Formulation
from flows.cost import expected_hours
from flows.drift import widening
from flows.knowledge import knowledge_at
from flows.pools import pool_of_campaign
from flows.replaying import decisions_again
from flows.session import Session
from flows.spec import CampaignSpec
from flows.surrogate import fit_films, fitted_version
from flows.theory.offers import quickly
from flows.theory.validation import NAME as CHECKS
from flows.theory.validation import check_due
from ledger.film import Film
from ledger.predictions import Prediction
from ledger.store import Ledger
from ledger.tables import CalculationRow, ExperimentRow, ModelVersionRow, SuggestionRow
from models.protocols import Condition, Fitted
from planners.choice import planner
from planners.protocols import CALCULATIONS, Suggestion


def suggest_next(
    session: Session, free: Callable[[Suggestion], bool] = lambda _: True
) -> ExperimentRow | CalculationRow | None:
    """One suggestion from all that the ledger holds now, recorded with the event it rests on; None when exhausted.

    None as well where nobody is `free` for it: it is not recorded then, and asked again when the ledger knows more.
    """
    ledger, campaign_id = session.ledger, session.campaign_id
    index, event = ledger.count_suggestions(campaign_id), ledger.last_event()
    suggestion = _suggest(ledger, campaign_id, session.spec, index, event)
    return None if suggestion is None or not free(suggestion) else _recorded(session, suggestion)


def check_next(session: Session, free: Callable[[Suggestion], bool] = lambda _: True) -> CalculationRow | None:
    """The check by theory that is due, recorded as a suggestion is; None where none is, or nobody is free for it."""
    if not session.spec.validation:
        return None
    ledger, campaign_id = session.ledger, session.campaign_id
    index = ledger.count_suggestions(campaign_id)
    due = check_due(ledger, campaign_id, session.spec, index, ledger.last_event())
    if due is None or not free(due):
        return None
    recorded = _recorded(session, due)
    return recorded if isinstance(recorded, CalculationRow) else None


def _recorded(session: Session, suggestion: Suggestion) -> ExperimentRow | CalculationRow:
    ledger, campaign_id = session.ledger, session.campaign_id
    champion = ledger.champion(campaign_id, up_to_event=suggestion.event)
    action, calculated = suggestion.action, suggestion.action.source in CALCULATIONS
    if not calculated:
        quick = action.source == "quick_scan"
        hours = expected_hours(quickly(session.spec) if quick else session.spec, suggestion.formulation)
        action = action.model_copy(update={"cost_h": hours})
    elif suggestion.planner != CHECKS and session.spec.offers is not None:
        action = action.model_copy(update={"plan": session.spec.offers.theory[action.source].engine})
    said: dict[str, Any] = {
        "index": suggestion.index,
        "formulation": suggestion.formulation,
        "action": action.model_dump(mode="json"),
        "reason": suggestion.reason.model_dump(mode="json"),
        "planner": suggestion.planner,
        "knowledge_event": suggestion.event,
        "model_version": champion.number if champion and suggestion.reason.expected else None,
    }
    if calculated:
        return ledger.add_calculation(campaign_id, **said)
    if champion is None:
        return ledger.add_suggestion(campaign_id, **said)
    told = foretold(ledger, campaign_id, session.spec, champion, suggestion.formulation)
    return ledger.add_suggestion(campaign_id, **said, foretold=(champion.number, told))


def foretold(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, champion: ModelVersionRow, formulation: Formulation
) -> list[Prediction]:
    """What the champion says of a film of a formulation, whoever suggested it: each outcome that it knows.

    It is what the model learnt, without the widening of a drift: results are held against it.
    """
    fitted = fitted_version(ledger, campaign_id, spec, champion)
    told = []
    for asked in spec.outcomes:
        try:
            posterior = fitted.posterior([formulation], [Condition(asked.property, asked.temperature_C)])
        except KeyError:  # it never saw the property
            continue
        told.append(
            Prediction(
                property=asked.property,
                temperature_C=asked.temperature_C,
                mean=float(posterior.mean[0, 0]),
                sd=float(posterior.sd[0, 0]),
                film_sd=float(posterior.film_sd[0]),
            )
        )
    return told


def suggestion_with_plenty(session: Session) -> Suggestion | None:
    """What the planner would suggest now if every container were full; nothing is written."""
    ledger, campaign_id = session.ledger, session.campaign_id
    index = ledger.count_suggestions(campaign_id)
    return _suggest(ledger, campaign_id, session.spec, index, ledger.last_event(), plenty=True)


def recompute(ledger: Ledger, campaign_id: int, spec: CampaignSpec, row: SuggestionRow) -> Suggestion | None:
    """What the planner says when it is asked again with the ledger as it was at the suggestion's event."""
    if row.planner == CHECKS:
        return check_due(ledger, campaign_id, spec, row.index, row.knowledge_event)
    return _suggest(ledger, campaign_id, spec, row.index, row.knowledge_event)


def _suggest(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, index: int, event: int, *, plenty: bool = False
) -> Suggestion | None:
    """A pure function of the ledger up to `event`, the campaign's seed, and the index."""
    champion = ledger.champion(campaign_id, up_to_event=event)

    def promoted(films: Sequence[Film]) -> Fitted:
        """The champion as it was at the event, whoever computes it; less sure where results drifted then."""
        if champion is None:
            return fit_films(films, spec.planner.surrogate)
        fitted = fitted_version(ledger, campaign_id, spec, champion)
        factors = widening(ledger, campaign_id, event)
        return _widened(fitted, factors) if factors else fitted

    knowledge = knowledge_at(ledger, campaign_id, spec, ledger.campaign(campaign_id).seed, event, suggested=index)
    if plenty:
        knowledge = knowledge.model_copy(update={"stock_mg": {}})
    asked = planner(
        spec.planner.name,
        start=spec.planner.start,
        surrogate_fit=promoted,
        options=spec.planner.options,
        replayed=decisions_again(ledger, spec, event),
        pool=pool_of_campaign(ledger, spec),
        cost_h=lambda formulation: expected_hours(spec, formulation),
    )
    suggestion = next(iter(asked.suggest(1, knowledge)), None)
    return None if suggestion is None else suggestion.model_copy(update={"index": index})


def _widened(fitted: Fitted, factors: dict[str, float]) -> Fitted:
    from models.protocols import JointModel
    from models.widened import Widened

    return Widened(fitted, factors) if isinstance(fitted, JointModel) else fitted

"""What the ledger says, as the value that planners and surrogates are given."""

from flows.spec import CampaignSpec
from ledger.experiments import Decision
from ledger.film import Film, Source
from ledger.kinds import ExperimentState
from ledger.stock import Stock
from ledger.store import Ledger
from planners.protocols import Decided, Failed, Knowledge, Outcome
from planners.warm_start import relevant_films


def films_known(ledger: Ledger, campaign_id: int, spec: CampaignSpec, up_to_event: int) -> tuple[Film, ...]:
    """The campaign's own films up to an event, then the published ones of its warm start."""
    own = ledger.films(campaign_id, up_to_event=up_to_event, sources=[Source.MEASURED])
    if not spec.warm_start.sources:
        return tuple(own)
    published = ledger.films(None, up_to_event=up_to_event, sources=list(spec.warm_start.sources))
    return (*own, *relevant_films(published, spec.space))


def knowledge_at(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, seed: int, event: int, suggested: int
) -> Knowledge:
    """Everything that a planner may know at a numbered event; the same for ever after."""
    levels = Stock(ledger, ledger.lab_of(campaign_id)).levels(up_to_event=event)
    return Knowledge(
        space=spec.space,
        objectives=spec.objectives,
        limits=spec.limits,
        films=films_known(ledger, campaign_id, spec, event),
        pending=tuple(ledger.pending(campaign_id, up_to_event=event)),
        failures=tuple(Failed(formulation=f, reason=why) for f, why in ledger.failures(campaign_id, up_to_event=event)),
        history=tuple(_decided(decision) for decision in ledger.decisions(campaign_id, event)),
        stock_mg={component: level.left_mg for component, level in levels.items()},
        film_mass_mg=spec.film_mass_mg,
        event=event,
        seed=seed,
        suggested=suggested,
    )


def _decided(decision: Decision) -> Decided:
    return Decided(
        index=decision.index,
        planner=decision.planner,
        formulation=decision.formulation,
        outcome=_OUTCOMES[decision.state],
        film_id=decision.film_id,
    )


_OUTCOMES: dict[ExperimentState | None, Outcome] = {
    None: "pending",
    ExperimentState.OBSERVED: "observed",
    ExperimentState.FAILED: "failed",
    ExperimentState.DISCARDED: "failed",
    ExperimentState.CANCELLED: "cancelled",
}

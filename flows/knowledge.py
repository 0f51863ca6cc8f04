"""What the ledger says, as the value that planners and surrogates are given."""

from collections import Counter
from typing import get_args

from pydantic import ValidationError

from flows.spec import CampaignSpec
from flows.theory.offers import offers_of
from flows.theory.validation import NAME as CHECKS
from ledger.experiments import Decision
from ledger.film import THEORY, Film, Source
from ledger.kinds import CalculationState, ExperimentState
from ledger.stock import Stock
from ledger.store import Ledger
from models.drift import before_shift
from planners.protocols import Decided, Failed, Kind, Knowledge, Outcome
from planners.warm_start import relevant_films


def films_known(ledger: Ledger, campaign_id: int, spec: CampaignSpec, up_to_event: int) -> tuple[Film, ...]:
    """The campaign's own films up to an event, its calculations, then the published films of its warm start.

    Those that came before a drift which had been noticed by then say so: what they tell of the level is of another day.
    """
    own = ledger.films(campaign_id, up_to_event=up_to_event, sources=[Source.MEASURED])
    own = _dated(ledger, campaign_id, own, up_to_event)
    if spec.calculates:
        own = [*own, *ledger.films(campaign_id, up_to_event=up_to_event, sources=sorted(THEORY))]
    if not spec.warm_start.sources:
        return tuple(own)
    published = ledger.films(None, up_to_event=up_to_event, sources=list(spec.warm_start.sources))
    return (*own, *relevant_films(published, spec.space))


def _dated(ledger: Ledger, campaign_id: int, films: list[Film], up_to_event: int) -> list[Film]:
    """Films, with the shifts that came since each."""
    begun = ledger.drifts_begun(campaign_id, up_to_event)
    if not begun:
        return films
    experiments = {experiment.id: experiment for experiment in ledger.experiments(campaign_id)}
    closed = {experiment.number: experiment.closed_event or 0 for experiment in experiments.values()}
    samples = ledger.sample_ids(campaign_id).items()
    read = {sample: experiments[owner].closed_event or 0 for owner, names in samples for sample in names}
    for said in begun:
        since = closed[said.payload["since_experiment"]]
        name = said.payload["property"]
        films = [before_shift(film, name) if read[film.film_id] < since else film for film in films]
    return films


def learners(ledger: Ledger) -> dict[str, set[int]]:
    """Campaigns of a ledger that learn from each published film: its source is in their warm start, it is near to them.

    Of many films a campaign takes an even share, which shifts with every import: whichever it could have taken counts.
    Of a campaign whose file this ionloop cannot read nobody can say what is near to it: then every one counts.
    """
    found: dict[str, set[int]] = {}
    for row in ledger.campaigns():
        if not row.spec.get("warm_start", {}).get("sources"):
            continue  # also the record of a table that models were fitted on, which has no space
        published = ledger.films(None, sources=row.spec["warm_start"]["sources"])
        try:
            spec = CampaignSpec.model_validate(row.spec)
        except ValidationError:
            near = published
        else:
            near = relevant_films(published, spec.space, most=max(len(published), 1))
        for film in near:
            found.setdefault(film.film_id, set()).add(row.id)
    return found


def knowledge_at(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, seed: int, event: int, suggested: int
) -> Knowledge:
    """Everything that a planner may know at a numbered event; the same for ever after.

    Checks by theory are no decisions of a planner: what they told it knows, and it counts on as if they were not there.
    """
    known = films_known(ledger, campaign_id, spec, event)
    decisions = ledger.decisions(campaign_id, event)
    history = tuple(_decided(decision) for decision in decisions if decision.planner != CHECKS)
    levels = Stock(ledger, ledger.lab_of(campaign_id)).levels(up_to_event=event)
    return Knowledge(
        space=spec.space,
        objectives=spec.objectives,
        limits=spec.limits,
        films=tuple(film for film in known if not _calculated(film)),
        calculations=tuple(film for film in known if _calculated(film)),
        offers=offers_of(spec, Counter(decided.source for decided in history)),
        pending=tuple(ledger.pending(campaign_id, up_to_event=event)),
        failures=tuple(Failed(formulation=f, reason=why) for f, why in ledger.failures(campaign_id, up_to_event=event)),
        history=history,
        stock_mg={component: level.left_mg for component, level in levels.items()},
        film_mass_mg=spec.film_mass_mg,
        event=event,
        seed=seed,
        suggested=suggested - sum(decision.planner == CHECKS for decision in decisions),
    )


def _calculated(film: Film) -> bool:
    """Whether no experiment stands behind it: it is no answer, however good."""
    return all(reading.source in THEORY for reading in film.readings)


def _decided(decision: Decision) -> Decided:
    return Decided(
        index=decision.index,
        planner=decision.planner,
        formulation=decision.formulation,
        outcome=_OUTCOMES[decision.state],
        film_id=decision.film_id,
        source=KINDS[decision.source],
    )


KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
_OUTCOMES: dict[ExperimentState | CalculationState | None, Outcome] = {
    None: "pending",
    ExperimentState.OBSERVED: "observed",
    ExperimentState.FAILED: "failed",
    ExperimentState.DISCARDED: "failed",
    ExperimentState.CANCELLED: "cancelled",
    CalculationState.OBSERVED: "observed",
    CalculationState.FAILED: "failed",
    CalculationState.CANCELLED: "cancelled",
}

"""Which film theory is to be asked about next, as the campaign file's `validation` says."""

from collections.abc import Iterator

import numpy as np

from chemistry.formulation import Formulation
from flows.drift import surprises
from flows.spec import CampaignSpec
from flows.standing import Result, standing
from flows.theory.recipes import recipe, recipe_of
from flows.theory.validation_spec import Validation
from ledger.kinds import CalculationState
from ledger.store import Ledger
from planners.pareto import front
from planners.protocols import Action, Kind, Reason, Suggestion

NAME = "validation"
"""Who suggested it, in the ledger."""
_KINDS: dict[str, Kind] = {"md": "md", "dft": "dft"}


def check_due(ledger: Ledger, campaign_id: int, spec: CampaignSpec, index: int, event: int) -> Suggestion | None:
    """The first film that no recipe was asked about and should have been; None where there is none, or no budget.

    A pure function of the ledger up to the event, so that it can be asked again.
    """
    for check in spec.validation:
        asked = _asked(ledger, campaign_id, check, event)
        if sum(asked.values()) >= check.core_hours:
            continue
        for formulation, why in _wanted(ledger, campaign_id, spec, check, event):
            if formulation.key not in asked:
                what = recipe(check.recipe)
                action = Action(source=_KINDS[what.source], plan=check.recipe, cost_h=what.core_hours)
                reason = Reason(summary=f"{why}: asked of {check.recipe}.")
                return Suggestion(
                    formulation=formulation, action=action, reason=reason, planner=NAME, event=event, index=index
                )
    return None


def _asked(ledger: Ledger, campaign_id: int, check: Validation, event: int) -> dict[str, float]:
    """What the recipe was asked about up to an event, whoever asked, with the core-hours of checks."""
    said = {row.id: row for row in ledger.suggestions(campaign_id, up_to_event=event)}
    found: dict[str, float] = {}
    for row in ledger.calculations(campaign_id):
        suggestion = said.get(row.suggestion_id)
        if suggestion is None or recipe_of(suggestion) != check.recipe:
            continue
        ended = row.closed_event is not None and row.closed_event <= event
        if ended and row.state == CalculationState.OBSERVED and row.result is not None:
            hours = row.result["core_hours"]
        else:
            hours = 0.0 if ended else suggestion.cost_h
        found[suggestion.formulation_key] = hours if suggestion.planner == NAME else 0.0
    return found


def _wanted(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, check: Validation, event: int
) -> Iterator[tuple[Formulation, str]]:
    results = standing(ledger, campaign_id, spec, event).results
    if check.every is not None and (looks := len(results) // check.every):
        seen = results[: looks * check.every]
        for place, result in enumerate(ranked(seen, spec)[: check.top], 1):
            yield result.formulation, f"Experiment {result.number} is number {place} of {len(seen)} results"
    if check.disagreement is not None:
        made = {result.number: result.formulation for result in results}
        for label, found in surprises(ledger, campaign_id, spec, event).items():
            for one in found:
                if abs(one.z) >= check.disagreement and one.experiment in made:
                    apart = (
                        f"{abs(one.z):.1f} standard deviations {'above' if one.z > 0 else 'below'} what was foretold"
                    )
                    yield made[one.experiment], f"{label} of experiment {one.experiment} came {apart}"


def ranked(results: tuple[Result, ...], spec: CampaignSpec) -> list[Result]:
    """Results that hold the limits, front by front; within one, the best of the first objective first."""
    first = spec.objectives[0]
    left = sorted((result for result in results if result.holds), key=lambda result: -first.sign * result.values[0])
    found: list[Result] = []
    while left:
        foremost = front(np.array([result.values for result in left]), spec.objectives)
        found += [left[place] for place in foremost]
        left = [result for place, result in enumerate(left) if place not in foremost]
    return found

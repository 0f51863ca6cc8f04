"""The campaign against an even spread of as many films, which nobody made: foretold by its own last model."""

from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from flows.spec import CampaignSpec
from flows.standing import Standing
from flows.surrogate import fitted_version
from ledger.store import Ledger
from ledger.tables import CampaignRow

if TYPE_CHECKING:
    from planners.even_spread import EvenSpread

FEWEST = 3
"""Results below which a model has nothing to say of films that were not made."""
MOST = 200
"""Films of the spread; the joint posterior of more takes long, and says little that the first two hundred do not."""


def yardstick(ledger: Ledger, campaign: CampaignRow, spec: CampaignSpec, now: Standing) -> "EvenSpread | str":
    """What an even spread of as many films is foretold to reach, or in words why that is not known."""
    if spec.planner.name == "sobol":
        return "This campaign was an even spread itself: there is nothing to compare it with."
    if spec.space.pool is not None or spec.space.open_polymers is not None:
        return "No even spread is foretold: the polymers of this campaign are not a list that could be spread over."
    champion = ledger.champion(campaign.id)
    if champion is None or len(now.results) < FEWEST:
        return f"No even spread is foretold: that takes a model, and at least {FEWEST} results."
    from planners.even_spread import foretold_spread

    n = min(len(now.results), MOST)
    try:
        fitted = fitted_version(ledger, campaign.id, spec, champion)
        return foretold_spread(fitted, spec.space, spec.objectives, spec.limits, now.reference, n, campaign.seed)
    except BadInput as lost:
        return f"No even spread is foretold: {lost.problem}."
    except KeyError as unknown:
        return f"No even spread is foretold: the model knows nothing of {unknown.args[0]} yet."

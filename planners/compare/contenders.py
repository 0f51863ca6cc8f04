"""Who may be compared on a campaign: the planners of campaigns, and peers that are installed."""

from chemistry.errors import BadInput
from models.campaign_models import fit_for_planner
from planners.choice import planner
from planners.compare.problem import Plan
from planners.options import PlannerOptions
from planners.pool.names import PEERS, refuse_missing
from planners.protocols import Planner

OWN = ("random", "sobol", "swarm", "genetic", "portfolio", "bayesian")


def refuse_unknown(name: str) -> None:
    """Raise `BadInput` where nothing that can be compared on a campaign has this name, or it is not installed."""
    refuse_missing(name)
    if name not in OWN and name not in PEERS:
        raise BadInput(
            f"no planner that can be compared on a campaign is called {name!r}",
            place="planners",
            remedy=f"Known are {', '.join((*OWN, *PEERS))}",
        )


def contender(name: str, plan: Plan, options: PlannerOptions, surrogate: str) -> Planner:
    """The planner of a name, which looks at results from the first suggestion after the start on.

    Raises:
        BadInput: none has this name, or it is a peer that is not installed.
    """
    refuse_unknown(name)
    if name == "ax":
        from planners.compare.ax_planner import AxPlanner

        return AxPlanner()
    if name == "baybe":
        from planners.compare.baybe_planner import BaybePlanner

        return BaybePlanner()
    # Sobol gets one block of all experiments, in which components appear as evenly as they can.
    start = plan.experiments if name == "sobol" else plan.initial
    return planner(name, start=start, surrogate_fit=lambda films: fit_for_planner(surrogate, films), options=options)

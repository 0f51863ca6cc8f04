"""Planners by name: the one place that knows them all."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from ledger.film import Film
from models.protocols import Fitted
from planners.options import PlannerOptions
from planners.protocols import Planner

if TYPE_CHECKING:
    from planners.pool.candidates import Pool
    from planners.replay import ReplayPlanner  # brings the database, which a mistake in a file need not wait for

Name = Literal["bayesian", "multi_fidelity", "genetic", "swarm", "portfolio", "pool", "random", "sobol", "replay"]
NAMES: tuple[Name, ...] = (
    "bayesian",
    "multi_fidelity",
    "genetic",
    "swarm",
    "portfolio",
    "pool",
    "random",
    "sobol",
    "replay",
)


def planner(
    name: str,
    start: int = 5,
    surrogate_fit: Callable[[Sequence[Film]], Fitted] | None = None,
    options: PlannerOptions | None = None,
    replayed: "ReplayPlanner | None" = None,
    pool: "Pool | None" = None,
    cost_h: Callable[[Formulation], float] | None = None,
) -> Planner:
    """The planner of a name.

    `start` is how many suggestions fill the space evenly (for `sobol` the length of a block), `surrogate_fit` how films
    become a model; the Gaussian process where it is left out. `replayed` is what `replay` makes again, `pool` is what
    the planner of that name chooses from, `cost_h` what a film of a formulation costs, hours.

    Raises:
        BadInput: no planner has this name, or nothing is given to replay or to choose from.
    """
    from planners.bayesian import BayesianPlanner, gaussian_process
    from planners.genetic import GeneticPlanner
    from planners.multi_fidelity import MultiFidelityPlanner
    from planners.pool.names import chooser
    from planners.pool.planner import PoolPlanner
    from planners.portfolio import PortfolioPlanner
    from planners.random_search import RandomPlanner
    from planners.sobol import SobolPlanner
    from planners.swarm import SwarmPlanner

    fit, chosen = surrogate_fit or gaussian_process, options or PlannerOptions()
    if name == "replay" and replayed is None:
        raise BadInput("there is nothing to replay", place="planner", remedy="Say which run of which campaign")
    if name == "pool" and pool is None:
        raise BadInput("there is no pool to choose from", place="planner", remedy="Name its file: `space: {pool: …}`")
    makers: dict[str, Callable[[], Planner | None]] = {
        "bayesian": lambda: BayesianPlanner(start=start, surrogate_fit=fit, options=chosen.bayesian, cost_h=cost_h),
        "multi_fidelity": lambda: MultiFidelityPlanner(
            BayesianPlanner(start=start, surrogate_fit=fit, options=chosen.bayesian, cost_h=cost_h)
        ),
        "genetic": lambda: GeneticPlanner(start=start, surrogate_fit=fit, options=chosen.genetic),
        "swarm": lambda: SwarmPlanner(chosen.swarm),
        "portfolio": lambda: PortfolioPlanner(
            tuple(planner(member, start, surrogate_fit, options, cost_h=cost_h) for member in chosen.portfolio.of),
            start=start,
            options=chosen.portfolio,
        ),
        "pool": lambda: None if pool is None else PoolPlanner(pool, chooser(chosen.pool.chooser), start),
        "random": RandomPlanner,
        "sobol": lambda: SobolPlanner(block=start),
        "replay": lambda: replayed,
    }
    found = makers[name]() if name in makers else None
    if found is None:
        raise BadInput(f"no planner is called {name!r}", place="planner", remedy=f"Known are {', '.join(NAMES)}")
    return found

"""Planners by name: the one place that knows them all."""

from collections.abc import Callable, Sequence

from chemistry.errors import BadInput
from ledger.film import Film
from models.protocols import Fitted
from planners.protocols import Planner

NAMES = ("bayesian", "sobol")


def planner(name: str, start: int = 5, surrogate_fit: Callable[[Sequence[Film]], Fitted] | None = None) -> Planner:
    """The planner of a name.

    `start` is how many suggestions fill the space evenly (for `sobol` the length of a block), `surrogate_fit` how films
    become a model; the Gaussian process where it is left out.

    Raises:
        BadInput: no planner has this name.
    """
    from planners.bayesian import BayesianPlanner, gaussian_process
    from planners.sobol import SobolPlanner

    if name == "sobol":
        return SobolPlanner(block=start)
    if name == "bayesian":
        return BayesianPlanner(start=start, surrogate_fit=surrogate_fit or gaussian_process)
    raise BadInput(f"no planner is called {name!r}", place="planner", remedy=f"Known are {', '.join(NAMES)}")

"""Every surrogate by its name, and which of them can serve the planner of a campaign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chemistry.errors import BadInput
from ledger.film import Film
from models.protocols import Fitted, Surrogate

DEFAULT = "gaussian_process"


@dataclass(frozen=True)
class CampaignModel:
    """A surrogate whose fit is a `models.protocols.JointModel`, as Bayesian planning needs.

    Attributes:
        make: the surrogate.
        load: what its `save` wrote.
        repeatable: whether a fit of the same films on this machine gives the same numbers within seconds. If so, a
            version is fitted again whenever it is asked; if not, its weights are kept for ever and loaded.
    """

    make: Callable[[], Surrogate]
    load: Callable[[Path], Fitted]
    repeatable: bool


def _gaussian_process() -> Surrogate:
    from models.gaussian_process import GaussianProcess

    return GaussianProcess()


def _load_gaussian_process(folder: Path) -> Fitted:
    from models.gaussian_process import load

    return load(folder)


def _multi_fidelity() -> Surrogate:
    from models.multi_fidelity import MultiFidelity

    return MultiFidelity()


def _load_multi_fidelity(folder: Path) -> Fitted:
    from models.multi_fidelity import load

    return load(folder)


CAMPAIGN_MODELS = {
    DEFAULT: CampaignModel(_gaussian_process, _load_gaussian_process, repeatable=True),
    "multi_fidelity": CampaignModel(_multi_fidelity, _load_multi_fidelity, repeatable=True),
}


def names() -> tuple[str, ...]:
    """Every surrogate there is; those that can serve a planner first."""
    from models.surrogates import NAMES

    return (*CAMPAIGN_MODELS, *NAMES)


def any_surrogate(name: str) -> Surrogate:
    """The surrogate of a name; raises `BadInput` for one that there is not."""
    if name in CAMPAIGN_MODELS:
        return CAMPAIGN_MODELS[name].make()
    if name not in names():
        raise BadInput(f"there is no model {name!r}", remedy=f"Use one of {', '.join(names())}")
    from models.surrogates import surrogate

    return surrogate(name)


def why_not_for_planner(name: str) -> str:
    """Why a surrogate cannot serve the planner, in words; empty where it can."""
    if name in CAMPAIGN_MODELS:
        return ""
    serve = ", ".join(CAMPAIGN_MODELS)
    if name not in names():
        return f"there is no model {name!r}; models that can serve the planner: {serve}"
    return (
        f"the model {name!r} foretells each formulation by itself and gives no joint posterior of several, which the "
        f"planner needs; models that can serve it: {serve}"
    )


def fit_for_planner(name: str, films: Sequence[Film]) -> Fitted:
    """A fit that a planner can ask; raises `BadInput` for a surrogate that cannot serve it."""
    why_not = why_not_for_planner(name)
    if why_not:
        raise BadInput(why_not)
    return CAMPAIGN_MODELS[name].make().fit(films)

"""Who calculates: the engines of theory by the names that a campaign file gives them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from flows.spec import CampaignSpec
from ledger.film import Reading

if TYPE_CHECKING:
    import numpy as np

    from devices.lab import Lab


@dataclass(frozen=True)
class Engine:
    """One way to calculate.

    Attributes:
        run: formulation, temperatures in °C and a source of chance, to readings.
        sd: what a reading is expected to state of its error, in the property's unit.
        made_up: whether it answers for the twin alone: beside real instruments it would teach what is not so.
    """

    run: "Callable[[Formulation, Sequence[float], np.random.Generator], tuple[Reading, ...]]"
    sd: float
    made_up: bool


def engine(name: str) -> Engine:
    """The engine of a name."""
    from sim.twin import simulated

    return {"twin": Engine(simulated.run, simulated.RUN_SD, made_up=True)}[name]


def refuse_made_up(spec: CampaignSpec, lab: "Lab") -> None:
    """Refuse an engine that answers for the twin where the instruments are real.

    Raises:
        BadInput: saying so.
    """
    md = spec.offers.md if spec.offers else None
    if md is not None and engine(md.engine).made_up and not lab.simulated:
        raise BadInput(
            f"the engine {md.engine!r} makes up what a simulation would say, and `{lab.name}` is a real lab",
            place="offers: md: engine",
            remedy="Leave `md` out of the offers; where nothing else is offered, leave `offers` out and write "
            "`planner: {name: bayesian}`, for multi_fidelity needs offers. Or run the campaign on a simulated lab",
        )

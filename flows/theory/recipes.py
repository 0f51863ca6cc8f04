"""What theory can be asked for, by the names that campaign files give it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from flows.theory.calculated import Calculated
from ledger.film import Source

if TYPE_CHECKING:
    from devices.lab import Lab
    from flows.spec import CampaignSpec
    from flows.theory.asking import Theory
    from ledger.tables import SuggestionRow

CONDUCTIVITY, OXIDATION_LIMIT = "log10_conductivity", "oxidation_limit"


@dataclass(frozen=True)
class Recipe:
    """One way to calculate.

    Attributes:
        run: formulation, temperatures in °C, seeds of chance, and who answers its questions, to what it gave.
        source: what its readings are.
        tells: properties that it reads.
        sd: what a reading is expected to state of its error, in the property's unit.
        core_hours: that one calculation is expected to take.
        made_up: whether it answers for the twin alone: beside real instruments it would teach what is not so.
    """

    run: "Callable[[Formulation, Sequence[float], Sequence[int], Theory], Calculated]"
    source: Source
    tells: tuple[str, ...]
    sd: float
    core_hours: float
    made_up: bool = False


def recipe(name: str) -> Recipe:
    """The recipe of a name."""
    from flows.theory import chain_transport, film_window
    from sim.twin.simulated import CORE_HOURS, RUN_SD, WINDOW_SD_V

    transport, window = chain_transport, film_window
    conductivity, oxidation = (Source.MD, (CONDUCTIVITY,)), (Source.DFT, (OXIDATION_LIMIT,))
    return {
        "chains": Recipe(transport.chain_transport, *conductivity, transport.MODEL_SD, transport.CORE_HOURS),
        "redox_window": Recipe(window.film_window, *oxidation, window.SD_V, window.CORE_HOURS),
        "twin": Recipe(_made_up_simulation, *conductivity, RUN_SD, CORE_HOURS, made_up=True),
        "twin_window": Recipe(_made_up_window, *oxidation, WINDOW_SD_V, window.CORE_HOURS, made_up=True),
    }[name]


def recipe_of(suggestion: "SuggestionRow") -> str:
    """The name of the recipe that a calculation was suggested for."""
    return suggestion.action["plan"]


def _made_up_simulation(
    formulation: Formulation, temperatures_C: Sequence[float], seeds: Sequence[int], _: "Theory"
) -> Calculated:
    import numpy as np

    from sim.twin import simulated

    readings = simulated.run(formulation, temperatures_C, np.random.default_rng(seeds))
    return Calculated(readings, simulated.CORE_HOURS)


def _made_up_window(
    formulation: Formulation, temperatures_C: Sequence[float], seeds: Sequence[int], _: "Theory"
) -> Calculated:
    from flows.theory.film_window import CORE_HOURS
    from sim.twin import simulated

    return Calculated(simulated.window(formulation, temperatures_C), CORE_HOURS)


def refuse_made_up(spec: "CampaignSpec", lab: "Lab") -> None:
    """Refuse a recipe that answers for the twin where the instruments are real.

    Raises:
        BadInput: saying so.
    """
    if lab.simulated:
        return
    for source, theory in (spec.offers.theory if spec.offers else {}).items():
        if recipe(theory.engine).made_up:
            raise BadInput(
                f"the engine {theory.engine!r} makes up what theory would say, and `{lab.name}` is a real lab",
                place=f"offers: {source}: engine",
                remedy=f"Name an engine that calculates, or leave `{source}` out of the offers; where nothing else is "
                "offered, leave `offers` out and write `planner: {name: bayesian}`, for multi_fidelity needs offers. "
                "Or run the campaign on a simulated lab",
            )
    for check in spec.validation:
        if recipe(check.recipe).made_up:
            raise BadInput(
                f"the recipe {check.recipe!r} makes up what theory would say, and `{lab.name}` is a real lab",
                place="validation: recipe",
                remedy="Leave it out, or run the campaign on a simulated lab",
            )

"""What the stock that is left still allows to be made."""

from collections.abc import Callable

from chemistry.formulation import Formulation
from chemistry.recipe import masses_mg
from ledger.containers import SPARE
from planners.protocols import Knowledge


def enough_for(knowledge: Knowledge) -> Callable[[Formulation], bool]:
    """Whether a film of a formulation can be made of what is left, once what is under way has taken its share.

    What is under way may have taken some of it already: then what is left is told too low, and never too high.
    """
    left = dict(knowledge.stock_mg)
    if left and knowledge.film_mass_mg:
        for formulation in knowledge.pending:
            for component, mass in masses_mg(formulation, knowledge.film_mass_mg).items():
                if component in left:
                    left[component] -= mass
    scarce = {component: mg for component, mg in left.items() if mg < SPARE * knowledge.film_mass_mg}
    if not scarce:
        return lambda formulation: True

    def enough(formulation: Formulation) -> bool:
        needed = masses_mg(formulation, knowledge.film_mass_mg)
        return all(SPARE * mass <= scarce.get(component, mass * SPARE) for component, mass in needed.items())

    return enough

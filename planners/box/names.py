"""Choosers in a box by name: the one place that knows them all."""

from chemistry.errors import BadInput
from planners.box.choosers import Acquisition, AtRandom, Evenly
from planners.box.protocols import Chooser

NAMES = ("random", "sobol", "bayesian", "botorch")
"""`bayesian` is the acquisition of campaigns, `botorch` the recipe of BoTorch's tutorials, both with one process."""


def chooser(name: str) -> Chooser:
    """The chooser of a name; raises `BadInput` where none has it."""
    if name == "botorch":
        from planners.box.botorch_recipe import Recipe

        return Recipe()
    own: dict[str, Chooser] = {"random": AtRandom(), "sobol": Evenly(), "bayesian": Acquisition()}
    if name not in own:
        raise BadInput(
            f"nothing that chooses in a box of numbers is called {name!r}",
            place="planners",
            remedy=f"Known are {', '.join(NAMES)}",
        )
    return own[name]

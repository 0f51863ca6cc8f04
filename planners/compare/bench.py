"""What answers a comparison of campaigns: the seam between planners and a twin that they may not know."""

from typing import TYPE_CHECKING, Protocol

from chemistry.formulation import Formulation
from ledger.film import Film

if TYPE_CHECKING:
    import numpy as np


class Bench(Protocol):
    """Makes and reads films in no time, and knows the truth behind them."""

    @property
    def name(self) -> str:
        """What it is, with all that decides its answers: part of a problem's key."""
        ...

    def film(self, formulation: Formulation, film_id: str, random: "np.random.Generator | None") -> Film:
        """A film as a campaign would read it; without a generator the truth, read without any error."""
        ...

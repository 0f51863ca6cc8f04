"""What a surrogate is: the seam through which planners see what has been learnt."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from chemistry.formulation import Formulation
from ledger.film import Film

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Condition:
    """A property and the temperature at which it is asked for, °C (None where it has no temperature)."""

    property: str
    temperature_C: float | None = None


@dataclass(frozen=True)
class Posterior:
    """What a fitted surrogate believes of n formulations under m conditions.

    Attributes:
        mean: `n x m`, in the unit of each property.
        sd: `n x m`, standard deviation of the formulation's true value (no film effect, no reading noise).
        film_sd: `m`, standard deviation of a new film about that value.
    """

    mean: "np.ndarray"
    sd: "np.ndarray"
    film_sd: "np.ndarray"


class Fitted(Protocol):
    """A surrogate that has learnt."""

    def posterior(self, formulations: Sequence[Formulation], conditions: Sequence[Condition]) -> Posterior:
        """Mean and standard deviation of each property; raises `KeyError` for a property it never saw."""
        ...

    def save(self, folder: Path) -> None:
        """Write weights (`state_dict`) and configuration, never a pickled object."""
        ...


class Surrogate(Protocol):
    """A way to learn from films."""

    @property
    def name(self) -> str:
        """What `ionloop models` calls it."""
        ...

    def fit(self, films: Sequence[Film]) -> Fitted:
        """Learn from films, not from loose points: the readings of one film share its cell's error."""
        ...


@runtime_checkable
class JointModel(Protocol):
    """A fitted surrogate that can hand BoTorch a joint model of several properties."""

    def botorch_model(self, conditions: Sequence[Condition]) -> object:
        """A `botorch.models.model.Model` with m outputs over the features of `features`."""
        ...

    def features(self, formulations: Sequence[Formulation]) -> "np.ndarray":
        """`n x d` inputs of `botorch_model`."""
        ...

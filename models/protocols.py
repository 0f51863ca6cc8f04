"""What a surrogate is: the seam through which planners see what has been learnt."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from chemistry.formulation import Formulation
from ledger.film import Film

if TYPE_CHECKING:
    import numpy as np

    from models.glass_estimate import GlassEstimate
    from models.learning_table import Points
    from models.teaching import Teaching


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


@dataclass(frozen=True)
class Foretold:
    """Predictions at n points.

    Attributes:
        mean: in the unit of the property.
        sd: of a new reading, film effect and noise in the bargain; ±1.645 of it holds nine of ten.
        seen: whether the polymer was trained on.
        outside: number of features beyond the range of the training rows: the domain is left where it is above zero.
    """

    mean: "np.ndarray"
    sd: "np.ndarray"
    seen: "np.ndarray"
    outside: "np.ndarray"


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
class Foreteller(Fitted, Protocol):
    """A fitted surrogate that foretells readings at any number of points, with intervals that can be tested."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What it had to leave out, and why."""
        ...

    def foretell(self, points: "Points", name: str) -> Foretold:
        """Readings of a property; raises `KeyError` for one that it never saw."""
        ...


class PropertySurrogate(Protocol):
    """A surrogate that can be told which properties to learn: what is evaluated and compared."""

    @property
    def name(self) -> str:
        """What it is called (`models.surrogates`)."""
        ...

    def fit(
        self, films: Sequence[Film], properties: Sequence[str] | None = None, estimate: "GlassEstimate | None" = None
    ) -> Foreteller:
        """Learn some properties, all where left out; `estimate` is of the glass transition, where one was learnt."""
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


@runtime_checkable
class Teachable(JointModel, Protocol):
    """A joint model that says what one more reading would teach, before it is made."""

    def teaching(
        self,
        asked: Condition,
        of: "np.ndarray",
        told: Condition,
        fidelity: str,
        rows: "np.ndarray",
        sd: float,
    ) -> "Teaching":
        """What a reading of each of `x x d` features would teach of each of `a x d`; `sd` is what it would state.

        Raises `KeyError` for a fidelity that nothing was learnt from.
        """
        ...

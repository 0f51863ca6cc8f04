"""What a screening asks of a model, whichever it is.

A `FittedAverage` (every name of `models.surrogates`, networks among them) foretells points and has kept what it was
trained on. A model of campaigns foretells formulations by its posterior; it has kept the features of its films and not
their polymers, so that it can say what lies outside their range, and not which known polymer is nearest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from models.composition import polymer_fingerprints
from models.fitted_average import FittedAverage
from models.learning_table import Points
from models.protocols import Condition, Fitted, Foretold
from models.splits import polymer_group
from models.structured_points import structured_points
from models.tanimoto import nearest

if TYPE_CHECKING:
    from models.gaussian_process import FittedGaussianProcess

_AT_ONCE = 5_000
"""Points whose formulations are in memory at once."""


@dataclass(frozen=True)
class Known:
    """k polymers that a model was trained on: groups (`models.splits.polymer_group`), and `k x b` fingerprints."""

    polymers: tuple[str, ...]
    fingerprints: np.ndarray


class Judge(Protocol):
    """A model that screens; can be sent to another process."""

    @property
    def name(self) -> str:
        """Of the model."""
        ...

    @property
    def trained_on(self) -> str:
        """Hash of the films that it was trained on."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What it had to leave out, and what it cannot say."""
        ...

    @property
    def properties(self) -> tuple[str, ...]:
        """What it has learnt."""
        ...

    def foretell(self, points: Points, name: str) -> Foretold:
        """Mean and standard deviation at each point, and whether it lies inside what the model was trained on."""
        ...

    def known(self, name: str) -> Known | None:
        """The polymers that it was trained on; None where it has not kept them."""
        ...

    def outside(self, points: Points, name: str) -> list[tuple[str, ...]]:
        """For each point the features that lie beyond the range of the training rows."""
        ...

    def of_polymers(self, polymers: Sequence[Polymer], name: str) -> np.ndarray:
        """`p x k` numbers of each polymer that a student needs beside its chemistry to follow the model."""
        ...


def judge_of(fitted: Fitted, name: str = "") -> Judge:
    """A fitted model as a judge; `name` is what it is called, where it does not say so itself.

    Raises:
        BadInput: the model does not say what it has learnt.
    """
    from models.gaussian_process import FittedGaussianProcess

    if isinstance(fitted, FittedAverage):
        return AveragedJudge(fitted)
    if isinstance(fitted, FittedGaussianProcess):
        return ProcessJudge(fitted, name or "gaussian_process")
    raise BadInput(
        f"the model {name or type(fitted).__name__!r} cannot screen: it does not say which properties it has learnt, "
        "nor the range of what it was trained on",
        remedy="Screen with another (`ionloop models list` shows what was fitted)",
    )


@dataclass(frozen=True)
class AveragedJudge:
    """A `Judge` of a `FittedAverage`."""

    fitted: FittedAverage

    @property
    def name(self) -> str:
        """Of the model."""
        return self.fitted.name

    @property
    def trained_on(self) -> str:
        """Hash of the films."""
        return self.fitted.trained_on

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and what cannot be said."""
        return self.fitted.notes

    @property
    def properties(self) -> tuple[str, ...]:
        """What was learnt."""
        return tuple(self.fitted.learnt)

    def foretell(self, points: Points, name: str) -> Foretold:
        """As the model foretells, with what lies outside its training."""
        return self.fitted.foretell(points, name)

    def known(self, name: str) -> Known | None:
        """The polymers that it was trained on, where it has kept them."""
        learnt = self.fitted.learnt[name]
        return Known(learnt.polymers, learnt.fingerprints)

    def outside(self, points: Points, name: str) -> list[tuple[str, ...]]:
        """Features beyond the range of the training rows, by name."""
        fitted, learnt = self.fitted, self.fitted.learnt[name]
        glass = fitted.glass.of(points.polymers) if fitted.glass is not None and learnt.with_glass else None
        given = structured_points(name, points, fitted.chemistry, glass)
        features = given.matrix
        names = given.columns or tuple(f"substructure or composition {i}" for i in range(features.shape[1]))
        with np.errstate(invalid="ignore"):  # what is not known (NaN) is not outside
            return _names((features < learnt.lowest) | (features > learnt.highest), names)

    def of_polymers(self, polymers: Sequence[Polymer], name: str) -> np.ndarray:
        """What a student needs of each polymer beside its chemistry."""
        fitted, learnt = self.fitted, self.fitted.learnt[name]
        known = np.isin([polymer_group(polymer) for polymer in polymers], learnt.polymers)
        columns = [known.astype(float), nearest(polymer_fingerprints(polymers), learnt.fingerprints)[1]]
        if fitted.glass is not None and learnt.with_glass:
            glass = fitted.glass.of(polymers)
            columns += [glass.mean_C, glass.spread_K]
        return np.stack(columns, axis=1)


@dataclass(frozen=True)
class ProcessJudge:
    """A `Judge` of an exact process over films, `models.gaussian_process` or one built on it.

    The standard deviation is that of a new film with the scatter of its readings: what the process learnt of both is
    added to that of the formulation's true value.
    """

    fitted: "FittedGaussianProcess"
    name: str

    @property
    def trained_on(self) -> str:
        """Hash of the films."""
        return self.fitted.trained_on

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and what cannot be said."""
        return (
            f"{self.name} keeps the features of its films and not their polymers: "
            "which known polymer is nearest cannot be told",
        )

    @property
    def properties(self) -> tuple[str, ...]:
        """What was learnt."""
        return tuple(self.fitted.learnt)

    def foretell(self, points: Points, name: str) -> Foretold:
        """As the model foretells, with what lies outside its training."""
        count = len(points)
        mean, sd, outside = np.empty(count), np.empty(count), np.empty(count, dtype=int)
        for start in range(0, count, _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, count))
            part = points.take(rows)
            mean[rows], sd[rows] = self._told(part, name)
            outside[rows] = self._beyond(part, name).sum(axis=1)
        return Foretold(mean, sd, np.zeros(count, dtype=bool), outside)

    def known(self, name: str) -> Known | None:
        """The polymers that it was trained on, where it has kept them."""
        return None

    def outside(self, points: Points, name: str) -> list[tuple[str, ...]]:
        """Features beyond the range of the training rows, by name."""
        from models.features import NAMES

        return _names(self._beyond(points, name), (*NAMES, *self.fitted.process, "temperature"))

    def _beyond(self, points: Points, name: str) -> np.ndarray:
        """`n x d`: which features lie beyond the range of the films, and at the end the temperature."""
        from models.film_process import reduced_temperature

        films, taus = self.fitted.learnt[name].data.features.numpy(), self.fitted.learnt[name].data.tau.numpy()
        made, place = _formulations(points)
        given = np.array([reduced_temperature(None if np.isnan(t) else float(t)) for t in points.temperature_C])
        columns = np.concatenate([self.fitted.features(made)[place], given[:, None]], axis=1)
        low, high = (np.r_[end(films, axis=0), end(taus)] for end in (np.min, np.max))
        return (columns < low - 1e-6) | (columns > high + 1e-6)  # scaling makes the last digit another

    def of_polymers(self, polymers: Sequence[Polymer], name: str) -> np.ndarray:
        """What a student needs of each polymer beside its chemistry."""
        return np.empty((len(polymers), 0))

    def _told(self, points: Points, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation, one posterior for each temperature."""
        made, place = _formulations(points)
        mean, sd = np.empty(len(points)), np.empty(len(points))
        extra = self.fitted.learnt[name].extra_sd
        for temperature in np.unique(points.temperature_C):
            own = points.temperature_C == temperature if not np.isnan(temperature) else np.isnan(points.temperature_C)
            asked, where = np.unique(place[own], return_inverse=True)
            condition = Condition(name, None if np.isnan(temperature) else float(temperature))
            told = self.fitted.posterior([made[int(i)] for i in asked], [condition])
            mean[own] = told.mean[where, 0]
            sd[own] = np.sqrt(told.sd[where, 0] ** 2 + told.film_sd[0] ** 2 + extra**2)
        return mean, sd


def _formulations(points: Points) -> tuple[list[Formulation], np.ndarray]:
    """The distinct formulations of n points, and `n` places among them."""
    columns = np.stack([points.polymer, points.salt, points.mixture, points.molality_mol_kg], axis=1)
    distinct, place = np.unique(columns, axis=0, return_inverse=True)
    made = []
    for polymer, salt, mixture, molality in distinct:
        additives, fillers = points.mixtures[int(mixture)]
        made.append(
            Formulation(
                polymer=points.polymers[int(polymer)],
                salt=None if salt < 0 else points.salts[int(salt)],
                salt_molality_mol_kg=float(molality),
                additives=additives,
                fillers=fillers,
            )
        )
    return made, place.ravel()


def _names(beyond: np.ndarray, names: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(names[int(column)] for column in np.flatnonzero(row)) for row in beyond]

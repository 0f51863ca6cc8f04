"""A kinship process that has learnt: fit, predictions in chunks, and weights as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from models.few_readings import few_of_each_group
from models.film_data import FilmData
from models.film_process import one_thread, reduced_temperatures
from models.kinship.conditioned import Conditioned, exact, sparse
from models.kinship.inputs import Inputs, Kinship, columns_of, glass_place, groups_of, inputs_of
from models.kinship.method import TanimotoProcess
from models.kinship.process import KinshipProcess
from models.networks.method import load_weights
from models.networks.readings import Columns
from models.regressors import OtherWeights
from models.structured_points import StructuredPoints

VERSION = 1
"""Of what saved weights mean; another is refused."""
_AT_ONCE = 512
"""Points whose covariances with the readings are in memory at once."""
_EVERYTHING = slice(None)


@dataclass(frozen=True)
class LearntKinship:
    """A `models.structured_points.StructureLearnt`.

    Attributes:
        process: hyperparameters.
        inputs: of the films that were learnt from.
        data: their readings, standardised.
        columns: centres and scales of the columns.
        centre, scale: of the target.
        support: readings that the posterior rests on at most; None for an exact one.
        conditioned: the process after its readings (`models.kinship.conditioned`).
    """

    kind: ClassVar[str] = "tanimoto_process"

    process: KinshipProcess
    inputs: Inputs
    data: FilmData
    columns: Columns
    centre: float
    scale: float
    support: int | None
    conditioned: Conditioned

    @torch.no_grad()
    def foretell(self, points: StructuredPoints) -> tuple[np.ndarray, np.ndarray]:
        """`n` means and standard deviations of a new reading: film effect, scatter and stated noise in the bargain."""
        mean, variance = self.formulation(points)
        log = self.process.log
        noise = log["film_sd"].exp() ** 2 + log["extra_sd"].exp() ** 2 + self.data.variance.median()
        return mean, np.sqrt(variance + self.scale**2 * float(noise))

    @torch.no_grad()
    def formulation(self, points: StructuredPoints) -> tuple[np.ndarray, np.ndarray]:
        """`n` means and variances of the formulations' own values, without the effect of a film and without noise."""
        mean, variance = np.empty(len(points)), np.empty(len(points))
        if not len(points):
            return mean, variance
        with one_thread():
            inputs, tau = inputs_of(points, self.columns), reduced_temperatures(points.points.temperature_C)
            films, film = np.unique(self.data.film[self.conditioned.rows].numpy(), return_inverse=True)
            known = self.inputs.take(films)
            kinship, place = Kinship.of(inputs, known), torch.from_numpy(film.ravel())
            for start in range(0, len(points), _AT_ONCE):
                rows = slice(start, start + _AT_ONCE)
                over_films = self.process.over_features(self.process.apart(kinship, inputs, rows, known))
                own, there = tau[rows], self.data.tau[self.conditioned.rows]
                cross = over_films[:, place] * self.process.over_temperature(own, there)
                told = self.process.mean_for(inputs.columns[rows], own) + cross @ self.conditioned.weights
                explained = (cross @ self.conditioned.root.T).square().sum(dim=1)
                mean[rows] = self.centre + self.scale * told.numpy()
                variance[rows] = self.scale**2 * (self.process.variance_at(own) - explained).clamp_min(0.0).numpy()
        return mean, variance

    def arrays(self) -> dict[str, np.ndarray]:
        """Hyperparameters, and the readings that the posterior is worked out from again."""
        return {
            **{f"process/{name}": value.numpy() for name, value in self.process.state_dict().items()},
            **{f"inputs/{name}": value for name, value in self.inputs.arrays().items()},
            **{f"data/{name}": value.numpy() for name, value in self.data.tensors().items() if name != "features"},
            **self.columns.arrays(),
        }

    def configuration(self) -> dict[str, Any]:
        """Columns, the target's scale and whether the posterior is exact, with what tells another version."""
        return {
            "version": VERSION,
            "columns": list(self.columns.names),
            **{name: getattr(self, name) for name in _TOLD},
        }

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], configuration: Mapping[str, Any]) -> "LearntKinship":
        """From the arrays and the configuration of another; raises `OtherWeights` for those of another version."""
        if configuration.get("version") != VERSION:
            raise OtherWeights("a kinship process was saved by another version; fit the surrogate again")
        columns = Columns.restored(configuration["columns"], arrays)
        process = _process(columns, 1.0, 1.0)
        load_weights(process, arrays, "process/")
        inputs = Inputs.of(_below(arrays, "inputs/"))
        data = {name: torch.from_numpy(np.array(array)) for name, array in _below(arrays, "data/").items()}
        return _conditioned(
            process,
            inputs,
            FilmData(features=inputs.columns, **data),
            columns,
            *(configuration[name] for name in _TOLD),
        )


_TOLD = ("centre", "scale", "support")


def learnt_kinship(
    method: TanimotoProcess, points: StructuredPoints, target: np.ndarray, weight: np.ndarray, groups: np.ndarray
) -> LearntKinship:
    """Learn from `n` points, targets, weights and polymers."""
    columns = columns_of(points)
    centre, scale = float(target.mean()), float(target.std()) or 1.0
    stated = points.sd / scale
    _, first, film = np.unique(points.film, return_index=True, return_inverse=True)
    data = FilmData(
        features=torch.empty(0),
        film=torch.from_numpy(film.ravel()),
        tau=reduced_temperatures(points.points.temperature_C),
        value=torch.from_numpy((target - centre) / scale),
        variance=torch.from_numpy(stated**2 * weight.mean() / weight),
    )
    few = few_of_each_group(
        data.film.numpy(), groups, method.learn_films, method.learn_temperatures, method.learn_readings, method.seed
    )
    process = _process(columns, method.film_sd, method.extra_sd)
    with one_thread():
        inputs = inputs_of(points, columns).take(first)
        some, own = _some(data, inputs, few)
        process.learn(some, among(process, own))
    every = replace(data, features=inputs.columns)
    support = method.support if len(points) > method.exact_readings else None
    return _conditioned(process, inputs, every, columns, centre, scale, support)


@torch.no_grad()
def among(process: KinshipProcess, inputs: Inputs) -> torch.Tensor:
    """Distances of formulations from one another, `g x f x f`."""
    return process.apart(Kinship.of(inputs, inputs), inputs, _EVERYTHING, inputs)


def _conditioned(
    process: KinshipProcess,
    inputs: Inputs,
    data: FilmData,
    columns: Columns,
    centre: float,
    scale: float,
    support: int | None,
) -> LearntKinship:
    """The posterior of all readings, exact or through some of them; the covariance of films is made part by part."""
    kinship = Kinship.of(inputs, inputs)

    def part(rows: slice) -> torch.Tensor:
        return process.over_features(process.apart(kinship, inputs, rows, inputs))

    with one_thread(), torch.no_grad():
        if support is None:
            parts = [part(slice(start, start + _AT_ONCE)) for start in range(0, len(inputs), _AT_ONCE)]
            found = exact(process, data, torch.cat(parts))
        else:
            found = sparse(process, data, lambda film: part(slice(film, film + 1))[0], support)
    return LearntKinship(process, inputs, data, columns, centre, scale, support, found)


def _process(columns: Columns, film_sd: float, extra_sd: float) -> KinshipProcess:
    return KinshipProcess(groups_of(columns), film_sd, extra_sd, glass_place(columns))


def _some(data: FilmData, inputs: Inputs, rows: np.ndarray) -> tuple[FilmData, Inputs]:
    """Some readings, with the films that they are of."""
    films, film = np.unique(data.film.numpy()[rows], return_inverse=True)
    own = inputs.take(films)
    parts = (part[torch.from_numpy(rows)] for part in (data.tau, data.value, data.variance))
    return FilmData(own.columns, torch.from_numpy(film.ravel()), *parts), own


def _below(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}

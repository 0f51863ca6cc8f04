"""Transfer learning: an exact Gaussian process on the embedding of a graph network that never saw a reading.

The embedding of a polymer (the mean over its repeat units by mole fraction) stands in one group of features, salt,
loading, mixture and glass transition in others, and the process over films is the one that campaigns use
(`models.film_process`): product kernel over the groups, its own kernel over temperature, an offset for each film.
Hyperparameters are learnt from a few films of many polymers, the posterior rests on more readings.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from models.column_groups import marked, places
from models.composition import GLASS_NAMES, LOADING_NAMES, MIXTURE_NAMES, SALT_NAMES
from models.few_readings import few_films, rank_in_group
from models.film_data import FilmData
from models.film_process import FilmProcess, one_thread, reduced_temperatures
from models.formulation_model import LearntProperty
from models.networks.method import VERSION, alphabet_of, encoder_settings, load_weights
from models.networks.pretraining import DescriptorNetwork, Embedder, embedder
from models.networks.readings import Columns
from models.networks.transfer import Transfer
from models.regressors import OtherWeights
from models.structured_points import StructuredPoints

FILM_SD, EXTRA_SD = 0.25, 0.1
"""Prior medians of a film's effect and of the scatter about it, in standard deviations of the target: those of
published cells of many laboratories, which are wider than those of one robot (`models.gaussian_process`)."""
READING_SD = 0.05
"""Of a reading of mean trust, in standard deviations of the target; the process learns what is beyond it."""
_GROUPS = {"salt": SALT_NAMES, "loading": LOADING_NAMES, "mixture": MIXTURE_NAMES, "glass": (GLASS_NAMES[0],)}
_TEMPERATURES = 3
_AT_ONCE = 512


@dataclass(frozen=True)
class Features:
    """Embedding and columns of points, in groups for the kernel."""

    embedder: Embedder
    columns: Columns

    def groups(self) -> dict[str, tuple[int, ...]]:
        """Columns of each group that has any."""
        size = len(self.embedder.centre)
        return {"polymer": tuple(range(size)), **places(self.columns.names, _GROUPS, after=size)}

    def matrix(self, points: StructuredPoints) -> Tensor:
        """`n x d` in double precision; each column is followed by a mark that says whether it is unknown."""
        polymers = points.points.polymers
        units = list(dict.fromkeys(unit.smiles for polymer in polymers for unit in polymer.units))
        vectors = dict(zip(units, self.embedder.of(units), strict=True))
        own = [
            sum(f * vectors[u.smiles] for f, u in zip(p.fractions, p.units, strict=True)) + np.zeros(1)
            for p in polymers
        ]
        return torch.cat([torch.from_numpy(np.array(own)[points.points.polymer]), marked(self.columns, points)], dim=1)


@dataclass(frozen=True)
class LearntTransfer:
    """What was learnt: a `models.structured_points.StructureLearnt`."""

    kind: ClassVar[str] = "transfer"

    features: Features
    process: LearntProperty

    @torch.no_grad()
    def foretell(self, points: StructuredPoints) -> tuple[np.ndarray, np.ndarray]:
        """`n` means and standard deviations of a new reading, film effect and scatter in the bargain."""
        with one_thread():
            rows, tau = self.features.matrix(points), reduced_temperatures(points.points.temperature_C)
            parts = [self._part(rows[i : i + _AT_ONCE], tau[i : i + _AT_ONCE]) for i in range(0, len(rows), _AT_ONCE)]
        if not parts:
            return np.empty(0), np.empty(0)
        mean, variance = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
        learnt = self.process
        noise = learnt.film_sd**2 + learnt.extra_sd**2
        return learnt.centre + learnt.scale * mean, np.sqrt(learnt.scale**2 * np.maximum(variance, 0.0) + noise)

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights of the graph network, hyperparameters, and the readings that the posterior rests on."""
        made = self.features.embedder
        weights = {f"network/{name}": value.numpy() for name, value in made.network.state_dict().items()}
        weights |= {f"process/{name}": value.numpy() for name, value in self.process.process.state_dict().items()}
        weights |= {f"data/{name}": value.numpy() for name, value in self.process.data.tensors().items()}
        scale = {"embedding/centre": made.centre, "embedding/scale": made.scale}
        return {**weights, **scale, **self.features.columns.arrays()}

    def configuration(self) -> dict[str, Any]:
        """Sizes and columns, with what tells another version."""
        made, settings = self.features.embedder, self.features.embedder.network.encoder.settings
        return {
            "version": VERSION,
            "reads": alphabet_of(settings),
            "encoder": asdict(settings),
            "descriptors": made.network.last.out_features,
            "explained": made.explained,
            "columns": list(self.features.columns.names),
            "centre": self.process.centre,
            "scale": self.process.scale,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], configuration: Mapping[str, Any]) -> "LearntTransfer":
        """From the arrays and the configuration of another; raises `OtherWeights` for those of another version."""
        encoder = encoder_settings(configuration)
        if encoder is None:
            raise OtherWeights("a transfer surrogate was saved without its graph network")
        network = DescriptorNetwork(encoder, configuration["descriptors"])
        load_weights(network, arrays, "network/")
        scale = (arrays["embedding/centre"], arrays["embedding/scale"])
        columns = Columns.restored(configuration["columns"], arrays)
        features = Features(Embedder(network.eval(), *scale, configuration["explained"]), columns)
        process = FilmProcess(features.groups(), FILM_SD, EXTRA_SD)
        load_weights(process, arrays, "process/")
        data = FilmData(**{name: torch.from_numpy(np.array(arrays[f"data/{name}"])) for name in _DATA})
        with one_thread():
            return cls(features, LearntProperty(process, data, configuration["centre"], configuration["scale"]))

    def _part(self, rows: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the formulation's value, standardised (Rasmussen & Williams 2006, algorithm 2.1)."""
        learnt, process, data = self.process, self.process.process, self.process.data
        over_films = process.over_features(process.distances(rows, data.features))[:, data.film]
        cross = over_films * process.over_temperature(tau, data.tau)
        solved = torch.linalg.solve_triangular(learnt.factor, cross.T, upper=False)
        mean = process.mean_at(tau) + (solved.T @ learnt.white).flatten()
        return mean, process.variance_at(tau) - (solved**2).sum(dim=0)


_DATA = ("features", "film", "tau", "value", "variance")


def learnt_transfer(
    method: Transfer, points: StructuredPoints, target: np.ndarray, weight: np.ndarray, groups: np.ndarray
) -> LearntTransfer:
    """Learn from `n` points, targets, weights and polymers."""
    random = np.random.default_rng(method.seed)
    order = random.permutation(len(points))
    rank = rank_in_group(groups[order])
    # The readings of rarely measured polymers come first, so that a bound leaves out those of which there are many.
    chosen = order[np.argsort(rank, kind="stable")][: int((rank < method.rows_of_a_polymer).sum())]
    chosen = chosen[: method.most_readings]
    wanted = {name for names in _GROUPS.values() for name in names}
    columns = Columns.of(points, "chemical", "plain").only(wanted)
    features = Features(embedder(method.encoder, method.pretraining, method.unlabelled), columns)
    centre, scale = float(target.mean()), float(target.std()) or 1.0
    with one_thread(), torch.no_grad():
        matrix, tau = features.matrix(points), reduced_temperatures(points.points.temperature_C)

    def data(rows: np.ndarray) -> FilmData:
        _, first, film = np.unique(points.film[rows], return_index=True, return_inverse=True)
        return FilmData(
            features=matrix[rows[first]],
            film=torch.from_numpy(film.ravel()),
            tau=tau[rows],
            value=torch.from_numpy((target[rows] - centre) / scale),
            variance=torch.from_numpy(READING_SD**2 * weight.mean() / weight[rows]),
        )

    process = FilmProcess(features.groups(), FILM_SD, EXTRA_SD)
    with one_thread():
        process.learn(data(chosen[few_films(points.film[chosen], method.learn_films, _TEMPERATURES)]))
        return LearntTransfer(features, LearntProperty(process, data(chosen), centre, scale))

"""The Gaussian process surrogate: films in, a posterior over formulations and temperatures out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from chemistry.errors import BadInput, IonloopError
from chemistry.formulation import Formulation
from ledger.film import Film, Reading, Source
from models.features import NAMES, feature_matrix, groups, process_of
from models.film_choice import even, thinned, without_theory
from models.film_content import film_content, film_key, training_hash
from models.film_data import SHIFT_SD, FilmData, moved_since
from models.film_process import FilmProcess, one_thread, reduced_temperature
from models.foretelling import foretold, left_out_scores
from models.formulation_model import FormulationModel, LearntProperty
from models.out_of_sample import ForetoldReading
from models.process_features import told_apart_here
from models.protocols import Condition, Posterior
from models.teaching import Teaching, teaching
from models.weights_hash import HASH, refuse_other_weights, weights_hash

FILM_SD = 0.10
"""Prior median of the film effect in decades. The tenth best of groups of nominally identical cells scatters by 0.11
(repeated conditions in the table of Bradford et al., ACS Cent. Sci. 2023, 9, 206); cells made by one robot are such."""
EXTRA_SD = 0.02
"""Prior median, in decades, of what readings scatter beyond their stated standard deviation."""
_FORMAT = 1


class UnusableWeights(IonloopError):
    """A saved surrogate that this version cannot load."""


class GaussianProcess:
    """A surrogate of every property that films carry; one exact process for each (see `models.film_process`).

    Hyperparameters are learnt from at most `learn_films` films at `learn_temperatures` temperatures each; all readings
    then decide the posterior. The fit is a pure function of what the films hold: neither their order nor their names
    nor an earlier fit plays a part. Where a property was measured, here or elsewhere, what theory says of it is left
    aside (`models.multi_fidelity` learns its bias).
    """

    name = "gaussian_process"

    def __init__(self, learn_films: int = 64, learn_temperatures: int = 3, most_readings: int = 2400) -> None:
        """`most_readings` bounds memory and time, which grow with its square and cube."""
        self.learn_films, self.learn_temperatures, self.most_readings = learn_films, learn_temperatures, most_readings

    def fit(self, films: Sequence[Film]) -> "FittedGaussianProcess":
        """Learn from films; raises `BadInput` where none has a reading."""
        ordered = sorted(films, key=film_content)
        properties = sorted({reading.property for film in ordered for reading in film.readings if not reading.derived})
        if not properties:
            raise BadInput("no film has a reading to learn from", remedy="Measure first, or import literature data")
        keys = [film_key(film) for film in ordered]
        with one_thread():
            process = told_apart_here(ordered)
            features = torch.from_numpy(feature_matrix([film.formulation for film in ordered], process))
            kinds = groups((*NAMES, *process))
            learnt = {name: self._learn(name, ordered, keys, features, kinds) for name in properties}
        return FittedGaussianProcess(learnt, training_hash(films), process)

    def _learn(
        self,
        name: str,
        films: list[Film],
        keys: list[str],
        features: torch.Tensor,
        kinds: dict[str, tuple[int, ...]],
    ) -> LearntProperty:
        rows = _readings(name, films, self.most_readings)
        by_film: dict[int, list[float]] = {}
        for place, reading in rows:
            by_film.setdefault(place, []).append(reading.value)
        means = np.array([np.mean(values) for values in by_film.values()])
        centre, scale = float(means.mean()), max(float(means.std()), 0.3 if name.startswith("log10") else 1e-3)
        unit = 1.0 if name.startswith("log10") else scale
        process = FilmProcess(kinds, FILM_SD * unit / scale, EXTRA_SD * unit / scale)
        shift_sd = SHIFT_SD * unit / scale
        few = thinned(rows, self.learn_films, self.learn_temperatures)
        process.learn(_data(few, features, centre, scale, shift_sd))
        films_read = tuple(keys[place] for place in sorted(by_film))
        return LearntProperty(process, _data(rows, features, centre, scale, shift_sd), centre, scale, films_read)


@dataclass(frozen=True)
class FittedGaussianProcess:
    """A Gaussian process that has learnt: a `models.protocols.Fitted` and `JointModel`."""

    learnt: dict[str, LearntProperty]
    trained_on: str
    """`training_hash` of the films."""
    process: tuple[str, ...]
    """Columns of the process that stand after `models.features.NAMES`: those in which its films differ."""

    def posterior(self, formulations: Sequence[Formulation], conditions: Sequence[Condition]) -> Posterior:
        """Mean and standard deviation of each formulation's true value; `KeyError` for a property it never saw."""
        with one_thread():
            rows = torch.from_numpy(self.features(formulations))
            parts = [
                self.learnt[c.property].at(reduced_temperature(c.temperature_C)).marginal(rows) for c in conditions
            ]
        return Posterior(
            mean=np.stack([mean.numpy() for mean, _ in parts], axis=1),
            sd=np.stack([sd.numpy() for _, sd in parts], axis=1),
            film_sd=np.array([self.learnt[condition.property].film_sd for condition in conditions]),
        )

    def botorch_model(self, conditions: Sequence[Condition]) -> FormulationModel:
        """A BoTorch model over formulation features, one output for each condition."""
        with one_thread():
            return FormulationModel(
                [self.learnt[c.property].at(reduced_temperature(c.temperature_C)) for c in conditions]
            )

    def features(self, formulations: Sequence[Formulation]) -> np.ndarray:
        """`n x d` inputs of `botorch_model`."""
        return feature_matrix(formulations, self.process)

    def teaching(
        self, asked: Condition, of: np.ndarray, told: Condition, fidelity: str, rows: np.ndarray, sd: float
    ) -> Teaching:
        """What a reading of each of `x x d` features would teach of each of `a x d`; `sd` is what it would state.

        `KeyError` for a property, or a fidelity of it, that nothing was learnt from; `ValueError` for two properties.
        """
        if asked.property != told.property:
            raise ValueError(f"{told.property} is taken to say nothing of {asked.property}")
        place, taus = self._place_of(asked.property, fidelity), (asked.temperature_C, told.temperature_C)
        with one_thread():
            return teaching(
                self.learnt[asked.property],
                (reduced_temperature(taus[0]), reduced_temperature(taus[1])),
                place,
                torch.from_numpy(rows),
                torch.from_numpy(of),
                sd,
            )

    def _place_of(self, name: str, fidelity: str) -> int:
        """Place of a fidelity among those that a property was learnt from."""
        return {Source.MEASURED.value: 0}[fidelity]

    def diagnostics(self) -> dict[str, dict[str, float]]:
        """How well each property is foretold for a film that was left out, film effect and noise in the bargain.

        For each property: `films`, `readings`, `rmse` and `film_sd` in its unit, `log_score` (mean log density of a
        reading, higher is better) and `coverage_90` (share of readings inside their 90 % interval).
        """
        with one_thread():
            return {name: left_out_scores(learnt) for name, learnt in self.learnt.items()}

    def foretold(self, films: Sequence[Film]) -> list[ForetoldReading]:
        """The readings of films as foretold; one that was learnt from is left out first."""
        with one_thread():
            return foretold(self.learnt, films, self.features)

    def save(self, folder: Path) -> None:
        """Write `weights.pt` (tensors only) and `configuration.json` into a folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {}
        for name, learnt in self.learnt.items():
            tensors |= {f"{name}/process/{key}": value for key, value in learnt.process.state_dict().items()}
            tensors |= {f"{name}/data/{key}": value for key, value in learnt.data.tensors().items()}
        torch.save(tensors, folder / "weights.pt")
        configuration = {
            "surrogate": GaussianProcess.name,
            "format": _FORMAT,
            HASH: weights_hash(folder / "weights.pt"),
            "features": (*NAMES, *self.process),
            "trained_on": self.trained_on,
            "properties": {
                n: {"centre": learnt.centre, "scale": learnt.scale, "films": learnt.films}
                for n, learnt in self.learnt.items()
            },
        }
        (folder / "configuration.json").write_text(json.dumps(configuration, indent=1), encoding="utf-8")


def load(folder: Path) -> FittedGaussianProcess:
    """The surrogate that `save` wrote, with the same posterior to the last bit; `UnusableWeights` for another's."""
    configuration = json.loads((folder / "configuration.json").read_text(encoding="utf-8"))
    columns = process_of(configuration.get("features", ()))
    if configuration.get("format") != _FORMAT or columns is None:
        raise UnusableWeights(
            f"the surrogate in {folder} was saved by another version, with other features; fit it again from the ledger"
        )
    refuse_other_weights(configuration, folder / "weights.pt")
    tensors = torch.load(folder / "weights.pt", weights_only=True)
    learnt = {}
    with one_thread():
        for name, numbers in configuration["properties"].items():
            process = FilmProcess(groups((*NAMES, *columns)), FILM_SD, EXTRA_SD)
            process.load_state_dict(below(tensors, f"{name}/process/"))
            learnt[name] = LearntProperty(process, FilmData(**below(tensors, f"{name}/data/")), **numbers)
    return FittedGaussianProcess(learnt, configuration["trained_on"], columns)


def _readings(name: str, films: list[Film], most: int) -> list[tuple[int, Reading]]:
    """Readings of one property with the place of their film; measured films first where there are too many.

    Where some are experiments, those of theory are left out. Of literature films beyond the bound an even share is left
    out, by their order of content.
    """
    observed: dict[int, list[tuple[int, Reading]]] = {}
    for place, reading in without_theory(
        [(place, r) for place, film in enumerate(films) for r in film.readings if r.property == name and not r.derived]
    ):
        observed.setdefault(place, []).append((place, reading))
    measured, other = [], []
    for rows in observed.values():
        own = sorted(rows, key=lambda row: (row[1].temperature_C or 0.0, row[1].value))
        ours = any(reading.source == Source.MEASURED for _, reading in own)
        (measured if ours else other).append(own)
    kept = [*even(measured, most)]
    kept += even(other, most - sum(map(len, kept)))
    return [row for film in kept for row in film]


def _data(
    rows: list[tuple[int, Reading]], features: torch.Tensor, centre: float, scale: float, shift_sd: float
) -> FilmData:
    films = sorted({place for place, _ in rows})
    position = {place: row for row, place in enumerate(films)}

    def column(numbers: list[float]) -> torch.Tensor:
        return torch.tensor(numbers, dtype=torch.double)

    return FilmData(
        features=features[films],
        film=torch.tensor([position[place] for place, _ in rows]),
        tau=column([reduced_temperature(reading.temperature_C) for _, reading in rows]),
        value=(column([reading.value for _, reading in rows]) - centre) / scale,
        variance=column([reading.sd**2 / reading.trust for _, reading in rows]) / scale**2,
        moved=moved_since([reading for _, reading in rows], shift_sd),
    )


def below(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose names begin so, by the rest of their names."""
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}

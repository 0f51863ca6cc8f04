"""The multi-fidelity surrogate: films with readings from any source in, what experiment would give out.

Experiments here, published ones, simulations and quantum chemistry are learnt together (`models.fidelity_kernels`). The
posterior is that of the highest fidelity which the films hold: experiment here, else published, else theory. It is
exact up to `most_readings`; beyond that the lowest fidelity is thinned first, and in each those films last whose
polymers were read by the highest too. Nothing is approximated by inducing points.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from chemistry.errors import BadInput
from ledger.film import THEORY, Film
from models.features import NAMES, groups, process_of
from models.fidelity import FIDELITIES, of_theory
from models.fidelity_kernels import FidelityData, FidelityProcess, SourcePrior
from models.fidelity_rows import SourceFilms, Unit, fidelity_data, film_means, films_by_source, places_of
from models.film_choice import FilmRows
from models.film_content import film_content, film_key, training_hash
from models.film_process import one_thread
from models.foretelling import foretold, left_out_scores
from models.formulation_model import LearntProperty
from models.gaussian_process import EXTRA_SD, FILM_SD, FittedGaussianProcess, UnusableWeights, below
from models.out_of_sample import ForetoldReading
from models.process_features import told_apart_here
from models.weights_hash import HASH, refuse_other_weights, weights_hash

OTHERS_FILM_SD, OTHERS_EXTRA_SD = 0.25, 0.1
"""Prior medians, in decades, of the effect of a film (a cell elsewhere, a trajectory) and of scatter beyond what is
stated, for every fidelity but experiments here. The median of published groups of identical cells scatters by .43."""
LEAST_GAIN_nats = 2.0
"""What the experiments must gain in log density by a fidelity that is taken in: odds of seven to one (Kass and Raftery,
J. Am. Stat. Assoc. 1995, 90, 773). On made-up cases of 2 to 16 measured films, noise that says that it is theory gained
more than that in one or two of 96, theory with a smooth bias in half of those with two films and nearly all others."""
_FEW = 4
"""Films whose spread says nothing."""
_FORMAT = 1


@dataclass(frozen=True)
class MultiFidelity:
    """A `models.protocols.Surrogate` of every property that films carry.

    The fit is a pure function of what the films hold, as is that of `models.gaussian_process.GaussianProcess`.

    Attributes:
        learn_films: films of each fidelity that hyperparameters are learnt from.
        learn_temperatures: readings of each of these.
        most_readings: bounds memory and time, which grow with its square and cube.
    """

    name = "multi_fidelity"

    learn_films: int = 64
    learn_temperatures: int = 3
    most_readings: int = 3000

    def fit(self, films: Sequence[Film]) -> "FittedMultiFidelity":
        """Learn from films; raises `BadInput` where none has a reading."""
        ordered = sorted(films, key=film_content)
        properties = sorted({reading.property for film in ordered for reading in film.readings if not reading.derived})
        if not properties:
            raise BadInput("no film has a reading to learn from", remedy="Measure first, or import literature data")
        with one_thread():
            columns = told_apart_here(ordered)
            chosen = {name: self._learn(name, ordered, films_by_source(name, ordered), columns) for name in properties}
        return FittedMultiFidelity(
            {name: one.learnt for name, one in chosen.items()},
            training_hash(films),
            columns,
            {name: one.sources for name, one in chosen.items()},
            {name: one.aside for name, one in chosen.items() if one.aside},
        )

    def _learn(
        self, name: str, films: list[Film], by_source: dict[str, SourceFilms], columns: tuple[str, ...]
    ) -> "_Chosen":
        """The process of those fidelities that make the experiments far more probable; each is tried in turn."""
        first, *others = by_source
        unit = Unit.of(name, by_source[first].every)
        few = {s: own.thinned(self.learn_films, self.learn_temperatures) for s, own in by_source.items()}

        def tried(chosen: Sequence[str]) -> tuple[FidelityProcess, float]:
            process = _process(unit, [by_source[source].every for source in chosen], first, columns)
            data = fidelity_data([few[source] for source in chosen], films, unit, columns)
            process.learn(data)
            return process, process.evidence(data)

        chosen = [first]
        process, evidence = tried(chosen)
        for source in others:
            wider, more = tried([*chosen, source])
            if more > evidence + LEAST_GAIN_nats:
                process, evidence, chosen = wider, more, [*chosen, source]
        kept: list[FilmRows] = []
        for source in chosen:
            kept.append(by_source[source].at_most(self.most_readings - sum(map(len, kept))))
        keys = [_key(films[place], chosen[s]) for s, place in places_of(kept)]
        learnt = LearntProperty(process, fidelity_data(kept, films, unit, columns), unit.centre, unit.scale, keys)
        return _Chosen(learnt, tuple(chosen), tuple(source for source in others if source not in chosen))


@dataclass(frozen=True)
class _Chosen:
    """What was learnt of a property, the fidelities that it rests on, and those that were left aside."""

    learnt: LearntProperty
    sources: tuple[str, ...]
    aside: tuple[str, ...]


@dataclass(frozen=True)
class FittedMultiFidelity(FittedGaussianProcess):
    """A process over fidelities that has learnt: a `models.protocols.Fitted` and `JointModel` of experiments."""

    sources: dict[str, tuple[str, ...]]
    """The fidelities that each property was learnt from, the one that is foretold first."""
    aside: dict[str, tuple[str, ...]]
    """Those that were left aside, because the experiments are hardly more probable with them than without."""

    def agreement(self, name: str) -> dict[str, float]:
        """ρ of each other fidelity: how far it goes with what is foretold, from 0 to 1."""
        process = self.learnt[name].process
        if not isinstance(process, FidelityProcess):
            raise TypeError(f"{name} was learnt by a process of one fidelity")
        return dict(zip(self.sources[name][1:], process.correlation().tolist()[1:], strict=True))

    def _place_of(self, name: str, fidelity: str) -> int:
        return {source: place for place, source in enumerate(self.sources[name])}[fidelity]

    def diagnostics(self) -> dict[str, dict[str, float]]:
        """How well the readings of each left-out film are foretold, those of the highest fidelity alone."""
        with one_thread():
            told = {}
            for name, learnt in self.learnt.items():
                told[name] = left_out_scores(learnt, _source(learnt) == 0)
                told[name] |= {f"agreement_{source}": rho for source, rho in self.agreement(name).items()}
            return told

    def foretold(self, films: Sequence[Film]) -> list[ForetoldReading]:
        """The experiments on films as foretold; one that was learnt from is left out first, what theory says is not."""
        with one_thread():
            read = [experiments for film in films if (experiments := _experiments(film))]
            return foretold(self.learnt, read, self.features)

    def save(self, folder: Path) -> None:
        """Write `weights.npz` (arrays only) and `configuration.json` into a folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, np.ndarray] = {}
        for name, learnt in self.learnt.items():
            arrays |= {f"{name}/process/{key}": value.numpy() for key, value in learnt.process.state_dict().items()}
            arrays |= {f"{name}/data/{key}": value.numpy() for key, value in learnt.data.tensors().items()}
        np.savez_compressed(folder / "weights.npz", allow_pickle=False, **arrays)  # pyright: ignore[reportArgumentType]
        configuration = {
            "surrogate": MultiFidelity.name,
            "format": _FORMAT,
            HASH: weights_hash(folder / "weights.npz"),
            "features": (*NAMES, *self.process),
            "trained_on": self.trained_on,
            "aside": self.aside,
            "properties": {
                name: {
                    "centre": learnt.centre,
                    "scale": learnt.scale,
                    "films": learnt.films,
                    "sources": self.sources[name],
                }
                for name, learnt in self.learnt.items()
            },
        }
        (folder / "configuration.json").write_text(json.dumps(configuration, indent=1), encoding="utf-8")


def load(folder: Path) -> FittedMultiFidelity:
    """The surrogate that `save` wrote, with the same posterior; `UnusableWeights` for another's."""
    configuration = json.loads((folder / "configuration.json").read_text(encoding="utf-8"))
    columns = process_of(configuration.get("features", ()))
    if configuration.get("format") != _FORMAT or columns is None:
        raise UnusableWeights(
            f"the surrogate in {folder} was saved by another version, with other features; fit it again from the ledger"
        )
    refuse_other_weights(configuration, folder / "weights.npz")
    with np.load(folder / "weights.npz", allow_pickle=False) as file:
        tensors = {key: torch.from_numpy(np.array(file[key])) for key in file.files}
    learnt, sources, aside = {}, {}, configuration["aside"]
    with one_thread():
        for name, told in configuration["properties"].items():
            sources[name] = tuple(told["sources"])
            others = [SourcePrior(0.0, 1.0, 1.0, 1.0)] * (len(sources[name]) - 1)
            process = FidelityProcess(groups((*NAMES, *columns)), FILM_SD, EXTRA_SD, others)
            process.load_state_dict(below(tensors, f"{name}/process/"))
            data = FidelityData(**below(tensors, f"{name}/data/"))
            learnt[name] = LearntProperty(process, data, told["centre"], told["scale"], told["films"])
    left_aside = {name: tuple(of) for name, of in aside.items()}
    return FittedMultiFidelity(learnt, configuration["trained_on"], columns, sources, left_aside)


def _process(unit: Unit, rows: Sequence[list[FilmRows]], first: str, columns: tuple[str, ...]) -> FidelityProcess:
    """The process before it has learnt, of films by fidelity, experiments first."""
    others = []
    for films in rows[1:]:
        own = np.array(film_means(films))
        # How far a source spreads is seen where it has films enough; its errors are part of that.
        amplitude = float(np.clip(own.std() / unit.scale, 0.3, 3.0)) if len(own) > _FEW else 1.0
        offset = (float(own.mean()) - unit.centre) / unit.scale
        others.append(SourcePrior(offset, amplitude, OTHERS_FILM_SD * unit.prior, OTHERS_EXTRA_SD * unit.prior))
    ours = first == FIDELITIES[0]
    film_sd, extra_sd = (FILM_SD, EXTRA_SD) if ours else (OTHERS_FILM_SD, OTHERS_EXTRA_SD)
    return FidelityProcess(groups((*NAMES, *columns)), film_sd * unit.prior, extra_sd * unit.prior, others)


def _experiments(film: Film) -> Film | None:
    """The film with what no theory says of it; None where that is nothing."""
    readings = tuple(reading for reading in film.readings if reading.source not in THEORY)
    return film.model_copy(update={"readings": readings}) if readings else None


def _key(film: Film, fidelity: str) -> str:
    """What a left-out film is found by; empty for what theory says, which is never left out."""
    experiments = None if of_theory(fidelity) else _experiments(film)
    return "" if experiments is None else film_key(experiments)


def _source(learnt: LearntProperty) -> torch.Tensor:
    """Place of each reading's fidelity, `n`."""
    if not isinstance(learnt.data, FidelityData):
        raise TypeError("these readings do not say of which fidelity they are")
    return learnt.data.source

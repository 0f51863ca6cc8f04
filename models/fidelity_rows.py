"""Films as a process over fidelities learns from them: by source, those of known polymers first, and as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ledger.film import Film
from models.features import feature_matrix
from models.fidelity import FIDELITIES, fidelities
from models.fidelity_kernels import FidelityData
from models.film_choice import FilmRows, even, thinned
from models.film_data import SHIFT_SD, moved_since
from models.film_process import reduced_temperature
from models.splits import polymer_group


@dataclass(frozen=True)
class SourceFilms:
    """Films of one fidelity: those of polymers that the highest fidelity knows, and all others."""

    near: list[FilmRows]
    far: list[FilmRows]

    @property
    def every(self) -> list[FilmRows]:
        """All of them."""
        return self.near + self.far

    def at_most(self, most: int) -> FilmRows:
        """About so many readings, those of known polymers first, evenly taken."""
        near = _flat(even(self.near, max(most, 0)))
        return near + _flat(even(self.far, max(most - len(near), 0)))

    def thinned(self, films: int, temperatures: int) -> FilmRows:
        """At most so many films, those of known polymers first, and of each at most so many readings."""
        near = thinned(_flat(self.near), films, temperatures)
        return near + thinned(_flat(self.far), films - len({place for place, _ in near}), temperatures)


@dataclass(frozen=True)
class Unit:
    """What standardises a property: the experiments' mean and spread, and a decade of a logarithm in spreads."""

    centre: float
    scale: float
    prior: float
    """What prior standard deviations, given in decades or in spreads, are multiplied by."""

    @classmethod
    def of(cls, name: str, films: list[FilmRows]) -> "Unit":
        """That of films of the highest fidelity."""
        means, logarithmic = film_means(films), name.startswith("log10")
        scale = max(float(np.std(means)), 0.3 if logarithmic else 1e-3)
        return cls(float(np.mean(means)), scale, 1.0 / scale if logarithmic else 1.0)


def films_by_source(name: str, films: list[Film]) -> dict[str, SourceFilms]:
    """Readings of a property by fidelity, the highest first, and by film."""
    observed = [
        (place, reading)
        for place, film in enumerate(films)
        for reading in sorted(film.readings, key=lambda r: (r.temperature_C or 0.0, r.value))
        if reading.property == name and not reading.derived
    ]
    found: dict[str, dict[int, FilmRows]] = {}
    for row, fidelity in zip(observed, fidelities([reading for _, reading in observed]), strict=True):
        found.setdefault(fidelity, {}).setdefault(row[0], []).append(row)
    order = [fidelity for fidelity in FIDELITIES if fidelity in found]
    polymers = [polymer_group(film.formulation.polymer) for film in films]
    known = {polymers[place] for place in found[order[0]]}

    def parted(own: dict[int, FilmRows]) -> SourceFilms:
        near = [rows for place, rows in own.items() if polymers[place] in known]
        return SourceFilms(near, [rows for place, rows in own.items() if polymers[place] not in known])

    return {source: parted(found[source]) for source in order}


def film_means(films: list[FilmRows]) -> list[float]:
    """Mean reading of each film."""
    return [float(np.mean([reading.value for _, reading in film])) for film in films]


def fidelity_data(rows: Sequence[FilmRows], films: list[Film], unit: Unit, process: Sequence[str] = ()) -> FidelityData:
    """Readings of each fidelity as tensors; the films as `places_of` has them, with these columns of their process."""
    places = {key: row for row, key in enumerate(places_of(rows))}
    used = {place: row for row, place in enumerate(dict.fromkeys(place for _, place in places))}
    features = torch.from_numpy(feature_matrix([films[place].formulation for place in used], process))
    readings = [reading for own in rows for _, reading in own]

    def column(numbers: list[float]) -> torch.Tensor:
        return torch.tensor(numbers, dtype=torch.double)

    return FidelityData(
        features=features[[used[place] for _, place in places]],
        film=torch.tensor([places[s, place] for s, own in enumerate(rows) for place, _ in own]),
        tau=column([reduced_temperature(reading.temperature_C) for reading in readings]),
        value=(column([reading.value for reading in readings]) - unit.centre) / unit.scale,
        variance=column([reading.sd**2 / reading.trust for reading in readings]) / unit.scale**2,
        source=torch.tensor([s for s, own in enumerate(rows) for _ in own]),
        moved=moved_since(readings, SHIFT_SD * unit.prior),
    )


def places_of(rows: Sequence[FilmRows]) -> list[tuple[int, int]]:
    """Each fidelity of each film once, as (fidelity, place of the film)."""
    return list(dict.fromkeys((s, place) for s, own in enumerate(rows) for place, _ in own))


def _flat(films: Sequence[FilmRows]) -> FilmRows:
    return [row for film in films for row in film]

"""Readings as a table to learn from: distinct components once, and an index to them in every row.

Thousands of readings, or a million points of a grid, share a few hundred polymers, salts and mixtures. `Points` keeps
each distinct component once, with arrays that say which row has which; `models.composition` computes the features of a
component once and puts composition and temperature on top in numpy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Polymer
from chemistry.salt import Salt
from ledger.film import Film, Reading
from models.film_choice import without_theory
from models.protocols import Condition

Component = TypeVar("Component")
Mixture = tuple[tuple[AdditiveContent, ...], tuple[FillerContent, ...]]
"""What is in a film beside polymer and salt."""


@dataclass(frozen=True)
class Points:
    """n points at which a property is read or asked for.

    Attributes:
        polymers, salts, mixtures: the distinct components.
        polymer, mixture: `n`, index into them.
        salt: `n`, index into the salts; -1 for a film without salt (a single-ion conductor, or a neat polymer).
        molality_mol_kg: `n`, lithium of the salt per mass of polymer.
        temperature_C: `n`, NaN for a property that has no temperature.
    """

    polymers: tuple[Polymer, ...]
    salts: tuple[Salt, ...]
    mixtures: tuple[Mixture, ...]
    polymer: np.ndarray
    salt: np.ndarray
    mixture: np.ndarray
    molality_mol_kg: np.ndarray
    temperature_C: np.ndarray

    def __len__(self) -> int:
        return len(self.polymer)

    def take(self, rows: np.ndarray) -> "Points":
        """Some of the points, with the polymers that they are of; salts and mixtures are few and all stay."""
        used, polymer = np.unique(self.polymer[rows], return_inverse=True)
        rest = (self.salt, self.mixture, self.molality_mol_kg, self.temperature_C)
        kept = tuple(self.polymers[place] for place in used)
        return Points(kept, self.salts, self.mixtures, polymer, *(part[rows] for part in rest))


@dataclass(frozen=True)
class LearningTable:
    """Every reading of one property.

    Attributes:
        points: `n` points.
        value: `n`, in the unit of the property.
        sd: `n`, standard deviation of each reading.
        weight: `n`, trust of each reading, in (0, 1].
        film: `n`, index of the film among those that the table was made of.
    """

    property: str
    points: Points
    value: np.ndarray
    sd: np.ndarray
    weight: np.ndarray
    film: np.ndarray

    def __len__(self) -> int:
        return len(self.value)

    def take(self, rows: np.ndarray) -> "LearningTable":
        """Some of the rows."""
        parts = (self.value, self.sd, self.weight, self.film)
        return LearningTable(self.property, self.points.take(rows), *(part[rows] for part in parts))


def properties_of(films: Iterable[Film]) -> list[str]:
    """Names of the properties that the films have readings of, derived ones left aside."""
    return sorted({reading.property for film in films for reading in film.readings if not reading.derived})


def learning_table(films: Sequence[Film], name: str) -> LearningTable:
    """One row for each (film, temperature) at which a property was read.

    Readings derived from others are left out. Where some readings are experiments, those of theory are left out too.

    Raises:
        BadInput: no film has a reading of the property.
    """
    rows = [
        (place, reading)
        for place, film in enumerate(films)
        for reading in film.readings
        if reading.property == name and not reading.derived
    ]
    rows = without_theory(rows)
    if not rows:
        known = ", ".join(properties_of(films))
        remedy = f"There are readings of {known}" if known else "Measure first, or import literature data"
        raise BadInput(f"no film has a reading of {name}", remedy=remedy)
    readings = [reading for _, reading in rows]
    points = _points([films[place].formulation for place, _ in rows], [reading.temperature_C for reading in readings])
    return LearningTable(
        property=name,
        points=points,
        value=_column(readings, "value"),
        sd=_column(readings, "sd"),
        weight=_column(readings, "trust"),
        film=np.array([place for place, _ in rows]),
    )


def grid(formulations: Sequence[Formulation], conditions: Sequence[Condition]) -> Points:
    """All formulations under all conditions, `n · m` points, the conditions running fastest."""
    given = [formulation for formulation in formulations for _ in conditions]
    return _points(given, [condition.temperature_C for condition in conditions] * len(formulations))


def _points(formulations: Sequence[Formulation], temperatures_C: Sequence[float | None]) -> Points:
    polymers, polymer = _distinct([formulation.polymer for formulation in formulations])
    salts, salt = _distinct([formulation.salt for formulation in formulations if formulation.salt is not None])
    mixtures, mixture = _distinct([(f.additives, f.fillers) for f in formulations])
    salted = np.full(len(formulations), -1)
    salted[[formulation.salt is not None for formulation in formulations]] = salt
    return Points(
        polymers=polymers,
        salts=salts,
        mixtures=mixtures,
        polymer=polymer,
        salt=salted,
        mixture=mixture,
        molality_mol_kg=np.array([formulation.salt_molality_mol_kg for formulation in formulations], dtype=float),
        temperature_C=np.array([np.nan if T is None else T for T in temperatures_C], dtype=float),
    )


def _distinct(components: Sequence[Component]) -> tuple[tuple[Component, ...], np.ndarray]:
    """The distinct components in the order of their first use, and the index of each given one."""
    places: dict[Component, int] = {}
    index = np.array([places.setdefault(component, len(places)) for component in components], dtype=int)
    return tuple(places), index


def _column(readings: Sequence[Reading], name: str) -> np.ndarray:
    return np.array([getattr(reading, name) for reading in readings], dtype=float)

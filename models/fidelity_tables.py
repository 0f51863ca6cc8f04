"""What is learnt beside experiments: readings of theory as rows of their own, each with its fidelity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from ledger.film import Film
from models.fidelity import FIDELITIES, fidelities, of_theory
from models.learning_table import LearningTable, Points, learning_table
from models.structured_points import StructuredPoints, StructureRegressor


@dataclass(frozen=True)
class Beside:
    """m readings of other fidelities than the one that is foretold.

    Attributes:
        points: what they are of.
        value: `m`, in the unit of the property.
        weight: `m`, trust.
        group: `m`, the polymer of each, numbered as those of the experiments, and on from there.
        polymers: how many polymers the experiments have: groups below it have experiments.
        fidelity: `m`, index into the names.
        names: of the fidelities, from the nearest to experiment downwards.
    """

    points: StructuredPoints
    value: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    polymers: int
    fidelity: np.ndarray
    names: tuple[str, ...]

    def take(self, rows: np.ndarray) -> "Beside":
        """Some of the readings."""
        arrays = {name: getattr(self, name)[rows] for name in ("value", "weight", "group", "fidelity")}
        return replace(self, points=self.points.take(rows), **arrays)


@runtime_checkable
class LearnsBeside(StructureRegressor, Protocol):
    """A method that learns theory beside experiments."""

    def beside(self, theory: Beside | None) -> StructureRegressor:
        """The method that will do so with these readings; None where there are none."""
        ...


def fidelity_tables(films: Sequence[Film], name: str) -> tuple[LearningTable, LearningTable | None, np.ndarray]:
    """Readings of the property as an experiment gives it, all others, and the fidelity of these, `m` of `FIDELITIES`.

    Experiments here and elsewhere are of one table; without any, the highest fidelity of theory is. Derived readings
    are left out.

    Raises:
        BadInput: no film has a reading of the property.
    """
    table = learning_table(films, name)
    given = [[r for r in film.readings if r.property == name and not r.derived] for film in films]
    told = iter(fidelities([reading for own in given for reading in own]))
    of = [[FIDELITIES.index(next(told)) for _ in own] for own in given]
    present = {place for own in of for place in own}
    experiments = {place for place in present if not of_theory(FIDELITIES[place])}
    first = experiments or {min(present)}
    if first == present:
        return table, None, np.empty(0, dtype=int)

    def kept(wanted: bool) -> list[Film]:
        return [
            film.model_copy(
                update={"readings": tuple(r for r, f in zip(own, places, strict=True) if (f in first) is wanted)}
            )
            for film, own, places in zip(films, given, of, strict=True)
        ]

    rest = np.array([place for own in of for place in own if place not in first])
    return learning_table(kept(True), name), learning_table(kept(False), name), rest


def joined(one: StructuredPoints, other: StructuredPoints) -> StructuredPoints:
    """The points of both, one after the other; a polymer of both stands twice."""
    a, b = one.points, other.points
    salt = np.where(b.salt >= 0, b.salt + len(a.salts), -1)
    points = Points(
        polymers=a.polymers + b.polymers,
        salts=a.salts + b.salts,
        mixtures=a.mixtures + b.mixtures,
        polymer=np.concatenate([a.polymer, b.polymer + len(a.polymers)]),
        salt=np.concatenate([a.salt, salt]),
        mixture=np.concatenate([a.mixture, b.mixture + len(a.mixtures)]),
        molality_mol_kg=np.concatenate([a.molality_mol_kg, b.molality_mol_kg]),
        temperature_C=np.concatenate([a.temperature_C, b.temperature_C]),
    )
    # No film of the one is a film of the other: what was both made and simulated shares no error.
    film = np.concatenate([one.film, np.where(other.film >= 0, other.film + one.film.max(initial=-1) + 1, -1)])
    matrix, sd = np.concatenate([one.matrix, other.matrix]), np.concatenate([one.sd, other.sd])
    return StructuredPoints(one.property, points, matrix, one.columns, film, sd)

"""Points as a learning method may want them: their features as a matrix, and the structures that the features are of.

A method on a matrix (`models.regressors.Regressor`) sees numbers alone. One that reads graphs or SMILES
(`StructureRegressor`) sees the distinct polymers and salts too, each once, with an index to them in every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np

from models.composition import (
    CHEMICAL_NAMES,
    GLASS_NAMES,
    GLASS_TRANSITION,
    GlassTransitions,
    chemical_matrix,
    fingerprint_matrix,
)
from models.learning_table import LearningTable, Points
from models.repeat_units import NAMES as REPEAT_UNIT_NAMES
from models.repeat_units import repeat_unit_matrix


@dataclass(frozen=True)
class StructuredPoints:
    """n points of one property.

    Attributes:
        points: polymers, salts, mixtures, and which row has which.
        matrix: `n x d` features, NaN for what is not known.
        columns: `d`, their names.
        film: `n`, which rows are readings of one film; -1 for a point that nobody has read yet.
        sd: `n`, standard deviation that each reading states; NaN for a point that nobody has read yet.
    """

    property: str
    points: Points
    matrix: np.ndarray
    columns: tuple[str, ...]
    film: np.ndarray
    sd: np.ndarray

    def __len__(self) -> int:
        return len(self.matrix)

    def take(self, rows: np.ndarray) -> "StructuredPoints":
        """Some of the points."""
        read = (self.film[rows], self.sd[rows])
        return StructuredPoints(self.property, self.points.take(rows), self.matrix[rows], self.columns, *read)


@runtime_checkable
class StructureLearnt(Protocol):
    """A method on structures that has learnt."""

    kind: ClassVar[str]

    def foretell(self, points: StructuredPoints) -> tuple[np.ndarray, np.ndarray]:
        """`n` predictions and the method's own standard deviation of each; zero where it has no opinion."""
        ...

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights: plain numbers."""
        ...

    def configuration(self) -> Mapping[str, object]:
        """What JSON can hold and the weights need to be used: sizes, law, columns, version."""
        ...


@runtime_checkable
class StructureRegressor(Protocol):
    """A way to learn one number from structures."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def learn(
        self, points: StructuredPoints, target: np.ndarray, weight: np.ndarray, groups: np.ndarray
    ) -> StructureLearnt:
        """Learn from n points, `n` targets and weights; rows of one group (`n`, integers) are of one polymer."""
        ...


def structured_points(
    name: str, points: Points, chemistry: bool, glass: GlassTransitions | None, read: LearningTable | None = None
) -> StructuredPoints:
    """Points of a property with their features: chemical ones, with T − Tg where Tg is given, or fingerprints.

    A glass transition hangs on what the repeat unit is made of, and thousands are known: its substructures are added.
    `read` is the table of readings that the points are of; left out, nobody has read any.
    """
    matrix = chemical_matrix(points, glass) if chemistry else fingerprint_matrix(points)
    columns = (*CHEMICAL_NAMES, *(() if glass is None else GLASS_NAMES)) if chemistry else ()
    if chemistry and name == GLASS_TRANSITION:
        matrix = np.concatenate([matrix, repeat_unit_matrix(points.polymers)[points.polymer]], axis=1)
        columns = (*columns, *REPEAT_UNIT_NAMES)
    film = np.full(len(points), -1) if read is None else read.film
    sd = np.full(len(points), np.nan) if read is None else read.sd
    return StructuredPoints(name, points, matrix, columns, film, sd)

"""Points as a learning method may want them: their features as a matrix, and the structures that the features are of.

A method on a matrix (`models.regressors.Regressor`) sees numbers alone. One that reads graphs or SMILES
(`StructureRegressor`) sees the distinct polymers and salts too, each once, with an index to them in every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np

from models.learning_table import Points


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

"""A surrogate put to the test: learnt from some films, scored on the readings of others."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ledger.film import Film
from models.glass_estimate import GlassEstimate
from models.learning_table import LearningTable, learning_table
from models.protocols import Foretold, PropertySurrogate
from models.scores import Scores, scores
from models.splits import polymer_group

CONDUCTIVITY = "log10_conductivity"


@dataclass(frozen=True)
class Evaluation:
    """What came of a test.

    Attributes:
        table: the readings that were tested.
        foretold: what was said of them beforehand.
        fit_seconds: of the fit, features of its components in the bargain where nobody had asked for them before.
        predict_seconds: of all predictions.
        notes: what the surrogate had to leave out.
    """

    table: LearningTable
    foretold: Foretold
    fit_seconds: float
    predict_seconds: float
    notes: tuple[str, ...]

    @property
    def scores(self) -> Scores:
        """Errors, rank, coverage."""
        return scores(self.table.value, self.foretold.mean, self.foretold.sd)

    @property
    def polymers(self) -> np.ndarray:
        """`n`, group of the polymer of each reading (see `models.splits`)."""
        names = np.array([polymer_group(polymer) for polymer in self.table.points.polymers])
        return names[self.table.points.polymer]


def evaluate(
    surrogate: PropertySurrogate,
    train: Sequence[Film],
    test: Sequence[Film],
    name: str = CONDUCTIVITY,
    estimate: GlassEstimate | None = None,
) -> Evaluation:
    """Fit on one set of films, predict the readings of a property on another.

    Raises:
        BadInput: a set has no reading of the property.
    """
    table = learning_table(test, name)
    begun = time.perf_counter()
    fitted = surrogate.fit(train, [name], estimate)
    learnt = time.perf_counter()
    foretold = fitted.foretell(table.points, name)
    done = time.perf_counter()
    return Evaluation(table, foretold, learnt - begun, done - learnt, fitted.notes)

"""The method of kinship by name and settings; torch is loaded when it learns."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.structured_points import StructuredPoints

if TYPE_CHECKING:
    from models.kinship.learnt import LearntKinship


@dataclass(frozen=True)
class TanimotoProcess:
    """Gaussian process, Tanimoto kernels of polymer and salt: a `models.structured_points.StructureRegressor`.

    Attributes:
        learn_films: films of each polymer that hyperparameters are learnt from, so that the much-measured polymers do
            not decide alone, at `learn_temperatures` of each; `learn_readings` in all, first films first.
        exact_readings: up to so many the posterior is exact, beyond it rests on `support` chosen readings.
        film_sd, extra_sd: prior medians of a film's effect and of the scatter about it beyond what readings state, in
            standard deviations of the target.
    """

    name: str = "tanimoto_process"
    learn_films: int = 3
    learn_temperatures: int = 2
    learn_readings: int = 600
    exact_readings: int = 3000
    support: int = 600
    film_sd: float = 0.25
    extra_sd: float = 0.1
    seed: int = 0

    def learn(
        self, points: StructuredPoints, target: np.ndarray, weight: np.ndarray, groups: np.ndarray
    ) -> "LearntKinship":
        """Learn hyperparameters from a few films of every polymer, and the posterior from all readings."""
        from models.kinship.learnt import learnt_kinship

        return learnt_kinship(self, points, target, weight, groups)

"""What a pool is screened for."""

from dataclasses import dataclass
from statistics import NormalDist

from models.evaluation import CONDUCTIVITY
from models.screening.grid import Grid
from models.screening.ranking import Ranking


@dataclass(frozen=True)
class Question:
    """What a pool is screened for.

    Attributes:
        grid: salts, loadings, temperatures.
        top: places of the ranking.
        quantile: of the lower bound, 0.05 for the value that one of twenty falls short of.
        by_lower: whether the lower bound ranks, rather than the mean.
        of_each: places that one polymer may take; None for no limit.
        asked: the property, the higher the better.
        student: whether a student picks finalists; None leaves it to the number of points.
        column: header of the repeat units in the pool.
        seed: of the points that a student is taught.
    """

    grid: Grid
    top: int = 100
    quantile: float = 0.05
    by_lower: bool = False
    of_each: int | None = None
    asked: str = CONDUCTIVITY
    student: bool | None = None
    column: str | None = None
    seed: int = 0

    @property
    def below(self) -> float:
        """Standard deviations that the lower bound lies below the mean."""
        return -NormalDist().inv_cdf(self.quantile)

    def ranking(self, size: int, of_each: int | None) -> Ranking:
        """How points are compared."""
        return Ranking(size, self.below if self.by_lower else 0.0, of_each)

"""BayBE as a chooser, for comparisons: its default recommender on principal components of the same fingerprints.

Tried with BayBE 0.15. https://emdgroup.github.io/baybe
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from models.film_process import one_thread
from planners.pool.candidates import Pool
from planners.pool.components import components
from planners.pool.protocols import Choice, Told

_PARAMETER, _TARGET = "polymer", "answer"


@dataclass(frozen=True)
class Baybe:
    """A custom discrete parameter whose encoding is 24 principal components; BayBE scales and fits them itself."""

    name: str = "baybe"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """What `BotorchRecommender` recommends for the pool."""
        import pandas as pd
        import torch
        from baybe.objectives import SingleTargetObjective  # pyright: ignore[reportMissingImports]
        from baybe.recommenders import BotorchRecommender  # pyright: ignore[reportMissingImports]
        from baybe.targets import NumericalTarget  # pyright: ignore[reportMissingImports]

        n = min(n, len(pool) - len({*told.rows, *told.taken}))
        measured = pd.DataFrame(
            {_PARAMETER: [pool.units[row] for row in told.rows], _TARGET: np.array(told.values, dtype=float)}
        )
        taken = pd.DataFrame({_PARAMETER: [pool.units[row] for row in told.taken]}) if told.taken else None
        with one_thread():
            torch.manual_seed(told.seed + len(told.rows))
            best = BotorchRecommender().recommend(
                n,
                _left(pool, (*told.rows, *told.taken)),
                SingleTargetObjective(NumericalTarget(_TARGET)),
                measured,
                taken,
            )
        place = {unit: row for row, unit in enumerate(pool.units)}
        return [Choice(place[unit]) for unit in best[_PARAMETER]]


def _left(pool: Pool, gone: tuple[int, ...]) -> Any:
    """A search space of what may still be chosen, scaled over the whole pool."""
    from baybe.searchspace import SearchSpace, SubspaceDiscrete  # pyright: ignore[reportMissingImports]

    left = np.setdiff1d(np.arange(len(pool)), gone)
    import pandas as pd

    rows = pd.DataFrame({_PARAMETER: [pool.units[row] for row in left]})
    return SearchSpace(discrete=SubspaceDiscrete.from_dataframe(rows, parameters=[_parameter(pool)]))


@lru_cache(maxsize=4)
def _parameter(pool: Pool) -> Any:
    import pandas as pd
    from baybe.parameters import CustomDiscreteParameter  # pyright: ignore[reportMissingImports]

    table = pd.DataFrame(components(pool), index=list(pool.units))
    table.columns = [f"component {number + 1}" for number in range(table.shape[1])]
    return CustomDiscreteParameter(_PARAMETER, table, decorrelate=False)

"""BayBE as a planner of campaigns, for comparisons: its default recommender on the same space, as a grid.

Components are custom parameters encoded by the descriptors that our surrogate sees, loadings are discrete parameters
of `_ACROSS` values, and the rows of its space are those that the constraints and chemistry allow, so that it never
suggests another. Several objectives are its Pareto objective. BayBE knows no limits on what is measured, and is not
told of them. Tried with BayBE 0.15. https://emdgroup.github.io/baybe
"""

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from chemistry.remembered import remembered
from models.features import NAMES, feature_matrix
from models.film_process import one_thread
from planners import acquisition  # noqa: F401  (switches off a kernel that BoTorch would compile)
from planners.compare.labelled import amounts, labels, point_of_row, row_of
from planners.objectives import Objective
from planners.pareto import objective_values
from planners.points import Point, formulation_at, point_of, reasons_not_to, rounded
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.sampling import sample
from planners.space import DesignSpace

_ACROSS = 8
"""Values of each loading: 160 combinations of components make some 8,000 rows, each of which takes a millisecond."""
_MOST = 20_000
_GROUPS = {"polymer": "host.", "salt": "anion.", "plasticiser": "additive."}


@dataclass(frozen=True)
class BaybePlanner:
    """A recommender that is made anew for each suggestion and told everything: nothing is kept in the object."""

    name: str = "baybe"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """What `BotorchRecommender` recommends among the rows that were not tried yet."""
        import pandas as pd
        import torch
        from baybe.recommenders import BotorchRecommender  # pyright: ignore[reportMissingImports]

        measured, tried = _measured(knowledge)
        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(knowledge.seed + knowledge.suggested)
            best = BotorchRecommender().recommend(
                n, _rows(knowledge.space, tried), _objective(knowledge.objectives), pd.DataFrame(measured)
            )
        points = [point_of_row(knowledge.space, row) for row in best.to_dict("records")]
        return [
            Suggestion(
                formulation=formulation_at(knowledge.space, point),
                action=Action(),
                reason=Reason(summary="BayBE's recommender."),
                planner=self.name,
                event=knowledge.event,
                index=knowledge.suggested + number,
            )
            for number, point in enumerate(points)
        ]


def _measured(knowledge: Knowledge) -> tuple[list[dict[str, Any]], frozenset[Point]]:
    """A row for each film, and the points of films and failures."""
    space, rows, tried = knowledge.space, [], set()
    for film in knowledge.films:
        point, values = point_of(space, film.formulation), objective_values(film, knowledge.objectives)
        if point is not None and values is not None:
            named = zip((one.label for one in knowledge.objectives), values, strict=True)
            rows.append(row_of(space, point) | dict(named))
            tried.add(rounded(space, point))
    failed = (point_of(space, failure.formulation) for failure in knowledge.failures)
    return rows, frozenset(tried | {rounded(space, point) for point in failed if point is not None})


def _objective(objectives: Sequence[Objective]) -> Any:
    from baybe.objectives import ParetoObjective, SingleTargetObjective  # pyright: ignore[reportMissingImports]
    from baybe.targets import NumericalTarget  # pyright: ignore[reportMissingImports]

    targets = [NumericalTarget(one.label, minimize=one.sign < 0) for one in objectives]
    return SingleTargetObjective(targets[0]) if len(targets) == 1 else ParetoObjective(targets)


def _rows(space: DesignSpace, tried: frozenset[Point]) -> Any:
    """A search space of what may still be chosen."""
    import pandas as pd
    from baybe.searchspace import SearchSpace, SubspaceDiscrete  # pyright: ignore[reportMissingImports]

    left = pd.DataFrame([row_of(space, point) for point in _grid(space) if point not in tried])
    return SearchSpace(discrete=SubspaceDiscrete.from_dataframe(left, parameters=_parameters(space)))


@remembered
def _grid(space: DesignSpace) -> tuple[Point, ...]:
    """Every combination of choices with every value of the amounts that may be made; a spread where there are many."""
    axes = space.axes
    values = [
        np.linspace(axis.low, axis.low + axis.span, _ACROSS if axis.span else 1).tolist() for axis in axes.amounts
    ]
    if math.prod(axis.size for axis in axes.choices) * math.prod(map(len, values)) > _MOST:
        return sample(space, _MOST // 2, seed=0)
    choices = product(*(range(axis.size) for axis in axes.choices))
    every = (rounded(space, Point(places, dose)) for places, dose in product(choices, product(*values)))
    return tuple(point for point in dict.fromkeys(every) if not reasons_not_to(space, formulation_at(space, point)))


@remembered
def _parameters(space: DesignSpace) -> list[Any]:
    from baybe.parameters import NumericalDiscreteParameter  # pyright: ignore[reportMissingImports]

    choices = [_choice(space, name, own) for name, own in labels(space).items()]
    return choices + [
        NumericalDiscreteParameter(name, sorted({row_of(space, point)[name] for point in _grid(space)}))
        for name in amounts(space)
    ]


def _choice(space: DesignSpace, name: str, own: tuple[str, ...]) -> Any:
    """A parameter with the descriptors of its components; without, where they do not tell all of them apart."""
    import pandas as pd
    from baybe.parameters import CategoricalParameter, CustomDiscreteParameter  # pyright: ignore[reportMissingImports]

    table = pd.DataFrame(list(_described(space, name, len(own))), index=list(own))
    table = table.loc[:, table.nunique() > 1]
    if table.shape[1] == 0 or table.duplicated().any():
        return CategoricalParameter(name, own)
    return CustomDiscreteParameter(name, table)


def _described(space: DesignSpace, name: str, n: int) -> Iterator[dict[str, float]]:
    """Features of each component, in a film that is the same otherwise; those of other groups left out."""
    axes = space.axes
    group = _GROUPS.get(name.split()[0], "no group")
    for place in range(n):
        choices = tuple(place if axis.name == name else 0 for axis in axes.choices)
        point = rounded(space, Point(choices, tuple(axis.low + axis.span for axis in axes.amounts)))
        row = feature_matrix([formulation_at(space, point)])[0]
        yield {column: value for column, value in zip(NAMES, row, strict=True) if column.startswith(group)}

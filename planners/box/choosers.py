"""Choosers in a box: draws, an even spread, and the acquisition of campaigns."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.film_process import one_thread
from planners.box.protocols import Box, Told, spread
from planners.success import FAIR, fair

if TYPE_CHECKING:
    from botorch.models.model import Model
    from torch import Tensor

    from planners.outlook import Outlook

    Chance = Callable[[Tensor], Tensor]

UNIT = 12**0.5
"""Standard deviations in a box that is filled evenly: the classifier expects columns that spread by about one."""


@dataclass(frozen=True)
class AtRandom:
    """Uniform draws."""

    def choose(self, n: int, box: Box, told: Told) -> np.ndarray:
        """The next draws."""
        return box.rounded(np.random.default_rng([told.seed, told.chosen]).random((n, box.d)))


@dataclass(frozen=True)
class Evenly:
    """A Sobol sequence that learns nothing."""

    def choose(self, n: int, box: Box, told: Told) -> np.ndarray:
        """The next points of the sequence that the seed scrambles."""
        return spread(box, told.chosen + n, told.seed)[-n:]


@dataclass(frozen=True)
class Acquisition:
    """What `planners.bayesian` asks of formulations, asked of numbers.

    A pool that is spread over the box and around the best known points is thinned by expected improvement and weighed
    by qLogNEI or qLogNEHVI (`planners.acquisition`). Formulations end there, since a dispenser weighs no finer; here
    the best of the pool is moved as long as that pays, by steps that halve. Where something failed, gains count times
    the chance that it goes well, and what is more likely to fail than not is left out.

    Attributes:
        pool, finalists: as in `planners.bayesian.BayesianPlanner`.
        rounds, moves: of the search around the best, and points in each.
    """

    pool: int = 2048
    finalists: int = 128
    rounds: int = 8
    moves: int = 64

    def choose(self, n: int, box: Box, told: Told) -> np.ndarray:
        """One point after the other, those before it pending."""
        import torch
        from linear_operator.utils.warnings import NumericalWarning

        from planners.acquisition import promising
        from planners.outlook import Outlook

        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore", NumericalWarning)  # jitter is added where points come close
            waiting = np.empty((0, box.d)) if told.pending is None else told.pending
            outlook = Outlook(
                model=learnt(told),
                observed=torch.from_numpy(told.points),
                pending=torch.from_numpy(waiting),
                reference=torch.from_numpy(told.reference),
                seed=told.seed + told.chosen,
            )
            chance = chance_in_box(box, told)
            pool, factor = self._pool(box, told), None
            if chance is not None:
                chances = chance(torch.from_numpy(pool))
                kept = fair(chances.numpy())
                pool, factor = pool[kept], chances[torch.from_numpy(kept)]
            rows = promising(outlook, torch.from_numpy(pool), self.finalists, factor).tolist()
            chosen: list[np.ndarray] = []
            while len(chosen) < n:
                row = rows[int(_worth(outlook, pool[rows], chance).argmax())]
                seed = told.seed + 7919 * told.chosen + len(chosen)
                point = self._moved(box, outlook, pool[row], chance, seed)
                chosen.append(point)
                outlook = replace(outlook, pending=torch.cat([outlook.pending, torch.from_numpy(point[None])]))
        return np.array(chosen)

    def _pool(self, box: Box, told: Told) -> np.ndarray:
        """An even spread, and the surroundings of the best known points."""
        best = _best(told)
        draw = np.random.default_rng([told.seed, told.chosen])
        around = [_near(box, point, 256 // len(best) + 4, reach, draw) for point in best for reach in (0.08, 0.25)]
        return np.vstack([spread(box, self.pool, told.seed + told.chosen), *around])

    def _moved(self, box: Box, outlook: "Outlook", point: np.ndarray, chance: "Chance | None", seed: int) -> np.ndarray:
        draw, reach = np.random.default_rng(seed), 0.1
        for _ in range(self.rounds):
            near = np.vstack([point, _near(box, point, self.moves, reach, draw)])
            point, reach = near[int(_worth(outlook, near, chance).argmax())], reach / 2
        return point


def chance_in_box(box: Box, told: Told) -> "Chance | None":
    """The chance that something comes of points, learnt from what did and did not; None where nothing failed."""
    import torch

    if told.failed is None or not len(told.failed):
        return None
    from models.success import learn_rows

    tried = torch.from_numpy(np.vstack([told.points, told.failed]))
    good = torch.arange(len(tried)) < len(told.points)
    learnt_from = learn_rows(tried * UNIT, good, {str(column): (column,) for column in range(box.d)})
    return lambda points: learnt_from(points * UNIT)


def _worth(outlook: "Outlook", points: np.ndarray, chance: "Chance | None") -> "Tensor":
    """Logarithm of what each point is worth, `n`; nothing where it is more likely to fail than not."""
    import torch

    from planners.acquisition import noisy_improvement

    rows = torch.from_numpy(points)
    worth = noisy_improvement(outlook, rows)
    if chance is None:
        return worth
    chances = chance(rows)
    return torch.where(chances >= min(FAIR, float(chances.max())), worth + chances.log(), -torch.inf)


def learnt(told: Told) -> "Model":
    """A standard BoTorch process for each objective: Matérn or RBF as BoTorch has it, standardised results.

    Errors are those that are told of each value; where none are, one is learnt.
    """
    import torch
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import ModelListGP, SingleTaskGP
    from gpytorch.mlls import ExactMarginalLogLikelihood, SumMarginalLogLikelihood

    points, values = torch.from_numpy(told.points), torch.from_numpy(told.values)
    variances = None if told.variances is None else torch.from_numpy(told.variances)
    processes = [
        SingleTaskGP(points, values[:, [column]], None if variances is None else variances[:, [column]])
        for column in range(values.shape[1])
    ]
    if len(processes) == 1:
        fit_gpytorch_mll(ExactMarginalLogLikelihood(processes[0].likelihood, processes[0]))
        return processes[0]
    model = ModelListGP(*processes)
    fit_gpytorch_mll(SumMarginalLogLikelihood(model.likelihood, model))
    return model


def _best(told: Told) -> np.ndarray:
    """The best point, or the front."""
    import torch
    from botorch.utils.multi_objective.pareto import is_non_dominated

    if told.values.shape[1] == 1:
        return told.points[[int(told.values.argmax())]]
    return told.points[is_non_dominated(torch.from_numpy(told.values)).numpy()]


def _near(box: Box, point: np.ndarray, n: int, reach: float, draw: np.random.Generator) -> np.ndarray:
    """`n x d` points around one: each moves some of its numbers, and a binary one by going over."""
    moving = draw.random((n, box.d)) < max(0.5, 2 / box.d)
    near = point + moving * reach * (2 * draw.random((n, box.d)) - 1)
    binary = list(box.binary)
    over = draw.random((n, len(binary))) < 1 / max(1, len(binary))
    near[:, binary] = np.where(over, 1 - point[binary], point[binary])
    return box.rounded(near)

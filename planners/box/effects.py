"""What a surrogate in a box says of each number by itself, the others averaged over the whole box."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.film_process import one_thread
from planners.box.choosers import learnt
from planners.box.protocols import Box, Told, spread

PLACES, SAMPLES = 25, 128


@dataclass(frozen=True, eq=False)
class Effect:
    """The main effect of one number.

    Attributes:
        places: `k`, from 0 to 1.
        mean: `k`, posterior mean of the average over the other numbers.
        sd: `k`, its posterior standard deviation: how little is known, not how much the others matter.
    """

    places: np.ndarray
    mean: np.ndarray
    sd: np.ndarray

    @property
    def span(self) -> float:
        """Between the highest and the lowest mean."""
        return float(np.ptp(self.mean))


def main_effects(box: Box, told: Told, column: int = 0) -> tuple[Effect, ...]:
    """The main effect of each number on one of the values.

    The average over all numbers but one, each even in the box (Sacks, Welch, Mitchell and Wynn, Statist. Sci. 1989, 4,
    409), taken over S points; by their joint covariance Σ its standard deviation is (1ᵀ Σ 1)^½ / S.
    """
    import torch
    from botorch.posteriors.gpytorch import GPyTorchPosterior
    from linear_operator.utils.warnings import NumericalWarning

    with one_thread(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", NumericalWarning)
        with torch.enable_grad():
            model = learnt(
                Told(told.points, told.values[:, [column]], told.reference[[column]], told.seed, _of(told, column))
            )
        around = spread(box, SAMPLES, told.seed)

        def averaged(points: np.ndarray) -> tuple[float, float]:
            posterior = model.posterior(torch.from_numpy(points))
            if not isinstance(posterior, GPyTorchPosterior):
                raise TypeError(f"a normal posterior is needed, not {type(posterior).__name__}")
            covariance = posterior.distribution.covariance_matrix
            return float(posterior.mean.mean()), float(covariance.sum().clamp_min(0.0).sqrt()) / len(points)

        return tuple(_effect(box, around, which, averaged) for which in range(box.d))


def _effect(box: Box, around: np.ndarray, which: int, averaged: Callable[[np.ndarray], tuple[float, float]]) -> Effect:
    places = np.array(dict(box.levels).get(which, tuple(np.linspace(0, 1, PLACES))))
    if len(places) > PLACES:
        places = places[np.unique(np.linspace(0, len(places) - 1, PLACES).round().astype(int))]
    means, sds = [], []
    for place in places:
        points = around.copy()
        points[:, which] = place
        mean, sd = averaged(points)
        means.append(mean)
        sds.append(sd)
    return Effect(places, np.array(means), np.array(sds))


def _of(told: Told, column: int) -> np.ndarray | None:
    return None if told.variances is None else told.variances[:, [column]]

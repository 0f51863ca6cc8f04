"""How high values lie above what is worthless: one positive number for any number of objectives."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from planners.outlook import TINY, Outlook, mean_and_sd
from planners.scalarisation import chebyshev, weights

_SHARP = 10.0
"""Of the softplus that keeps a height above nothing: it is the height itself from a fifth of the way up on."""
_DRAWS = 128


@dataclass(frozen=True)
class Height:
    """Heights by the weights of one decision: zero where all is worthless, largest where all objectives are ideal.

    With one objective it is a straight line through the values. With several the objectives become one by the augmented
    Chebyshev function, with weights that are drawn for each decision (Paria, Kandasamy & Póczos, UAI 2019, do so with
    confidence bounds and with drawn functions).

    Attributes:
        weight, worthless, ideal: `m` each.
    """

    weight: np.ndarray
    worthless: np.ndarray
    ideal: np.ndarray

    def of(self, values: Tensor) -> Tensor:
        """Heights, `...`, of `... x m` objectives to maximise."""
        floor = chebyshev(self.worthless, self.weight, self.worthless, self.ideal)
        return torch.from_numpy(chebyshev(values.numpy(), self.weight, self.worthless, self.ideal) - floor)

    def of_normal(self, mean: Tensor, sd: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation, `n` each, of the heights of normal values, `n x m` each.

        Exact for one objective; by draws, whose seed is given, for several.
        """
        if mean.shape[-1] == 1:
            middle = self.of(mean)
            return middle, (self.of(mean + sd) - middle).abs()
        from scipy.stats import norm, qmc

        uniform = qmc.Sobol(mean.shape[-1], scramble=True, rng=seed).random(_DRAWS)
        normal = torch.from_numpy(norm.ppf(np.clip(uniform, 1e-9, 1 - 1e-9)))
        drawn = self.of(mean + normal[:, None] * sd)
        return drawn.mean(dim=0), drawn.std(dim=0)


def height(outlook: Outlook) -> Height:
    """The height of a decision: the ideal is the best that is expected of each objective of what was observed."""
    mean, _ = mean_and_sd(outlook.marginal, outlook.observed)
    weight = weights(outlook.objectives, *outlook.decision)
    return Height(weight, outlook.reference.numpy(), mean.max(dim=0).values.numpy())


def log_positive(heights: Tensor) -> Tensor:
    """Logarithm of heights made positive by a softplus: a chance or a cost can weigh them, and their order stays."""
    return (torch.nn.functional.softplus(_SHARP * heights) / _SHARP).clamp_min(TINY).log()

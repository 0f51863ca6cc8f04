"""Confidence bounds, and local penalties that keep a batch apart."""

import math

import torch
from torch import Tensor

from planners.height import height, log_positive
from planners.outlook import TINY, Outlook, mean_and_sd

_PAIRS_OF = 512
"""Candidates whose pairs tell how steep the mean is."""
_APART = 1e-3
"""Candidates nearer than this in their features tell nothing of a slope."""
_FLAT = 1e-7
_CERTAIN = 1e-9


def confidence_bound(outlook: Outlook, features: Tensor, boldness: float) -> Tensor:
    """Logarithm of what each row of `N x d` features is worth, `N`: its upper bound, less near to what is under way.

    The bound is mean + `boldness` · sd of each objective (Srinivas et al., ICML 2010; for what is minimised the lower
    one), made one height (`planners.height`) and multiplied by the chance to hold the limits and by a penalty for each
    formulation under way.
    """
    with torch.no_grad():
        measure = height(outlook)
        mean, sd = mean_and_sd(outlook.marginal, features)
        worth = log_positive(measure.of(mean + boldness * sd)) + outlook.chance(features).clamp_min(TINY).log()
        if not len(outlook.pending):
            return worth
        known, _ = mean_and_sd(outlook.marginal, outlook.observed)
        middle, spread = measure.of_normal(*mean_and_sd(outlook.marginal, outlook.pending), outlook.seed)
        steepness = slope(features, measure.of(mean))
        distance = torch.cdist(features, outlook.pending)
        left = penalty(distance, middle, spread, float(measure.of(known).max()), steepness)
        return worth + left.clamp_min(TINY).log().sum(dim=-1)


def penalty(distance: Tensor, mean: Tensor, sd: Tensor, best: float, steepness: float) -> Tensor:
    """Chance, `N x p`, that each candidate lies outside of the ball in which each pending formulation rules out a best.

    ½ erfc(-z) with z = (L |x - x_j| - M + μ_j) / √2 σ_j (González, Dai, Hennig & Lawrence, AISTATS 2016, eq. 6). Their
    ball has no more than the radius (M - μ_j) / L, because nothing rises faster than L and nothing is above M.

    Args:
        distance: `N x p`, of candidates to what is under way.
        mean: `p`, what is expected of it.
        sd: `p`.
        best: M, the best that there is, as far as is known.
        steepness: L.
    """
    z = (steepness * distance - best + mean) / (math.sqrt(2) * sd.clamp_min(_CERTAIN))
    return 0.5 * torch.erfc(-z)


def slope(features: Tensor, values: Tensor) -> float:
    """The steepest rise of values, `N`, between any two of (some evenly taken) rows of `N x d` features.

    The largest gradient that González et al. ask for, from below: surrogates here need not give gradients.
    """
    every = -(-len(features) // _PAIRS_OF)
    rows, own = features[::every], values[::every]
    distance = torch.cdist(rows, rows)
    rise = (own[:, None] - own).abs()
    told = rise[distance > _APART] / distance[distance > _APART]
    return max(float(told.max()), _FLAT) if len(told) else _FLAT

"""Thompson sampling: one function drawn from what is believed, and its best."""

import numpy as np
import torch
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultitaskMultivariateNormal
from torch import Tensor

from models.rescaled import interleaved
from planners.height import height, log_positive
from planners.outlook import TINY, Outlook, mean_and_sd

DRAWN_AT = 384
"""Candidates at which a function is drawn: the time grows with the cube."""
_WIDE = 3.0
"""Standard deviations above the mean that a drawn function seldom passes."""


def thompson(outlook: Outlook, features: Tensor, factor: Tensor | None = None) -> Tensor:
    """Logarithm of what each row of `N x d` features is worth, `N`, in one function drawn from the joint posterior.

    The function is drawn where mean + 3 sd is highest (times `factor`, `N`, such as the chance of a film): elsewhere it
    is unlikely to be best, and the worth is minus infinity. It follows from the decision, which is another one for each
    suggestion; what is under way plays no part, because another function has another best. Several objectives become
    one height, with weights of the decision; limits count by the chance to hold them.
    """
    with torch.no_grad():
        measure = height(outlook)
        mean, sd = mean_and_sd(outlook.marginal, features)
        chance = outlook.chance(features).clamp_min(TINY).log()
        reach = log_positive(measure.of(mean + _WIDE * sd)) + chance
        reach = reach if factor is None else reach + factor.clamp_min(TINY).log()
        rows = torch.argsort(reach, descending=True, stable=True)[:DRAWN_AT]
        drawn = draw(outlook, features[rows])
        worth = torch.full((len(features),), -torch.inf, dtype=features.dtype)
        worth[rows] = log_positive(measure.of(drawn)) + chance[rows]
    return worth


@torch.no_grad()
def draw(outlook: Outlook, features: Tensor) -> Tensor:
    """The objectives, `n x m`, of one function drawn at `n x d` features for the outlook's decision.

    By the symmetric root of the covariance, which hangs on no order of the candidates' own.
    """
    posterior = outlook.model.posterior(features)
    if not isinstance(posterior, GPyTorchPosterior):
        raise NotImplementedError(f"Bayesian planning needs a normal posterior, got {type(posterior).__name__}")
    normal, n = posterior.distribution, len(features)
    sizes, vectors = torch.linalg.eigh(normal.covariance_matrix)
    numbers = torch.from_numpy(np.random.default_rng(outlook.decision).standard_normal(len(sizes)))
    deviation = vectors @ (sizes.clamp_min(0.0).sqrt() * (vectors.T @ numbers))
    if not isinstance(normal, MultitaskMultivariateNormal) or interleaved(normal):
        deviation = deviation.reshape(n, -1)
    else:
        deviation = deviation.reshape(-1, n).T
    values = normal.mean.reshape(n, -1) + deviation
    return values if outlook.gather is None else outlook.gather(values)

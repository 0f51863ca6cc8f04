"""Limits as BoTorch asks for them: windows on the outputs of a model, all of which are to be maximised."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from torch import Tensor

from planners.limits import column_signs, columns
from planners.objectives import Limit, Objective


@dataclass(frozen=True)
class Window:
    """Where an output of a model must lie; either end may be infinite."""

    output: int
    low: float
    high: float


def windows(objectives: Sequence[Objective], limits: Sequence[Limit]) -> tuple[Window, ...]:
    """A window for each limit, on the outputs that `planners.limits.conditions` lists.

    The output of a minimised objective is negated, and so is a limit on it.
    """
    found = []
    signs = column_signs(objectives)
    for limit, output in zip(limits, columns(objectives, limits), strict=True):
        turned = output < len(signs) and signs[output] < 0
        low, high = (-limit.high, -limit.low) if turned else (limit.low, limit.high)
        found.append(Window(output, low, high))
    return tuple(found)


def as_constraints(found: Sequence[Window]) -> list[Callable[[Tensor], Tensor]]:
    """What BoTorch calls constraints: functions of samples `... x m` that are at most zero where a window holds."""
    return [edge for window in found for edge in _edges(window)]


def _edges(window: Window) -> list[Callable[[Tensor], Tensor]]:
    edges: list[Callable[[Tensor], Tensor]] = []
    if math.isfinite(window.low):
        edges.append(lambda samples: window.low - samples[..., window.output])
    if math.isfinite(window.high):
        edges.append(lambda samples: samples[..., window.output] - window.high)
    return edges


def chance_within(model: Model, found: Sequence[Window], features: Tensor) -> Tensor:
    """Probability, `n`, that the outputs at `n x d` features lie in all windows, one independent of the other."""
    posterior = model.posterior(features.unsqueeze(-2))
    if not isinstance(posterior, GPyTorchPosterior):
        raise NotImplementedError(f"limits need a normal posterior, got {type(posterior).__name__}")
    mean, sd = posterior.mean.squeeze(-2), posterior.variance.squeeze(-2).sqrt()
    chance = torch.ones(len(features), dtype=features.dtype)
    for window in found:
        normal = torch.distributions.Normal(mean[:, window.output], sd[:, window.output])
        below_high = normal.cdf(torch.tensor(window.high).to(mean)) if math.isfinite(window.high) else 1.0
        below_low = normal.cdf(torch.tensor(window.low).to(mean)) if math.isfinite(window.low) else 0.0
        chance = chance * (below_high - below_low)
    return chance

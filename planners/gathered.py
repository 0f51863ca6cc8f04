"""Objectives that are made of several outputs of a model, such as the worst of two temperatures."""

from collections.abc import Callable, Sequence

import torch
from botorch.models.model import Model
from botorch.sampling.normal import SobolQMCNormalSampler
from gpytorch.distributions import MultivariateNormal
from torch import Tensor

from models.normal_model import NormalModel, side_by_side
from planners.limits import places
from planners.objectives import Objective

Gather = Callable[[Tensor], Tensor]
"""Makes `... x m` objectives of `... x M` outputs, or of more, of which it takes the first M."""

DRAWS = 256
"""Of the outputs of one formulation."""
_SEED = 7
_LEAST = 1e-12


def gather_of(objectives: Sequence[Objective]) -> Gather | None:
    """What makes objectives, all to maximise, of outputs that are; None where each output is one objective."""
    if not any(objective.temperatures_C for objective in objectives):
        return None
    made_of = list(zip(objectives, places(objectives), strict=True))

    def gather(outputs: Tensor) -> Tensor:
        found = []
        for objective, own in made_of:
            values = outputs[..., own]
            if objective.temperatures_C:
                heights = values - objective.sign * torch.tensor(objective.references, dtype=values.dtype)
                values = heights.amin(dim=-1) if objective.over == "worst" else heights.mean(dim=-1)
            else:
                values = values[..., 0]
            found.append(values)
        return torch.stack(found, dim=-1)

    return gather


class Gathered(NormalModel):
    """The objectives at one formulation at a time as normal numbers: means and variances of draws of all its outputs.

    The worst of several is not normal; this thins candidates out and tells what is expected. What is chosen in the end
    is chosen by the draws themselves.
    """

    def __init__(self, model: Model, gather: Gather) -> None:
        super().__init__()
        self.model, self.gather = model, gather

    @property
    def num_outputs(self) -> int:
        """How many objectives."""
        return int(self.gather(torch.zeros(1, self.model.num_outputs, dtype=torch.double)).shape[-1])

    @property
    def batch_shape(self) -> torch.Size:
        """That of the model."""
        return self.model.batch_shape

    def joint(self, X: Tensor, outputs: Sequence[int]) -> MultivariateNormal:
        """Of `n x 1 x d` features; the objectives of one formulation count as independent."""
        if X.shape[-2] != 1:
            raise NotImplementedError("only single formulations")
        sampler = SobolQMCNormalSampler(torch.Size([DRAWS]), seed=_SEED)
        drawn = self.gather(sampler(self.model.posterior(X)))
        mean, variance = drawn.mean(dim=0), drawn.var(dim=0).clamp_min(_LEAST)
        return side_by_side([MultivariateNormal(mean[..., i], torch.diag_embed(variance[..., i])) for i in outputs])

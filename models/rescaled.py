"""A BoTorch model whose outputs are multiplied: turned upside down, made wider, or both."""

from collections.abc import Sequence

import torch
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultitaskMultivariateNormal, MultivariateNormal
from torch import Tensor

from models.normal_model import NormalModel


def interleaved(normal: MultitaskMultivariateNormal) -> bool:
    """Whether the covariance holds all outputs of the first formulation, then of the second; else output by output.

    The latter is what independent outputs come in. GPyTorch gives it no public name.
    """
    return normal._interleaved


class Rescaled(NormalModel):
    """A model whose means and deviations from them are multiplied, each output by factors of its own."""

    def __init__(self, model: object, mean: Tensor, deviation: Tensor) -> None:
        """`mean` and `deviation` are `m` factors for m outputs; `TypeError` for a model that is not BoTorch's."""
        super().__init__()
        if not isinstance(model, Model):
            raise TypeError(f"a joint model is a botorch.models.model.Model, got {type(model).__name__}")
        self.model, self.mean, self.deviation = model, mean, deviation

    @property
    def num_outputs(self) -> int:
        """Those of the model."""
        return self.model.num_outputs

    @property
    def batch_shape(self) -> torch.Size:
        """That of the model."""
        return self.model.batch_shape

    def joint(self, X: Tensor, outputs: Sequence[int]) -> MultivariateNormal:
        """The model's own, which must be normal, with means and covariance rescaled."""
        chosen = list(outputs)
        given = self.model.posterior(X, output_indices=chosen)
        if not isinstance(given, GPyTorchPosterior):
            raise NotImplementedError(f"only a normal posterior can be rescaled, got {type(given).__name__}")
        mean, deviation, normal = self.mean[chosen], self.deviation[chosen], given.distribution
        if not isinstance(normal, MultitaskMultivariateNormal):
            return MultivariateNormal(normal.mean * mean[0], normal.covariance_matrix * deviation[0] ** 2)
        pattern = deviation.repeat(X.shape[-2]) if interleaved(normal) else deviation.repeat_interleave(X.shape[-2])
        covariance = normal.covariance_matrix * pattern[:, None] * pattern
        return MultitaskMultivariateNormal(normal.mean * mean, covariance, interleaved=interleaved(normal))

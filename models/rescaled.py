"""A BoTorch model whose outputs are multiplied: turned upside down, made wider, or both."""

from collections.abc import Callable

import torch
from botorch.acquisition.objective import PosteriorTransform
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.posteriors.posterior import Posterior
from gpytorch.distributions import MultitaskMultivariateNormal, MultivariateNormal
from torch import Tensor


def interleaved(normal: MultitaskMultivariateNormal) -> bool:
    """Whether the covariance holds all outputs of the first formulation, then of the second; else output by output.

    The latter is what independent outputs come in. GPyTorch gives it no public name.
    """
    return normal._interleaved


class Rescaled(Model):
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

    def posterior(
        self,
        X: Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,
        posterior_transform: PosteriorTransform | Callable[[Posterior], Posterior] | None = None,
    ) -> Posterior:
        """The model's posterior, which must be normal, with means and covariance rescaled."""
        given = self.model.posterior(X, output_indices=output_indices, observation_noise=observation_noise)
        if not isinstance(given, GPyTorchPosterior):
            raise NotImplementedError(f"only a normal posterior can be rescaled, got {type(given).__name__}")
        chosen = slice(None) if output_indices is None else output_indices
        mean, deviation = self.mean[chosen], self.deviation[chosen]
        normal = given.distribution
        if isinstance(normal, MultitaskMultivariateNormal):
            pattern = deviation.repeat(X.shape[-2]) if interleaved(normal) else deviation.repeat_interleave(X.shape[-2])
            covariance = normal.covariance_matrix * pattern[:, None] * pattern
            rescaled = MultitaskMultivariateNormal(normal.mean * mean, covariance, interleaved=interleaved(normal))
        else:
            rescaled = MultivariateNormal(normal.mean * mean[0], normal.covariance_matrix * deviation[0] ** 2)
        posterior = GPyTorchPosterior(rescaled)
        return posterior if posterior_transform is None else posterior_transform(posterior)

"""A surrogate's model with every objective turned into one to maximise."""

from collections.abc import Callable, Sequence

import torch
from botorch.acquisition.objective import PosteriorTransform
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.posteriors.posterior import Posterior
from gpytorch.distributions import MultitaskMultivariateNormal, MultivariateNormal
from torch import Tensor


def upwards(model: object, signs: Sequence[float]) -> Model:
    """The model with minimised outputs negated, so that all are to maximise; `TypeError` for what is not BoTorch's."""
    if not isinstance(model, Model):
        raise TypeError(f"a joint model is a botorch.models.model.Model, got {type(model).__name__}")
    return model if all(sign > 0 for sign in signs) else _Upwards(model, torch.tensor(signs, dtype=torch.double))


class _Upwards(Model):
    """A model whose outputs are multiplied by plus or minus one."""

    def __init__(self, model: Model, signs: Tensor) -> None:
        super().__init__()
        self.model, self.signs = model, signs

    @property
    def num_outputs(self) -> int:
        return self.model.num_outputs

    @property
    def batch_shape(self) -> torch.Size:
        return self.model.batch_shape

    def posterior(
        self,
        X: Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,
        posterior_transform: PosteriorTransform | Callable[[Posterior], Posterior] | None = None,
    ) -> Posterior:
        given = self.model.posterior(X, output_indices=output_indices, observation_noise=observation_noise)
        if not isinstance(given, GPyTorchPosterior):
            raise NotImplementedError(f"objectives to minimise need a normal posterior, got {type(given).__name__}")
        signs = self.signs if output_indices is None else self.signs[output_indices]
        normal = given.distribution
        if isinstance(normal, MultitaskMultivariateNormal):
            # Covariance is interleaved: all outputs of the first formulation, then of the second.
            pattern = signs.repeat(X.shape[-2])
            covariance = normal.covariance_matrix * pattern[:, None] * pattern
            turned = MultitaskMultivariateNormal(normal.mean * signs, covariance)
        else:
            turned = MultivariateNormal(normal.mean * signs[0], normal.covariance_matrix)
        posterior = GPyTorchPosterior(turned)
        return posterior if posterior_transform is None else posterior_transform(posterior)

"""What BoTorch asks of a model, for models whose posterior is a normal distribution that they work out themselves."""

from abc import abstractmethod
from collections.abc import Callable, Sequence

import torch
from botorch.acquisition.objective import PosteriorTransform
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.posteriors.posterior import Posterior
from gpytorch.distributions import MultitaskMultivariateNormal, MultivariateNormal
from torch import Tensor


class NormalModel(Model):
    """Speaks of the truth alone: the noise of a reading belongs to a film, and not to what is asked about here."""

    @property
    def batch_shape(self) -> torch.Size:
        """Always empty: one model."""
        return torch.Size()

    @abstractmethod
    def joint(self, X: Tensor, outputs: Sequence[int]) -> MultivariateNormal:
        """Of these outputs at the q rows of each batch of X, `batch_shape x q x d`."""

    def posterior(
        self,
        X: Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,
        posterior_transform: PosteriorTransform | Callable[[Posterior], Posterior] | None = None,
    ) -> Posterior:
        """As BoTorch asks for it; `NotImplementedError` where it is to hold the noise of readings."""
        if observation_noise is not False:
            raise NotImplementedError("the noise of a reading belongs to a film, and is not known here")
        outputs = range(self.num_outputs) if output_indices is None else output_indices
        posterior = GPyTorchPosterior(self.joint(X, outputs))
        return posterior if posterior_transform is None else posterior_transform(posterior)


def side_by_side(parts: Sequence[MultivariateNormal]) -> MultivariateNormal:
    """Outputs that know nothing of one another, as one distribution."""
    return parts[0] if len(parts) == 1 else MultitaskMultivariateNormal.from_independent_mvns(list(parts))

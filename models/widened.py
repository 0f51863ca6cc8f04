"""A surrogate that is made less sure: while results do not come as foretold, a planner is to look further around."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from botorch.acquisition.objective import PosteriorTransform
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.posteriors.posterior import Posterior as BotorchPosterior
from gpytorch.distributions import MultitaskMultivariateNormal, MultivariateNormal
from torch import Tensor

from chemistry.formulation import Formulation
from models.protocols import Condition, JointModel, Posterior


@dataclass(frozen=True)
class Widened:
    """A `models.protocols.Fitted` and `JointModel` whose standard deviations are multiplied; means stay.

    Attributes:
        model: what was learnt: a `Fitted` that is a `JointModel` too.
        factors: property → what its standard deviations are multiplied by, 1 where it is left out.
    """

    model: JointModel
    factors: Mapping[str, float]

    def posterior(self, formulations: Sequence[Formulation], conditions: Sequence[Condition]) -> Posterior:
        """Mean as it was learnt, standard deviation of the true value wider; the scatter of films is what it was."""
        told: Posterior = self.model.posterior(formulations, conditions)  # pyright: ignore[reportAttributeAccessIssue]
        return Posterior(mean=told.mean, sd=told.sd * np.array(self._of(conditions)), film_sd=told.film_sd)

    def save(self, folder: Path) -> None:
        """What was learnt, without the widening: that belongs to a moment of the campaign."""
        self.model.save(folder)  # pyright: ignore[reportAttributeAccessIssue]

    def botorch_model(self, conditions: Sequence[Condition]) -> Model:
        """The joint model with each output's covariance multiplied by the square of its factor."""
        learnt = self.model.botorch_model(conditions)
        if not isinstance(learnt, Model):
            raise TypeError(f"a joint model is a botorch.models.model.Model, got {type(learnt).__name__}")
        return _WidenedModel(learnt, torch.tensor(self._of(conditions), dtype=torch.double))

    def features(self, formulations: Sequence[Formulation]) -> np.ndarray:
        """`n x d` inputs of `botorch_model`."""
        return self.model.features(formulations)

    def _of(self, conditions: Sequence[Condition]) -> list[float]:
        return [self.factors.get(condition.property, 1.0) for condition in conditions]


class _WidenedModel(Model):
    """A model with wider outputs."""

    def __init__(self, model: Model, factors: Tensor) -> None:
        super().__init__()
        self.model, self.factors = model, factors

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
        posterior_transform: PosteriorTransform | Callable[[BotorchPosterior], BotorchPosterior] | None = None,
    ) -> BotorchPosterior:
        given = self.model.posterior(X, output_indices=output_indices, observation_noise=observation_noise)
        if not isinstance(given, GPyTorchPosterior):
            raise NotImplementedError(f"only a normal posterior can be made wider, got {type(given).__name__}")
        factors = self.factors if output_indices is None else self.factors[output_indices]
        normal = given.distribution
        if isinstance(normal, MultitaskMultivariateNormal):
            # Covariance is interleaved: all outputs of the first formulation, then of the second.
            pattern = factors.repeat(X.shape[-2])
            wider = MultitaskMultivariateNormal(normal.mean, normal.covariance_matrix * pattern[:, None] * pattern)
        else:
            wider = MultivariateNormal(normal.mean, normal.covariance_matrix * factors[0] ** 2)
        posterior = GPyTorchPosterior(wider)
        return posterior if posterior_transform is None else posterior_transform(posterior)

"""What every acquisition looks at: models, what is known of, what is under way, and what counts as worthless."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import torch
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from torch import Tensor

from planners.gathered import Gather, Gathered
from planners.windows import Window, as_constraints, chance_within

TINY = 1e-300


@dataclass(frozen=True)
class Limited:
    """Hard limits on outputs.

    Attributes:
        model: posterior of what the objectives ask for, and after it of what only limits ask for.
        windows: where its outputs must lie.
    """

    model: Model
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Outlook:
    """What an acquisition looks at, everything to maximise.

    Attributes:
        model: posterior of what the objectives are made of.
        observed: `n x d` features of the films that the front is made of.
        pending: `p x d` features of what is under way.
        reference: `m`, worthless values of the objectives.
        seed: of Monte Carlo samples.
        limited: hard limits, None where there are none.
        gather: makes `... x m` objectives of the model's outputs; None where each output is an objective.
        decision: seed of the campaign and index of the suggestion: what is drawn at random for it follows from them.
    """

    model: Model
    observed: Tensor
    pending: Tensor
    reference: Tensor
    seed: int
    limited: Limited | None = field(default=None)
    gather: Gather | None = field(default=None)
    decision: tuple[int, int] = (0, 0)

    @property
    def joint(self) -> Model:
        """The model of all outputs, those that only limits ask for included."""
        return self.limited.model if self.limited else self.model

    @cached_property
    def marginal(self) -> Model:
        """A normal model of the objectives themselves, m outputs, for one formulation at a time."""
        return self.model if self.gather is None else Gathered(self.model, self.gather)

    @property
    def objectives(self) -> int:
        """How many there are."""
        return len(self.reference)

    @property
    def constraints(self) -> list[Callable[[Tensor], Tensor]] | None:
        """The limits as BoTorch takes them."""
        return as_constraints(self.limited.windows) if self.limited else None

    def chance(self, features: Tensor) -> Tensor:
        """Probability, `n`, that the true values at `n x d` features hold all limits."""
        if self.limited is None:
            return torch.ones(len(features), dtype=features.dtype)
        return chance_within(self.limited.model, self.limited.windows, features)


@torch.no_grad()
def mean_and_sd(model: Model, features: Tensor) -> tuple[Tensor, Tensor]:
    """Posterior means and standard deviations, `n x m` each, of `n x d` features, one by one."""
    posterior = model.posterior(features.unsqueeze(-2))
    if not isinstance(posterior, GPyTorchPosterior):
        raise NotImplementedError(f"Bayesian planning needs a normal posterior, got {type(posterior).__name__}")
    return posterior.mean.squeeze(-2), posterior.variance.squeeze(-2).sqrt()

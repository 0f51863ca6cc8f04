"""How much a candidate is worth: expected improvement of the front, noisy and aware of what is under way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from botorch.acquisition.analytic import LogExpectedImprovement
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.multi_objective import logei
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.utils import prune_inferior_points_multi_objective
from botorch.acquisition.objective import PosteriorTransform
from botorch.acquisition.utils import prune_inferior_points
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.posteriors.posterior import Posterior
from botorch.sampling.normal import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import (
    FastNondominatedPartitioning,
    NondominatedPartitioning,
)
from botorch.utils.sampling import manual_seed
from gpytorch.distributions import MultitaskMultivariateNormal, MultivariateNormal
from torch import Tensor

# BoTorch would compile a kernel of its own in C++ when first asked: half a minute, other digits on each machine, and
# after a kill in the middle of it a lock that every later process waits for, for ever. We are as fast without.
logei._load_attempted = True

SAMPLES = 128
SAMPLES_OF_MANY = 32
"""For three objectives and more: each sample has a front of its own, whose boxes take a tenth of a second then."""
_PRUNING_SAMPLES = 256
_CHUNK = 512


@dataclass(frozen=True)
class Outlook:
    """What an acquisition looks at, everything to maximise.

    Attributes:
        model: posterior of the true objectives, m outputs.
        observed: `n x d` features of the films that the front is made of.
        pending: `p x d` features of what is under way.
        reference: `m`, worthless values.
        seed: of the Monte Carlo samples.
    """

    model: Model
    observed: Tensor
    pending: Tensor
    reference: Tensor
    seed: int


def promising(outlook: Outlook, features: Tensor, n: int) -> Tensor:
    """Rows of `N x d` features with the largest analytic expected improvement, best first.

    Of the hypervolume (Yang et al., J. Glob. Optim. 2019, 75, 3) or of the best value for one objective, over the
    posterior means of what was observed and what is under way. Cheap: it thins a large pool for `best_of`.
    """
    with torch.no_grad(), manual_seed(outlook.seed):
        known = torch.cat([outlook.observed, outlook.pending])
        means = _means(outlook.model, known)
        value = _analytic(outlook, means)
        scores = torch.cat([value(rows.unsqueeze(-2)) for rows in features.split(_CHUNK)])
    return torch.argsort(scores, descending=True, stable=True)[:n]


def best_of(outlook: Outlook, features: Tensor) -> tuple[int, float]:
    """Row of `N x d` features with the largest acquisition, and its value (a logarithm).

    qLogNEHVI for several objectives (Daulton, Balandat & Bakshy, NeurIPS 2021; Ament et al., NeurIPS 2023), qLogNEI
    for one. The front is uncertain too: films are noisy, so it is drawn from the joint posterior of observed, pending
    and candidate.
    """
    with torch.no_grad(), manual_seed(outlook.seed):
        sampler = SobolQMCNormalSampler(torch.Size([_samples(outlook)]), seed=outlook.seed)
        value = _noisy(outlook, sampler)
        scores = torch.cat([value(rows.unsqueeze(-2)) for rows in features.split(_CHUNK)])
    best = int(torch.argmax(scores))
    return best, float(scores[best])


def upwards(model: object, signs: Sequence[float]) -> Model:
    """The model with minimised outputs negated, so that all are to maximise; `TypeError` for what is not BoTorch's."""
    if not isinstance(model, Model):
        raise TypeError(f"a joint model is a botorch.models.model.Model, got {type(model).__name__}")
    return model if all(sign > 0 for sign in signs) else _Upwards(model, torch.tensor(signs, dtype=torch.double))


def _samples(outlook: Outlook) -> int:
    return SAMPLES if outlook.model.num_outputs <= 2 else SAMPLES_OF_MANY


def _means(model: Model, features: Tensor) -> Tensor:
    """Posterior means, `n x m`, of `n x d` features."""
    posterior = model.posterior(features.unsqueeze(-2))
    if not isinstance(posterior, GPyTorchPosterior):
        raise NotImplementedError(f"Bayesian planning needs a normal posterior, got {type(posterior).__name__}")
    return posterior.mean.squeeze(-2)


def _analytic(outlook: Outlook, means: Tensor) -> Callable[[Tensor], Tensor]:
    if outlook.model.num_outputs == 1:
        return LogExpectedImprovement(outlook.model, best_f=means.max())
    # The boxes of the one are fewer by far where there are many objectives (58 against 633 for ten films and four
    # objectives); for two both have the same.
    kind = NondominatedPartitioning if outlook.model.num_outputs == 2 else FastNondominatedPartitioning
    partitioning = cast(
        NondominatedPartitioning, kind(ref_point=outlook.reference, Y=means)
    )  # only its boxes are asked
    return ExpectedHypervolumeImprovement(outlook.model, outlook.reference.tolist(), partitioning)


def _noisy(outlook: Outlook, sampler: SobolQMCNormalSampler) -> Callable[[Tensor], Tensor]:
    pending = outlook.pending if len(outlook.pending) else None
    baseline = _contenders(outlook)
    if outlook.model.num_outputs == 1:
        return qLogNoisyExpectedImprovement(
            model=outlook.model,
            X_baseline=baseline,
            X_pending=pending,
            sampler=sampler,
            prune_baseline=False,
            cache_root=False,
        )
    return qLogNoisyExpectedHypervolumeImprovement(
        model=outlook.model,
        ref_point=outlook.reference.tolist(),
        X_baseline=baseline,
        X_pending=pending,
        sampler=sampler,
        prune_baseline=False,
        cache_root=False,
    )


def _contenders(outlook: Outlook) -> Tensor:
    """Observed formulations that may be best in truth, all others left out: they cannot bound an improvement.

    BoTorch prunes the same way inside the acquisition, but with 2,048 samples, which at 200 films takes longer than all
    the rest.
    """
    if outlook.model.num_outputs == 1:
        kept = prune_inferior_points(outlook.model, outlook.observed, num_samples=_PRUNING_SAMPLES)
    else:
        kept = prune_inferior_points_multi_objective(
            outlook.model, outlook.observed, outlook.reference, num_samples=_PRUNING_SAMPLES
        )
    return kept if len(kept) else outlook.observed


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

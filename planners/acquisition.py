"""How much a candidate is worth: expected improvement of the front, noisy and aware of what is under way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from botorch.acquisition.analytic import LogExpectedImprovement
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.multi_objective import logei
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.objective import IdentityMCMultiOutputObjective
from botorch.acquisition.multi_objective.utils import prune_inferior_points_multi_objective
from botorch.acquisition.objective import GenericMCObjective
from botorch.acquisition.utils import compute_best_feasible_objective, prune_inferior_points
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.sampling.normal import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import (
    FastNondominatedPartitioning,
    NondominatedPartitioning,
)
from botorch.utils.sampling import manual_seed
from torch import Tensor

from planners.windows import Window, as_constraints, chance_within

# BoTorch would compile a kernel of its own in C++ when first asked: half a minute, other digits on each machine, and
# after a kill in the middle of it a lock that every later process waits for, for ever. We are as fast without.
logei._load_attempted = True

SAMPLES = 128
SAMPLES_OF_MANY = 32
"""For three objectives and more: each sample has a front of its own, whose boxes take a tenth of a second then."""
_PRUNING_SAMPLES = 256
_CHUNK = 512
_AS_LIKELY_AS_NOT = 0.5
_TINY = 1e-300
_SHARP = 1e-6
"""Width of the edge of a limit, in the unit of its output. BoTorch's own (1e-3) serves gradients; there are none here,
and where gains are small its tail would let what oversteps a limit by far win."""


@dataclass(frozen=True)
class Limited:
    """Hard limits on outputs.

    Attributes:
        model: posterior of the true objectives, m outputs, and after them of what only limits ask for.
        windows: where its outputs must lie.
    """

    model: Model
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Outlook:
    """What an acquisition looks at, everything to maximise.

    Attributes:
        model: posterior of the true objectives, m outputs.
        observed: `n x d` features of the films that the front is made of.
        pending: `p x d` features of what is under way.
        reference: `m`, worthless values.
        seed: of the Monte Carlo samples.
        limited: hard limits, None where there are none.
    """

    model: Model
    observed: Tensor
    pending: Tensor
    reference: Tensor
    seed: int
    limited: Limited | None = field(default=None)

    @property
    def joint(self) -> Model:
        """The model of all outputs, those that only limits ask for included."""
        return self.limited.model if self.limited else self.model

    @property
    def constraints(self) -> list[Callable[[Tensor], Tensor]] | None:
        """The limits as BoTorch takes them."""
        return as_constraints(self.limited.windows) if self.limited else None


def promising(outlook: Outlook, features: Tensor, n: int, success: Tensor | None = None) -> Tensor:
    """Rows of `N x d` features with the largest analytic expected improvement, best first.

    Of the hypervolume (Yang et al., J. Glob. Optim. 2019, 75, 3) or of the best value for one objective, over the
    posterior means of what was observed and what is under way, and holds the limits as likely as not; times the chance
    to hold them (Gardner et al., ICML 2014) and `success`, `N`, the chance that a film comes of it at all. Cheap: it
    thins a large pool for `best_of`.
    """
    with torch.no_grad(), manual_seed(outlook.seed):
        value = expected_gain(outlook, torch.cat([outlook.observed, outlook.pending]))
        scores = torch.cat([value(rows) for rows in features.split(_CHUNK)])
        if success is not None:
            scores = scores + success.log() if outlook.model.num_outputs == 1 else scores * success
    return torch.argsort(scores, descending=True, stable=True)[:n]


def best_of(outlook: Outlook, features: Tensor, success: Tensor | None = None) -> tuple[int, float]:
    """Row of `N x d` features with the largest acquisition, and its value (a logarithm).

    qLogNEHVI for several objectives (Daulton, Balandat & Bakshy, NeurIPS 2021; Ament et al., NeurIPS 2023), qLogNEI
    for one. The front is uncertain too: films are noisy, so it is drawn from the joint posterior of observed, pending
    and candidate. Under limits a sample's front is made of what holds them in that sample, and what a candidate would
    add counts only where it holds them too. `success`, `N`, is the chance that a film comes of
    it: without one nothing is gained.
    """
    with torch.no_grad(), manual_seed(outlook.seed):
        sampler = SobolQMCNormalSampler(torch.Size([_samples(outlook)]), seed=outlook.seed)
        value = _noisy(outlook, sampler)
        scores = torch.cat([value(rows.unsqueeze(-2)) for rows in features.split(_CHUNK)])
        scores = scores if success is None else scores + success.log()
    best = int(torch.argmax(scores))
    return best, float(scores[best])


def _samples(outlook: Outlook) -> int:
    return SAMPLES if outlook.model.num_outputs <= 2 else SAMPLES_OF_MANY


def mean_and_sd(model: Model, features: Tensor) -> tuple[Tensor, Tensor]:
    """Posterior means and standard deviations, `n x m` each, of `n x d` features."""
    posterior = model.posterior(features.unsqueeze(-2))
    if not isinstance(posterior, GPyTorchPosterior):
        raise NotImplementedError(f"Bayesian planning needs a normal posterior, got {type(posterior).__name__}")
    return posterior.mean.squeeze(-2), posterior.variance.squeeze(-2).sqrt()


def expected_gain(outlook: Outlook, known: Tensor) -> Callable[[Tensor], Tensor]:
    """Score of `n x d` rows against what is known, `k x d`; a logarithm where there is one objective.

    What is known counts where it holds the limits as likely as not.
    """
    single = outlook.model.num_outputs == 1
    if outlook.limited:
        known = known[chance_within(outlook.limited.model, outlook.limited.windows, known) >= _AS_LIKELY_AS_NOT]
    means = (
        mean_and_sd(outlook.model, known)[0]
        if len(known)
        else outlook.reference.new_empty(0, outlook.model.num_outputs)
    )
    if single:
        # Where nothing that holds the limits is known, what is worth more than nothing is a gain.
        improved = LogExpectedImprovement(outlook.model, best_f=means.max() if len(means) else outlook.reference[0])
    else:
        # The boxes of the one are fewer by far where there are many objectives (58 against 633 for ten films and four
        # objectives); for two both have the same.
        kind = NondominatedPartitioning if outlook.model.num_outputs == 2 else FastNondominatedPartitioning
        partitioning = cast(
            NondominatedPartitioning, kind(ref_point=outlook.reference, Y=means)
        )  # only its boxes are asked
        improved = ExpectedHypervolumeImprovement(outlook.model, outlook.reference.tolist(), partitioning)

    def score(rows: Tensor) -> Tensor:
        gain = improved(rows.unsqueeze(-2))
        if outlook.limited is None:
            return gain
        chance = chance_within(outlook.limited.model, outlook.limited.windows, rows)
        return gain + chance.clamp_min(_TINY).log() if single else gain * chance

    return score


def _noisy(outlook: Outlook, sampler: SobolQMCNormalSampler) -> Callable[[Tensor], Tensor]:
    pending = outlook.pending if len(outlook.pending) else None
    baseline = _contenders(outlook)
    if outlook.model.num_outputs == 1:
        return _NoisyImprovement(
            reference=outlook.reference,
            model=outlook.joint,
            X_baseline=baseline,
            X_pending=pending,
            sampler=sampler,
            objective=_FIRST if outlook.limited else None,
            constraints=outlook.constraints,
            eta=_SHARP,
            prune_baseline=False,
            cache_root=False,
        )
    return qLogNoisyExpectedHypervolumeImprovement(
        model=outlook.joint,
        ref_point=outlook.reference.tolist(),
        X_baseline=baseline,
        X_pending=pending,
        sampler=sampler,
        objective=_objectives(outlook),
        constraints=outlook.constraints,
        eta=_SHARP,
        prune_baseline=False,
        cache_root=False,
    )


def _contenders(outlook: Outlook) -> Tensor:
    """Observed formulations that may be best in truth, all others left out: they cannot bound an improvement.

    BoTorch prunes the same way inside the acquisition, but with 2,048 samples, which at 200 films takes longer than all
    the rest.
    """
    if outlook.model.num_outputs == 1:
        kept = prune_inferior_points(
            outlook.joint,
            outlook.observed,
            objective=_FIRST if outlook.limited else None,
            constraints=outlook.constraints,
            num_samples=_PRUNING_SAMPLES,
        )
    else:
        kept = prune_inferior_points_multi_objective(
            outlook.joint,
            outlook.observed,
            outlook.reference,
            objective=_objectives(outlook),
            constraints=outlook.constraints,
            num_samples=_PRUNING_SAMPLES,
        )
    return kept if len(kept) else outlook.observed


_FIRST = GenericMCObjective(lambda samples, X=None: samples[..., 0])


def _objectives(outlook: Outlook) -> IdentityMCMultiOutputObjective | None:
    """Picks the objectives out of all outputs."""
    if outlook.limited is None:
        return None
    return IdentityMCMultiOutputObjective(outcomes=list(range(outlook.model.num_outputs)))


class _NoisyImprovement(qLogNoisyExpectedImprovement):
    """qLogNEI whose best value is the worthless one in samples in which nothing that is known holds the limits.

    BoTorch would draw a lower bound at random and warn; the hypervolume of several objectives is counted in this way.
    """

    def __init__(self, reference: Tensor, **given: Any) -> None:
        super().__init__(**given)
        self._worthless = reference

    def _compute_best_feasible_objective(self, samples: Tensor, obj: Tensor) -> Tensor:
        return compute_best_feasible_objective(samples, obj, self._constraints, infeasible_obj=self._worthless)

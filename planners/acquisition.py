"""What is worth most in expectation: improvement of the front, noisy and aware of what is under way."""

from collections.abc import Callable
from typing import Any, cast

import torch
from botorch.acquisition.analytic import LogExpectedImprovement
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.multi_objective import logei
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.objective import (
    GenericMCMultiOutputObjective,
    IdentityMCMultiOutputObjective,
    MCMultiOutputObjective,
)
from botorch.acquisition.multi_objective.utils import prune_inferior_points_multi_objective
from botorch.acquisition.objective import GenericMCObjective
from botorch.acquisition.utils import compute_best_feasible_objective, prune_inferior_points
from botorch.sampling.normal import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import (
    FastNondominatedPartitioning,
    NondominatedPartitioning,
)
from botorch.utils.sampling import manual_seed
from torch import Tensor

from planners.outlook import TINY, Outlook, mean_and_sd

# BoTorch would compile a kernel of its own in C++ when first asked: half a minute, other digits on each machine, and
# after a kill in the middle of it a lock that every later process waits for, for ever. We are as fast without.
logei._load_attempted = True

SAMPLES = 128
SAMPLES_OF_MANY = 32
"""For three objectives and more: each sample has a front of its own, whose boxes take a tenth of a second then."""
_PRUNING_SAMPLES = 256
_CHUNK = 512
_AS_LIKELY_AS_NOT = 0.5
_SHARP = 1e-6
"""Width of the edge of a limit, in the unit of its output. BoTorch's own (1e-3) serves gradients; there are none here,
and where gains are small its tail would let what oversteps a limit by far win."""


def promising(outlook: Outlook, features: Tensor, n: int, factor: Tensor | None = None) -> Tensor:
    """Rows of `N x d` features with the largest analytic expected improvement, best first.

    Of the hypervolume (Yang et al., J. Glob. Optim. 2019, 75, 3) or of the best value for one objective, over the
    posterior means of what was observed and what is under way, and holds the limits as likely as not; times the chance
    to hold them (Gardner et al., ICML 2014) and `factor`, `N`, such as the chance that a film comes of it at all.
    Cheap: it thins a large pool for `noisy_improvement`.
    """
    with torch.no_grad(), manual_seed(outlook.seed):
        value = expected_gain(outlook, torch.cat([outlook.observed, outlook.pending]))
        scores = torch.cat([value(rows) for rows in features.split(_CHUNK)])
        if factor is not None:
            scores = scores + factor.log() if outlook.objectives == 1 else scores * factor
    return torch.argsort(scores, descending=True, stable=True)[:n]


def noisy_improvement(outlook: Outlook, features: Tensor) -> Tensor:
    """Logarithm of what each row of `N x d` features is worth, `N`.

    qLogNEHVI for several objectives (Daulton, Balandat & Bakshy, NeurIPS 2021; Ament et al., NeurIPS 2023), qLogNEI
    for one. The front is uncertain too: films are noisy, so it is drawn from the joint posterior of observed, pending
    and candidate. Under limits a sample's front is made of what holds them in that sample, and what a candidate would
    add counts only where it holds them too.
    """
    with torch.no_grad(), manual_seed(outlook.seed):
        sampler = SobolQMCNormalSampler(torch.Size([_samples(outlook)]), seed=outlook.seed)
        value = _noisy(outlook, sampler)
        return torch.cat([value(rows.unsqueeze(-2)) for rows in features.split(_CHUNK)])


def _samples(outlook: Outlook) -> int:
    return SAMPLES if outlook.objectives <= 2 else SAMPLES_OF_MANY


def expected_gain(outlook: Outlook, known: Tensor) -> Callable[[Tensor], Tensor]:
    """Score of `n x d` rows against what is known, `k x d`; a logarithm where there is one objective.

    What is known counts where it holds the limits as likely as not.
    """
    single, model = outlook.objectives == 1, outlook.marginal
    if outlook.limited:
        known = known[outlook.chance(known) >= _AS_LIKELY_AS_NOT]
    means = mean_and_sd(model, known)[0] if len(known) else outlook.reference.new_empty(0, outlook.objectives)
    if single:
        # Where nothing that holds the limits is known, what is worth more than nothing is a gain.
        improved = LogExpectedImprovement(model, best_f=means.max() if len(means) else outlook.reference[0])
    else:
        # The boxes of the one are fewer by far where there are many objectives (58 against 633 for ten films and four
        # objectives); for two both have the same.
        kind = NondominatedPartitioning if outlook.objectives == 2 else FastNondominatedPartitioning
        partitioning = cast(
            NondominatedPartitioning, kind(ref_point=outlook.reference, Y=means)
        )  # only its boxes are asked
        improved = ExpectedHypervolumeImprovement(model, outlook.reference.tolist(), partitioning)

    def score(rows: Tensor) -> Tensor:
        gain = improved(rows.unsqueeze(-2))
        if outlook.limited is None:
            return gain
        chance = outlook.chance(rows)
        return gain + chance.clamp_min(TINY).log() if single else gain * chance

    return score


def _noisy(outlook: Outlook, sampler: SobolQMCNormalSampler) -> Callable[[Tensor], Tensor]:
    pending = outlook.pending if len(outlook.pending) else None
    baseline = _contenders(outlook)
    if outlook.objectives == 1:
        return _NoisyImprovement(
            reference=outlook.reference,
            model=outlook.joint,
            X_baseline=baseline,
            X_pending=pending,
            sampler=sampler,
            objective=_objective(outlook),
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
    if outlook.objectives == 1:
        kept = prune_inferior_points(
            outlook.joint,
            outlook.observed,
            objective=_objective(outlook),
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


def _objective(outlook: Outlook) -> GenericMCObjective | None:
    """Makes the one objective of all outputs; None where the one output is the objective."""
    gather = outlook.gather
    if gather is not None:
        return GenericMCObjective(lambda samples, X=None: gather(samples)[..., 0])
    return GenericMCObjective(lambda samples, X=None: samples[..., 0]) if outlook.limited else None


def _objectives(outlook: Outlook) -> MCMultiOutputObjective | None:
    """Makes the objectives of all outputs; None where every output is one."""
    gather = outlook.gather
    if gather is not None:
        return GenericMCMultiOutputObjective(lambda samples, X=None: gather(samples))
    return IdentityMCMultiOutputObjective(outcomes=list(range(outlook.objectives))) if outlook.limited else None


class _NoisyImprovement(qLogNoisyExpectedImprovement):
    """qLogNEI whose best value is the worthless one in samples in which nothing that is known holds the limits.

    BoTorch would draw a lower bound at random and warn; the hypervolume of several objectives is counted in this way.
    """

    def __init__(self, reference: Tensor, **given: Any) -> None:
        super().__init__(**given)
        self._worthless = reference

    def _compute_best_feasible_objective(self, samples: Tensor, obj: Tensor) -> Tensor:
        return compute_best_feasible_objective(samples, obj, self._constraints, infeasible_obj=self._worthless)

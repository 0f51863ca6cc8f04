"""The chance that a formulation gives a film that can be measured, learnt from those that did and those that did not.

A Gaussian process classifier: p(success | x) = σ(f(x)), f a process over formulation features whose mean is the usual
share of successes and whose kernel is that of `models.film_process`. The posterior is Laplace's approximation
(Rasmussen & Williams 2006, algorithms 3.1 and 3.2). How strongly f varies, and which group of features it varies with,
is averaged over a few choices by their evidence, with as much prior weight on "not at all, failures strike anywhere" as
on all the others together: two failures that have nothing in common teach nothing about where to go.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from chemistry.formulation import Formulation
from models.features import NAMES, feature_matrix, groups
from models.film_process import FilmProcess, one_thread
from models.process_features import told_apart

if TYPE_CHECKING:
    import numpy as np

USUAL_SUCCESSES, USUAL_FAILURES = 4.5, 0.5
"""What is thought before the first film: nine of ten succeed, a belief worth five films."""
MOST_FILMS = 400
"""Films that are learnt from; of more an even share is taken."""
_STRENGTHS = (2.0, 4.0)
"""Standard deviations of f, in units of log odds."""
_STRESSED, _MUTED = 4.0, 0.25
"""Kernel weight of the group that f varies with, and of the others; one where it varies with all alike."""
_STEPS = 50
_SETTLED = 1e-9


@dataclass(frozen=True)
class _Belief:
    """f under one choice of kernel: what its posterior at new formulations needs."""

    process: FilmProcess
    variance: float
    mean: float
    gradient: Tensor
    root: Tensor
    factor: Tensor
    log_evidence: float


@dataclass(frozen=True)
class ChanceOfRows:
    """A classifier of rows of numbers that has learnt."""

    features: Tensor
    """`n x d` of what it learnt from."""
    beliefs: tuple[_Belief, ...]
    weights: Tensor
    """Posterior probability of each belief."""

    def __call__(self, rows: Tensor) -> Tensor:
        """Probability of success of each of `n x d` rows, `n`."""
        with one_thread(), torch.no_grad():
            chances = torch.stack([_chance(belief, rows, self.features) for belief in self.beliefs])
            return self.weights @ chances


@dataclass(frozen=True)
class ChanceOfSuccess:
    """A classifier of formulations that has learnt."""

    rows: ChanceOfRows
    process: tuple[str, ...]
    """Columns of the process among them: those in which these formulations differ."""

    def __call__(self, formulations: Sequence[Formulation]) -> "np.ndarray":
        """Probability of success of each of n formulations, `n`."""
        return self.rows(torch.from_numpy(feature_matrix(formulations, self.process))).numpy()

    @property
    def anywhere(self) -> float:
        """Posterior probability that failures strike anywhere."""
        return float(self.rows.weights[0])


def learn_success(succeeded: Sequence[Formulation], failed: Sequence[Formulation]) -> ChanceOfSuccess:
    """Learn from formulations that gave a film and from those that did not, in whatever order.

    Raises:
        ValueError: there is neither.
    """
    known = sorted([(one.key, one, True) for one in succeeded] + [(one.key, one, False) for one in failed])
    if not known:
        raise ValueError("no film was tried, so there is nothing to learn from")
    if len(known) > MOST_FILMS:
        known = [known[place * len(known) // MOST_FILMS] for place in range(MOST_FILMS)]
    process = told_apart([one for _, one, _ in known])
    features = torch.from_numpy(feature_matrix([one for _, one, _ in known], process))
    succeeds = torch.tensor([good for *_, good in known])
    return ChanceOfSuccess(learn_rows(features, succeeds, groups((*NAMES, *process))), process)


def learn_rows(features: Tensor, succeeded: Tensor, kinds: dict[str, tuple[int, ...]]) -> ChanceOfRows:
    """Learn from `n x d` rows, `n` of them true where it went well; `kinds` are the columns that belong together."""
    n = len(features)
    with one_thread(), torch.no_grad():
        outcome = torch.where(succeeded, 1.0, -1.0).double()
        share = (USUAL_SUCCESSES + float((outcome > 0).sum())) / (USUAL_SUCCESSES + USUAL_FAILURES + n)
        mean = math.log(share / (1 - share))
        nowhere = _Belief(FilmProcess(kinds, 1.0, 1.0), 0.0, mean, *_nothing(n), _plain(outcome, mean))
        beliefs = [
            _believe(kernel, strength**2, mean, features, outcome)
            for kernel in _processes(kinds)
            for strength in _STRENGTHS
        ]
        # As much weight on the first as on the others together.
        evidence = torch.tensor([nowhere.log_evidence, *(b.log_evidence - math.log(len(beliefs)) for b in beliefs)])
        return ChanceOfRows(features, (nowhere, *beliefs), torch.softmax(evidence.double(), dim=0))


def _processes(kinds: dict[str, tuple[int, ...]]) -> list[FilmProcess]:
    """Kernels: one in which all groups of features count alike, and for each group one that stresses it."""
    found = []
    for stressed in (None, *range(len(kinds))):
        process = FilmProcess(kinds, 1.0, 1.0)
        if stressed is not None:
            weight = torch.full((len(kinds),), _MUTED, dtype=torch.double)
            weight[stressed] = _STRESSED
            process.log["weight"].copy_(weight.log())
        found.append(process)
    return found


def _believe(process: FilmProcess, variance: float, mean: float, features: Tensor, outcome: Tensor) -> _Belief:
    """The mode of f and the evidence, by Newton's method; the likelihood is log-concave, so there is one mode."""
    n = len(outcome)
    covariance = variance * process.over_features(process.distances(features, features))
    away = torch.zeros(n, dtype=torch.double)
    for _ in range(_STEPS):
        chance = torch.sigmoid(mean + away)
        gradient = (outcome + 1) / 2 - chance
        root = (chance * (1 - chance)).sqrt()
        factor = torch.linalg.cholesky(torch.eye(n, dtype=torch.double) + root[:, None] * covariance * root)
        pull = root**2 * away + gradient
        solved = torch.cholesky_solve((root * (covariance @ pull))[:, None], factor).flatten()
        weights = pull - root * solved
        before, away = away, covariance @ weights
        if float((away - before).abs().max()) < _SETTLED:
            break
    chance = torch.sigmoid(mean + away)
    gradient, root = (outcome + 1) / 2 - chance, (chance * (1 - chance)).sqrt()
    factor = torch.linalg.cholesky(torch.eye(n, dtype=torch.double) + root[:, None] * covariance * root)
    likelihood = torch.nn.functional.logsigmoid(outcome * (mean + away)).sum()
    log_evidence = float(likelihood - 0.5 * (gradient @ away) - factor.diagonal().log().sum())
    return _Belief(process, variance, mean, gradient, root, factor, log_evidence)


def _nothing(n: int) -> tuple[Tensor, Tensor, Tensor]:
    return torch.zeros(n, dtype=torch.double), torch.zeros(n, dtype=torch.double), torch.eye(n, dtype=torch.double)


def _plain(outcome: Tensor, mean: float) -> float:
    return float(torch.nn.functional.logsigmoid(outcome * mean).sum())


def _chance(belief: _Belief, rows: Tensor, features: Tensor) -> Tensor:
    """Averaged over f, by the approximation of MacKay (Neural Comput. 1992, 4, 720)."""
    if belief.variance == 0:
        return torch.full((len(rows),), belief.mean, dtype=torch.double).sigmoid()
    process = belief.process
    across = belief.variance * process.over_features(process.distances(rows, features))
    mean = belief.mean + across @ belief.gradient
    spread = torch.linalg.solve_triangular(belief.factor, (belief.root * across).T, upper=False)
    variance = (belief.variance - (spread**2).sum(dim=0)).clamp_min(0.0)
    return torch.sigmoid(mean / (1 + math.pi * variance / 8).sqrt())

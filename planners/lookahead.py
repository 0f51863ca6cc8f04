"""What theory is worth: how far a calculation would raise the gain of the experiment that comes after it.

An experiment on a is worth the expected improvement of what will be believed once it is read. With μ and σ² the mean
and variance of the truth and v the variance of its error, that belief is normal about μ with variance σ⁴ / (σ² + v); no
error leaves the ordinary expected improvement. Calculations improve nothing by themselves. They move the means of all
candidates by M z and lower their variances by the squares of M, with z standard normal (`models.teaching`), and so
change which experiment is best and what it gains. Averaged over z, that gain is compared with the price of all:

    rate of an experiment     max_a gain(a) / c_experiment
    rate of k calculations    E_z [max_a gain(a | z)] / (k c_calculation + c_experiment)

Calculations are bought, one at a time, where some number of them has the larger rate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from botorch.utils.sampling import draw_sobol_normal_samples
from gpytorch.distributions import MultivariateNormal
from torch import Tensor

from models.normal_model import NormalModel, side_by_side

DRAWS = 32
"""Of what calculations may say: the points of a scrambled Sobol sequence."""
_LEAST_VARIANCE, _LEAST_SD = 1e-12, 1e-6

Value = Callable[[Tensor], Tensor]
"""Expected gain, `n`, of candidates whose means and standard deviations are given, `n x 2M` (`AsTold`)."""


class AsTold(NormalModel):
    """A BoTorch model whose posterior is its input: M means and then M standard deviations, independent of one another.

    It asks BoTorch's acquisitions about beliefs that no model holds yet. `outputs` are those that it speaks of.
    """

    def __init__(self, outputs: int, of: int) -> None:
        super().__init__()
        self._outputs, self._of = outputs, of

    @property
    def num_outputs(self) -> int:
        """How many outputs it speaks of."""
        return self._outputs

    def joint(self, X: Tensor, outputs: Sequence[int]) -> MultivariateNormal:
        """Normal about the means that are given; of single rows, `... x 1 x 2M`."""
        return side_by_side(
            [MultivariateNormal(X[..., place], torch.diag_embed(X[..., self._of + place] ** 2)) for place in outputs]
        )


@dataclass(frozen=True)
class Beliefs:
    """What is believed of `a` candidates, every objective to maximise.

    Attributes:
        mean, sd: `a x M` of the truth, of all objectives and of what limits ask for.
        error: `a x M`, variance of the error of an experiment.
    """

    mean: Tensor
    sd: Tensor
    error: Tensor

    def gains(self, value: Value) -> Tensor:
        """Expected gain of an experiment on each candidate, `a`."""
        return value(_rows(self.mean, self.sd**2, self.error))


def after(beliefs: Beliefs, moves: Tensor, value: Value, seed: int) -> float:
    """Mean, over what k calculations may say, of the gain of the best experiment after them.

    Args:
        beliefs: of the candidates.
        moves: `k x a x M`, how the calculations move what is believed; zero for what they do not tell of.
        value: see `Value`.
        seed: of the draws.
    """
    k, _, m = moves.shape
    draws = draw_sobol_normal_samples(k * m, DRAWS, dtype=torch.double, seed=seed).reshape(DRAWS, k, m)
    means = beliefs.mean + torch.einsum("dkm,kam->dam", draws, moves)
    variance = (beliefs.sd**2 - (moves**2).sum(dim=0)).expand(means.shape)
    rows = _rows(means, variance, beliefs.error.expand(means.shape))
    return float(value(rows.flatten(0, 1)).reshape(DRAWS, -1).max(dim=1).values.mean())


def _rows(mean: Tensor, variance: Tensor, error: Tensor) -> Tensor:
    """Means, and standard deviations of what will be believed once an experiment has been read, `... x 2M`."""
    variance = variance.clamp_min(_LEAST_VARIANCE)
    # What an experiment does not tell of has an endless error, and moves nothing.
    return torch.cat([mean, (variance / (variance + error).sqrt()).clamp_min(_LEAST_SD)], dim=-1)

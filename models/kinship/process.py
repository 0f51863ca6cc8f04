"""The process over films with kinship: polymers and salts are as alike as their fingerprints say.

`models.film_process` with a Tanimoto kernel S in the place of the distance kernel of two groups, polymer and salt:

    k((x,T),(x',T')) = Π_kin (1 + a S) / (1 + a) · Π_g (1 + a_g M(r_g/l_g)) / (1 + a_g) · k_T(τ, τ'),

and, where a glass transition is estimated, a prior mean that is linear in it: m + b τ + c Tg. All else (film effect,
noise, priors of the hyperparameters, their search) is that of the other process.
"""

import torch
from torch import Tensor, nn

from models.film_process import FilmProcess
from models.kinship.inputs import KIN, Inputs, Kinship

_GLASS_SD = 0.5
"""Prior standard deviation of c, for a standardised target and a standardised glass transition."""


class KinshipProcess(FilmProcess):
    """Hyperparameters and covariance; the weights are those of `KIN`, then those of the groups of columns."""

    def __init__(
        self, groups: dict[str, tuple[int, ...]], film_sd: float, extra_sd: float, glass: int | None = None
    ) -> None:
        """Starts at the prior medians; `glass` is the column of the glass transition, where there is one."""
        super().__init__(groups, film_sd, extra_sd)
        self.glass = glass
        medians = torch.zeros(len(KIN) + len(groups), dtype=torch.double)
        self.log["weight"] = nn.Parameter(medians)
        self.prior["weight"] = medians.clone()
        if glass is not None:
            self.mean = nn.Parameter(torch.zeros(3, dtype=torch.double))
            self.mean_sd = torch.cat([self.mean_sd, torch.tensor([_GLASS_SD], dtype=torch.double)])

    def apart(self, kinship: Kinship, one: Inputs, rows: slice, other: Inputs) -> Tensor:
        """Distances `g x a x b` of some rows of the one from all of the other: those of kin first."""
        return torch.cat([kinship.between(one, rows, other), self.distances(one.columns[rows], other.columns)], dim=0)

    def factors(self, distances: Tensor) -> Tensor:
        """Tanimoto kernels of kin, Matérn-5/2 of the other groups."""
        kin = len(KIN)
        return torch.cat([1.0 - distances[..., :kin, :, :], super().factors(distances[..., kin:, :, :])], dim=-3)

    def mean_for(self, features: Tensor, tau: Tensor) -> Tensor:
        """Prior mean of formulations, `n x 2c` columns, at reduced temperatures, `n`."""
        mean = self.mean_at(tau)
        return mean if self.glass is None else mean + self.mean[2] * features[:, self.glass]

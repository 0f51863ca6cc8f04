"""A Gaussian process over films and fidelities: one function for each source of readings, and how they hang together.

The function of fidelity s, as experiment (s = 0) would give it, is

    g_s = a_s (ρ_s g_0 + (1 - ρ_s²)^½ h_s),      0 < ρ_s < 1,

with h_s independent of g_0 and of the same covariance k over formulation and temperature (`models.film_process`). So

    cov(g_s(x,T), g_t(x',T')) = B_st k((x,T),(x',T')),   B = (aρ)(aρ)ᵀ + diag(a² (1 - ρ²)),   a_0 = ρ_0 = 1:

intrinsic coregionalisation (Bonilla, Chai and Williams, NeurIPS 2007) of rank one beside a part that each source has to
itself. Each fidelity has its own mean and slope over temperature, its own effect of a film (a cell, a trajectory), and
its own scatter beyond what readings state. Theory that does not go with experiment is told by a small ρ or a large
scatter; either way its weight in what is said of experiments goes to zero. BoTorch's `MultiTaskGP` (0.18) infers one
noise for all tasks or takes it as known, which is why it is not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.film_data import FilmData
from models.film_process import FilmProcess

AGREEMENT = 0.73
"""Prior median of ρ; its log odds have a standard deviation of 1.5, so that .22 to .96 are within one."""


@dataclass(frozen=True)
class FidelityData(FilmData):
    """Readings of one property, standardised as the experiments are. A film is read by one fidelity.

    What was both measured and simulated stands twice among the films.

    Attributes:
        source: `n`, place of each reading's fidelity; 0 is the one that is foretold.
    """

    source: Tensor


@dataclass(frozen=True)
class SourcePrior:
    """Prior medians for one fidelity beside experiment, in standardised units.

    Attributes:
        offset: of its mean from that of experiments; it is centred there with a standard deviation of one.
        amplitude: a_s.
        film_sd, extra_sd: of the effect of a film, and of scatter beyond what readings state.
    """

    offset: float
    amplitude: float
    film_sd: float
    extra_sd: float


class FidelityProcess(FilmProcess):
    """Hyperparameters and covariance; without other sources it is a `FilmProcess`."""

    def __init__(
        self, groups: dict[str, tuple[int, ...]], film_sd: float, extra_sd: float, others: Sequence[SourcePrior]
    ) -> None:
        """Starts at the prior medians; `others` are the fidelities beside experiment, in their order."""
        super().__init__(groups, film_sd, extra_sd)
        odds = AGREEMENT / (1.0 - AGREEMENT)
        medians = {
            "amplitude": [other.amplitude for other in others],
            "agreement": [odds] * len(others),
            "other_film_sd": [other.film_sd for other in others],
            "other_extra_sd": [other.extra_sd for other in others],
        }
        for name, values in medians.items():
            self.log[name] = nn.Parameter(torch.tensor(values, dtype=torch.double).log())
            self.prior[name] = self.log[name].detach().clone()
        self.spread |= {"amplitude": 0.4, "agreement": 1.5, "other_film_sd": 0.7, "other_extra_sd": 0.7, "offset": 1.0}
        start = torch.tensor([[other.offset, 0.0] for other in others], dtype=torch.double).reshape(-1, 2)
        self.offset = nn.Parameter(start.clone())
        self.prior["offset"] = start

    def log_prior(self) -> Tensor:
        """As that of films, with a normal prior of means and slopes about where they start."""
        away = (self.offset - self.prior["offset"]) / torch.tensor([1.0, 0.3], dtype=torch.double)
        return super().log_prior() - 0.5 * (away**2).sum()

    def correlation(self) -> Tensor:
        """ρ of each fidelity, experiment first."""
        return torch.cat([torch.ones(1, dtype=torch.double), torch.sigmoid(self.log["agreement"])])

    def between_sources(self) -> Tensor:
        """B, `s x s`."""
        amplitude = torch.cat([torch.ones(1, dtype=torch.double), self.log["amplitude"].exp()])
        shared = amplitude * self.correlation()
        return torch.outer(shared, shared) + torch.diag(amplitude**2 * (1.0 - self.correlation() ** 2))

    def between_readings(self, data: FilmData) -> Tensor:
        """Covariance of readings but for the part over formulations, `n x n`, with that of their fidelities."""
        own = self._one_hot(data)
        return super().between_readings(data) * (own @ self.between_sources() @ own.T)

    def film_variance(self, data: FilmData) -> Tensor:
        """Variance of the effect of each reading's film, `n x 1`: the readings of a film are of one fidelity."""
        return (self._one_hot(data) @ self._with_others("film_sd") ** 2)[:, None]

    def noise(self, data: FilmData) -> Tensor:
        """Variance of each reading about its film, `n`, with the scatter of its fidelity."""
        return data.variance + self._one_hot(data) @ self._with_others("extra_sd") ** 2

    def mean_of(self, data: FilmData) -> Tensor:
        """Prior mean of each reading, `n`, that of its fidelity."""
        offsets = torch.cat([torch.zeros(1, 2, dtype=torch.double), self.offset])
        offset, slope = (self._one_hot(data) @ offsets).T
        return self.mean_at(data.tau) + offset + slope * data.tau

    def towards(self, tau: Tensor, data: FilmData, source: int = 0) -> Tensor:
        """Covariance of a fidelity at one reduced temperature with each reading, formulations apart, `n`."""
        return super().towards(tau, data) * (self._one_hot(data) @ self.between_sources()[source])

    def own_noise(self, source: int) -> Tensor:
        """Variance of the first reading of a new film (cell, trajectory) of a fidelity, beyond what it states."""
        return self._with_others("film_sd")[source] ** 2 + self._with_others("extra_sd")[source] ** 2

    @torch.no_grad()
    def evidence(self, data: FilmData) -> float:
        """Log density of the experiments when the readings of all other fidelities are given, nats."""
        order = torch.argsort(self._one_hot(data)[:, 0], stable=True)
        covariance = self.covariance(data, self.distances(data.features, data.features))[order][:, order]
        factor = torch.linalg.cholesky(covariance)
        residual = (data.value - self.mean_of(data))[order, None]
        white = torch.linalg.solve_triangular(factor, residual, upper=False).flatten()
        last = slice(-int(self._one_hot(data)[:, 0].sum()), None)
        return float(-0.5 * (white[last] ** 2).sum() - factor.diagonal()[last].log().sum())

    def _with_others(self, name: str) -> Tensor:
        return torch.cat([self.log[name].exp()[None], self.log[f"other_{name}"].exp()])

    def _one_hot(self, data: FilmData) -> Tensor:
        if not isinstance(data, FidelityData):
            raise TypeError("a process over fidelities needs to know that of each reading")
        return nn.functional.one_hot(data.source, 1 + len(self.log["amplitude"])).double()

"""A Gaussian process over films: one function of formulation and temperature, plus an offset that each film keeps.

A reading of property y on film f of formulation x at temperature T is

    y = m + b τ(T) + g(x, T) + u_f + e,      u_f ~ N(0, v_film),   e ~ N(0, sd² / trust + v_extra),

with τ the scaled reciprocal temperature. Where results began to come at another level (`models.drift`), those before a
shift share its unknown size: the level walks at random, cov(d_i, d_j) = v_shift min(n_i, n_j) for n shifts since, and
what is foretold is the level of today. The covariance of g is a product over the groups of features, each factor a
constant plus a Matérn-5/2 kernel (an ANOVA kernel: main effects and all interactions; Duvenaud, Nickisch & Rasmussen,
NeurIPS 2011), times a kernel over τ made of an offset, a slope and a smooth rest:

    k((x,T),(x',T')) = Π_g (1 + a_g M(r_g/l_g)) / (1 + a_g)  ·  (s_0² + s_1² τ τ' + s_2² exp(-(τ-τ')²/2 l_τ²)).

Inference is exact (Rasmussen & Williams 2006, algorithm 2.1). At a fixed temperature the posterior depends on films,
not on readings: with W the kernel over τ between the condition and each reading, summed into the reading's film,
mean(x) = K(x, F) Wᵀα and covariance K(x, x') κ - K(x, F) Wᵀ(K+N)⁻¹W K(F, x'), which is what makes it fast.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models.film_data import FilmData

if TYPE_CHECKING:
    import numpy as np

CENTRE_PER_KK = 3.05
SCALE_PER_KK = 0.25
"""1000/T of 55 °C, and of the half range from 30 to 80 °C: τ then runs over about -1 to 1 where films are measured."""
_SQRT5 = 5.0**0.5
_SPREAD = 0.6
"""Prior standard deviation of a hyperparameter's logarithm, where none is given."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread: its sums differ in the last digits with the thread count, and small matrices gain none."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def reduced_temperature(temperature_C: float | None) -> float:
    """τ of a temperature in °C; zero for a property that has none."""
    if temperature_C is None:
        return 0.0
    return (1000.0 / (temperature_C + 273.15) - CENTRE_PER_KK) / SCALE_PER_KK


def temperature_C(tau: float) -> float | None:
    """The temperature of a τ, °C, to a thousandth; None for the τ of a property that has none."""
    return None if tau == 0.0 else round(1000.0 / (CENTRE_PER_KK + SCALE_PER_KK * tau) - 273.15, 3)


def reduced_temperatures(temperature_C: "np.ndarray") -> Tensor:
    """τ of each temperature in °C, NaN where a property has none."""
    given = (None if math.isnan(T) else float(T) for T in temperature_C)
    return torch.tensor([reduced_temperature(T) for T in given], dtype=torch.double)


class FilmProcess(nn.Module):
    """Hyperparameters and covariance. All parameters are logarithms but the mean and the slope of the mean."""

    def __init__(self, groups: dict[str, tuple[int, ...]], film_sd: float, extra_sd: float) -> None:
        """Starts at the prior medians; `film_sd` and `extra_sd` are prior medians in standardised units."""
        super().__init__()
        self.groups = list(groups.values())
        medians = {
            "length": torch.full((len(groups),), 1.0),
            "weight": torch.full((len(groups),), 1.0),
            "offset_sd": torch.tensor(1.7),
            "slope_sd": torch.tensor(0.25),
            "rest_sd": torch.tensor(0.08),
            "tau_length": torch.tensor(0.8),
            "film_sd": torch.tensor(film_sd),
            "extra_sd": torch.tensor(extra_sd),
        }
        self.spread = {
            "length": 0.5,
            "weight": 1.0,
            "offset_sd": 0.4,
            "mean": 2.0,
            "film_sd": 0.4,
            "tau_length": 0.4,
            "extra_sd": 0.7,
        }
        self.log = nn.ParameterDict({name: nn.Parameter(value.double().log()) for name, value in medians.items()})
        self.prior = {name: value.detach().clone() for name, value in self.log.items()}
        self.mean = nn.Parameter(torch.zeros(2, dtype=torch.double))
        self.mean_sd = torch.tensor([1.0, 2.0], dtype=torch.double)

    def log_prior(self) -> Tensor:
        """Log density of the hyperparameters, up to a constant: log-normal about the medians, normal for the mean."""
        total = -0.5 * ((self.mean / self.mean_sd) ** 2).sum()
        for name, value in self.log.items():
            total = total - 0.5 * (((value - self.prior[name]) / self.spread.get(name, _SPREAD)) ** 2).sum()
        return total

    def distances(self, one: Tensor, other: Tensor) -> Tensor:
        """Distance in each group of features, `... x g x a x b`, for `... x a x d` and `... x b x d`.

        A group's squared distance is the mean over its columns, so that wide groups are no farther apart than narrow.
        """
        parts = []
        for columns in self.groups:
            left, right = one[..., columns] / len(columns) ** 0.5, other[..., columns] / len(columns) ** 0.5
            parts.append(torch.cdist(left, right, compute_mode="donot_use_mm_for_euclid_dist"))
        return torch.stack(parts, dim=-3)

    def factors(self, distances: Tensor) -> Tensor:
        """The kernel of each group, `... x g x a x b`, one at no distance: Matérn-5/2."""
        scaled = _SQRT5 * distances / self.log["length"].exp()[:, None, None]
        return (1.0 + scaled + scaled**2 / 3.0) * (-scaled).exp()

    def over_features(self, distances: Tensor) -> Tensor:
        """Covariance over formulations, `... x a x b`, of distances `... x g x a x b`; one on the diagonal."""
        weight = self.log["weight"].exp()[:, None, None]
        return ((1.0 + weight * self.factors(distances)) / (1.0 + weight)).prod(dim=-3)

    def over_temperature(self, one: Tensor, other: Tensor) -> Tensor:
        """Covariance over reduced temperature, `a x b`."""
        difference = (one[:, None] - other[None, :]) / self.log["tau_length"].exp()
        offset, slope, rest = (self.log[name].exp() ** 2 for name in ("offset_sd", "slope_sd", "rest_sd"))
        return offset + slope * one[:, None] * other[None, :] + rest * (-0.5 * difference**2).exp()

    def variance_at(self, tau: Tensor) -> Tensor:
        """Prior variance of a formulation's value at reduced temperatures, the shape of `tau`."""
        offset, slope, rest = (self.log[name].exp() ** 2 for name in ("offset_sd", "slope_sd", "rest_sd"))
        return offset + slope * tau**2 + rest

    def covariance(self, data: FilmData, distances: Tensor) -> Tensor:
        """Covariance of readings, `n x n`, with film effect and noise; `distances` are those among the films."""
        return self.of_readings(data, self.over_features(distances))

    def of_readings(self, data: FilmData, over_films: Tensor) -> Tensor:
        """The same, of the covariance of the films, `f x f`."""
        # A product with the incidence of readings and films: its gradient is a product too, unlike that of indexing.
        belongs = nn.functional.one_hot(data.film, len(data.features)).double()
        smooth = belongs @ over_films @ belongs.T * self.between_readings(data)
        film_effect = self.film_variance(data) * (belongs @ belongs.T)
        covariance = smooth + film_effect + torch.diag(self.noise(data))
        if data.moved is None:
            return covariance
        return covariance + torch.minimum(data.moved[:, None], data.moved[None, :])

    def between_readings(self, data: FilmData) -> Tensor:
        """Covariance of readings but for the part over formulations, `n x n`."""
        return self.over_temperature(data.tau, data.tau)

    def film_variance(self, data: FilmData) -> Tensor:
        """Variance of the effect of each reading's film, `n x 1` or one for all."""
        return self.log["film_sd"].exp() ** 2

    def noise(self, data: FilmData) -> Tensor:
        """Variance of each reading about its film, `n`."""
        return data.variance + self.log["extra_sd"].exp() ** 2

    def mean_at(self, tau: Tensor) -> Tensor:
        """Prior mean at reduced temperatures, the shape of `tau`."""
        return self.mean[0] + self.mean[1] * tau

    def mean_for(self, features: Tensor, tau: Tensor) -> Tensor:
        """Prior mean of formulations, `n x d` features, at reduced temperatures, `n`: the same for all of them."""
        return self.mean_at(tau)

    def mean_of(self, data: FilmData) -> Tensor:
        """Prior mean of each reading, `n`."""
        return self.mean_for(data.features[data.film], data.tau)

    def towards(self, tau: Tensor, data: FilmData, source: int = 0) -> Tensor:
        """Covariance between one reduced temperature and each reading but for the part over formulations, `n`.

        There is one source of readings here, 0; `models.fidelity_kernels` has several.
        """
        return self.over_temperature(tau, data.tau)[0]

    def between_sources(self) -> Tensor:
        """Covariance of the sources of readings, `s x s`, over that of the one that is foretold."""
        return torch.ones(1, 1, dtype=torch.double)

    def own_noise(self, source: int) -> Tensor:
        """Variance of the first reading of a new film about its formulation's value, beyond what it states."""
        return self.log["film_sd"].exp() ** 2 + self.log["extra_sd"].exp() ** 2

    def loss(self, data: FilmData, distances: Tensor) -> tuple[float, Tensor]:
        """Negative log posterior of the hyperparameters, up to a constant, and a scalar that has its gradient.

        The gradient of the likelihood is tr((K⁻¹ - ααᵀ) ∂K)/2 - α·∂m (Rasmussen & Williams 2006, equation 5.9); given
        so, nothing has to be differentiated through the factorisation.
        """
        covariance, mean = self.covariance(data, distances), self.mean_of(data)
        with torch.no_grad():
            factor = torch.linalg.cholesky(covariance)
            residual = data.value - mean
            inverse = torch.cholesky_inverse(factor)
            alpha = inverse @ residual
            pull = 0.5 * (inverse - torch.outer(alpha, alpha))
            value = 0.5 * residual @ alpha + factor.diagonal().log().sum()
        prior = self.log_prior()
        return float(value - prior.detach()), (pull * covariance).sum() - alpha @ mean - prior

    def learn(self, data: FilmData, distances: Tensor | None = None, steps: int = 60) -> None:
        """Move the hyperparameters to the mode of their posterior: L-BFGS from the prior medians, nothing random.

        `distances` are those among the films in each group, where the caller measures them in another way.
        """
        import numpy as np
        from scipy.optimize import minimize

        distances = self.distances(data.features, data.features) if distances is None else distances
        parameters = list(self.parameters())

        def value_and_slope(flat: np.ndarray) -> tuple[float, np.ndarray]:
            nn.utils.vector_to_parameters(torch.from_numpy(flat), parameters)
            value, slope = self.loss(data, distances)
            return value, nn.utils.parameters_to_vector(torch.autograd.grad(slope, parameters)).numpy()

        start = nn.utils.parameters_to_vector(parameters).detach().numpy().copy()
        options = {"maxiter": steps, "ftol": 1e-5}
        bounds = self._bounds()
        best = minimize(value_and_slope, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
        nn.utils.vector_to_parameters(torch.from_numpy(best), parameters)

    def _bounds(self) -> list[tuple[float, float]]:
        """Four prior standard deviations each way: no step of the search may leave what can be factorised."""
        bounds: list[tuple[float, float]] = []
        for name, parameter in self.named_parameters():
            key = name.removeprefix("log.")
            reach = 4.0 * self.spread.get(key, _SPREAD)
            middle = self.prior[key].flatten().tolist() if key in self.prior else [0.0] * parameter.numel()
            bounds += [(value - reach, value + reach) for value in middle]
        return bounds

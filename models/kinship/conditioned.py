"""A film process after its readings: exactly, or through a few of them.

Exact inference costs n³ (Rasmussen & Williams 2006, algorithm 2.1). The sparse one keeps the process at k chosen
readings alone and takes the best normal distribution over them, which for normal noise is known in closed form
(Titsias, AISTATS 2009), at n k². Readings of one film share its effect, so the noise is Σ = D + v BBᵀ, a block for each
film, where the usual sparse processes, GPyTorch's among them, take a diagonal:

    q(u) = N(Kzz M⁻¹ Kzn Σ⁻¹ r, Kzz M⁻¹ Kzz),   M = Kzz + Kzn Σ⁻¹ Knz.

Both are told in one form: mean m(x) + k(x, Z) w, variance k(x, x) - |R k(Z, x)|².
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.film_data import FilmData
from models.film_process import FilmProcess

_JITTER = 1e-8
_EXPLAINED = 1e-6
"""No further reading is chosen where none has a larger share of its variance unexplained."""


@dataclass(frozen=True)
class Conditioned:
    """What readings have made of a process.

    Attributes:
        rows: `k`, the readings Z that it rests on.
        weights: `k`.
        root: `k x k`.
    """

    rows: Tensor
    weights: Tensor
    root: Tensor


@torch.no_grad()
def exact(process: FilmProcess, data: FilmData, over_films: Tensor) -> Conditioned:
    """On all n readings; `over_films` is the covariance of the films, `f x f`."""
    factor = torch.linalg.cholesky(process.of_readings(data, over_films))
    root = torch.linalg.solve_triangular(factor, torch.eye(len(factor), dtype=torch.double), upper=False)
    return Conditioned(torch.arange(len(factor)), root.T @ (root @ _residual(process, data)), root)


@torch.no_grad()
def sparse(process: FilmProcess, data: FilmData, of_film: Callable[[int], Tensor], most: int) -> Conditioned:
    """Through at most so many readings; `of_film` gives a film's covariance with all films, `f`."""
    rows, cross = chosen_readings(process, data, of_film, most)
    within = cross[:, rows]
    jitter = _JITTER * float(within.diagonal().mean())
    factor = torch.linalg.cholesky(within + jitter * torch.eye(len(rows), dtype=torch.double))
    white = torch.linalg.solve_triangular(factor, cross, upper=False)
    without_noise = _without_noise(process, data, torch.cat([white.T, _residual(process, data)[:, None]], dim=1))
    told = white @ without_noise
    sizes, turned = torch.linalg.eigh(told[:, :-1])
    sizes = sizes.clamp_min(0.0)
    inverse = torch.linalg.solve_triangular(factor, torch.eye(len(rows), dtype=torch.double), upper=False)
    # With W = V Σ⁻¹ Vᵀ in the whitened process, the variance falls by W (1 + W)⁻¹ and the mean is (1 + W)⁻¹ V Σ⁻¹ r.
    root = (sizes / (1.0 + sizes)).sqrt()[:, None] * (turned.T @ inverse)
    return Conditioned(rows, inverse.T @ (turned @ ((turned.T @ told[:, -1]) / (1.0 + sizes))), root)


@torch.no_grad()
def chosen_readings(
    process: FilmProcess, data: FilmData, of_film: Callable[[int], Tensor], most: int
) -> tuple[Tensor, Tensor]:
    """Readings that stand for all, and their covariances with all, `k x n`.

    Each is the one that those before it explain least, polymer and condition together:
    the pivots of a partial Cholesky factorisation of the prior covariance, nothing random (Burt, Rasmussen and van der
    Wilk, J. Mach. Learn. Res. 2020, 21, 131).
    """
    left = process.variance_at(data.tau)
    enough = _EXPLAINED * float(left.max())
    pivots, covariances, known = [], [], {}
    columns = torch.empty(min(most, len(left)), len(left), dtype=torch.double)
    while len(pivots) < len(columns):
        place = int(left.argmax())
        if float(left[place]) <= enough:
            break
        film, own = int(data.film[place]), data.tau[place : place + 1]
        if film not in known:
            known[film] = of_film(film)
        column = known[film][data.film] * process.over_temperature(own, data.tau)[0]
        done = columns[: len(pivots)]
        columns[len(pivots)] = (column - done[:, place] @ done) / left[place].sqrt()
        left = (left - columns[len(pivots)] ** 2).clamp_min(0.0)
        left[place] = 0.0
        pivots.append(place)
        covariances.append(column)
    return torch.tensor(pivots), torch.stack(covariances)


def _residual(process: FilmProcess, data: FilmData) -> Tensor:
    return data.value - process.mean_of(data)


def _without_noise(process: FilmProcess, data: FilmData, columns: Tensor) -> Tensor:
    """Σ⁻¹ times `n x c` columns, film by film (Sherman and Morrison)."""
    precision = 1.0 / (data.variance + process.log["extra_sd"].exp() ** 2)
    shared = process.log["film_sd"].exp() ** 2
    films = len(data.features)
    scaled = precision[:, None] * columns
    sums = torch.zeros(films, columns.shape[1], dtype=torch.double).index_add_(0, data.film, scaled)
    total = torch.zeros(films, dtype=torch.double).index_add_(0, data.film, precision)
    pull = shared / (1.0 + shared * total)
    return scaled - precision[:, None] * (pull[:, None] * sums)[data.film]

"""What a learnt film process says of new formulations at fixed temperatures, and its face towards BoTorch."""

from collections.abc import Sequence
from functools import cached_property

import torch
from gpytorch.distributions import MultitaskMultivariateNormal, MultivariateNormal
from torch import Tensor

from models.film_data import FilmData
from models.film_process import FilmProcess
from models.normal_model import NormalModel, side_by_side

_JITTER = 1e-7
_ROWS = 2048


class LearntProperty:
    """One property: the process, its readings, and the factorisation that every posterior needs."""

    def __init__(
        self, process: FilmProcess, data: FilmData, centre: float, scale: float, films: Sequence[str] = ()
    ) -> None:
        """`centre` and `scale` turn standardised values back into the property's unit: y = centre + scale · value.

        `films` are the keys of the films, in the order of `data.features`.
        """
        self.process, self.data, self.centre, self.scale, self.films = process, data, centre, scale, tuple(films)
        with torch.no_grad():
            covariance = process.covariance(data, process.distances(data.features, data.features))
            self.factor = torch.linalg.cholesky(covariance)
            residual = (data.value - process.mean_of(data))[:, None]
            self.white = torch.linalg.solve_triangular(self.factor, residual, upper=False)

    @property
    def film_sd(self) -> float:
        """Standard deviation of a new film about its formulation's value, in the property's unit."""
        return self.scale * float(self.process.log["film_sd"].detach().exp())

    @property
    def extra_sd(self) -> float:
        """Standard deviation of a reading beyond what it states, in the property's unit."""
        return self.scale * float(self.process.log["extra_sd"].detach().exp())

    def at(self, tau: float) -> "AtTemperature":
        """The property at one reduced temperature."""
        return AtTemperature(self, tau)

    @torch.no_grad()
    def solved(self, tau: float, source: int = 0) -> Tensor:
        """Covariance of each film at one reduced temperature with the readings, factorised, `n x films`.

        Times the covariance over formulations with the films it is all that a posterior needs. `source` is the fidelity
        that is spoken of.
        """
        here = torch.tensor([tau], dtype=torch.double)
        weights = torch.zeros(len(self.data.value), len(self.data.features), dtype=torch.double)
        weights[torch.arange(len(self.data.value)), self.data.film] = self.process.towards(here, self.data, source)
        return torch.linalg.solve_triangular(self.factor, weights, upper=False)

    def leave_one_film_out(self) -> tuple[Tensor, Tensor]:
        """Predicted mean and sd of every reading by all other films, `n` each, in the property's unit.

        Closed form for blocks (Rasmussen & Williams 2006, section 5.4.2); hyperparameters stay those of all films. The
        sd is that of a reading: film effect and noise included. Worked out when first asked for.
        """
        return self._left_out

    @cached_property
    @torch.no_grad()
    def _left_out(self) -> tuple[Tensor, Tensor]:
        inverse = torch.cholesky_inverse(self.factor)
        alpha = torch.linalg.solve_triangular(self.factor.T, self.white, upper=True)
        mean, sd = torch.empty_like(self.data.value), torch.empty_like(self.data.value)
        for film in self.data.film.unique():
            rows = torch.nonzero(self.data.film == film).flatten()
            block = torch.linalg.inv(inverse[rows][:, rows])
            mean[rows] = self.data.value[rows] - (block @ alpha[rows]).flatten()
            sd[rows] = block.diagonal().sqrt()
        return self.centre + self.scale * mean, self.scale * sd


class AtTemperature:
    """One property at one temperature: a Gaussian process over formulations whose only data are films."""

    def __init__(self, learnt: LearntProperty, tau: float) -> None:
        self.learnt = learnt
        process, solved = learnt.process, learnt.solved(tau)
        with torch.no_grad():
            here = torch.tensor([tau], dtype=torch.double)
            self.tau, self.solved = here, solved
            self.coefficients = (solved.T @ learnt.white).flatten()
            self.root = torch.linalg.qr(solved, mode="r").R
            self.prior_variance = process.over_temperature(here, here)[0, 0]
            self.prior_mean = process.mean_at(here)[0]

    @torch.no_grad()
    def marginal(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation, `n` each, of `n x d` features."""
        means, sds = [], []
        for rows in features.split(_ROWS):
            mean, root = self._mean_and_root(rows)
            variance = self.prior_variance - (root**2).sum(dim=-1)
            means.append(mean)
            sds.append(variance.clamp_min(_JITTER * self.prior_variance).sqrt())
        scale = self.learnt.scale
        return self.learnt.centre + scale * torch.cat(means), scale * torch.cat(sds)

    @torch.no_grad()
    def joint(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Mean `... x q` and covariance `... x q x q` of `... x q x d` features.

        An acquisition asks for the same baseline again with every candidate, so each different row is worked out once.
        """
        shape = features.shape[:-1]
        rows, inverse = torch.unique(features.reshape(-1, features.shape[-1]), dim=0, return_inverse=True)
        place = inverse.reshape(shape)
        parts = [self._mean_and_root(few) for few in rows.split(_ROWS)]
        mean, root = torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])
        process, root = self.learnt.process, root[place]
        prior = self.prior_variance * process.over_features(process.distances(features, features))
        jitter = _JITTER * self.prior_variance * torch.eye(shape[-1], dtype=torch.double)
        covariance = prior - root @ root.mT + jitter
        return self.learnt.centre + self.learnt.scale * mean[place], self.learnt.scale**2 * covariance

    def _mean_and_root(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        process = self.learnt.process
        cross = process.over_features(process.distances(rows, self.learnt.data.features))
        return self.prior_mean + cross @ self.coefficients, cross @ self.root.T


class AtTemperatures:
    """One property at several temperatures at once: what one film tells of them all stays together."""

    def __init__(self, outputs: Sequence[AtTemperature]) -> None:
        """`outputs` are of one property."""
        self.outputs, self.learnt = tuple(outputs), outputs[0].learnt
        with torch.no_grad():
            stacked = torch.cat([output.solved for output in outputs], dim=1)
            self.roots = torch.linalg.qr(stacked, mode="r").R.split(outputs[0].solved.shape[1], dim=1)
            taus = torch.cat([output.tau for output in outputs])
            self.prior = self.learnt.process.over_temperature(taus, taus)

    @torch.no_grad()
    def joint(self, features: Tensor) -> list[list[Tensor]]:
        """Covariance `... x q x q` of `... x q x d` features, for each pair of temperatures."""
        shape = features.shape[:-1]
        rows, inverse = torch.unique(features.reshape(-1, features.shape[-1]), dim=0, return_inverse=True)
        place = inverse.reshape(shape)
        process = self.learnt.process
        cross = process.over_features(process.distances(rows, self.learnt.data.features))
        roots = [(cross @ root.T)[place] for root in self.roots]
        alike = process.over_features(process.distances(features, features))
        covariances = [
            [prior * alike - one @ other.mT for prior, other in zip(self.prior[i], roots, strict=True)]
            for i, one in enumerate(roots)
        ]
        for i, own in enumerate(covariances):
            own[i] = own[i] + _JITTER * self.prior[i, i] * torch.eye(shape[-1], dtype=torch.double)
        return [[self.learnt.scale**2 * block for block in own] for own in covariances]


class FormulationModel(NormalModel):
    """A BoTorch model with one output for each (property, temperature).

    Properties count as independent of one another; one property at several temperatures is one process, and what is not
    known of it is not known of them together.
    Its inputs are formulation features `batch_shape x q x d`, its posterior that of the formulation's true values:
    film effect and reading noise are left out. It gives no gradients; candidates come from a discrete pool.
    """

    def __init__(self, outputs: Sequence[AtTemperature]) -> None:
        super().__init__()
        self.outputs = tuple(outputs)

    @property
    def num_outputs(self) -> int:
        """How many objectives."""
        return len(self.outputs)

    def joint(self, X: Tensor, outputs: Sequence[int]) -> MultivariateNormal:
        """Of the q formulations of each batch."""
        chosen = [self.outputs[i] for i in outputs]
        parts = [output.joint(X) for output in chosen]
        if len({id(output.learnt) for output in chosen}) == len(chosen):
            return side_by_side([MultivariateNormal(*part) for part in parts])
        mean = torch.stack([mean for mean, _ in parts], dim=-1)
        return MultitaskMultivariateNormal(mean, _together(chosen, X, [own for _, own in parts]), interleaved=False)


def _together(chosen: Sequence[AtTemperature], X: Tensor, own: Sequence[Tensor]) -> Tensor:
    """Covariance of all outputs, `... x mq x mq`, output by output; that of each alone is `own`."""
    blocks = [[torch.zeros_like(own[0]) for _ in chosen] for _ in chosen]
    for i, covariance in enumerate(own):
        blocks[i][i] = covariance
    by_property: dict[int, list[int]] = {}
    for place, output in enumerate(chosen):
        by_property.setdefault(id(output.learnt), []).append(place)
    for places in by_property.values():
        if len(places) > 1:
            together = AtTemperatures([chosen[place] for place in places]).joint(X)
            for i, one in enumerate(places):
                for j, other in enumerate(places):
                    blocks[one][other] = together[i][j]
    return torch.cat([torch.cat(row, dim=-1) for row in blocks], dim=-2)

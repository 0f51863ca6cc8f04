"""What readings would teach before they are made: how they go together with what is asked, and with one another.

With f the property that is foretold and y_1 … y_k first readings of new films (cells, trajectories) by some source, the
posterior mean of f at a would move by Σ_i M_ia z_i, z standard normal, and its variance would fall by Σ_i M_ia², where

    M = L⁻¹ cov(y, f(a)),     L Lᵀ = cov(y, y),

all of them posterior covariances under the hyperparameters as they are (of one reading: Frazier, Powell & Dayanik,
INFORMS J. Comput. 2009, 21, 599).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.formulation_model import LearntProperty


@dataclass(frozen=True)
class Teaching:
    """Posterior covariances of x readings that nobody made yet, in the square of the property's unit.

    Attributes:
        with_asked: `x x a`, with what is asked about.
        among: `x x x`, with one another, their errors included.
    """

    with_asked: Tensor
    among: Tensor

    def alone(self) -> Tensor:
        """M of each reading by itself, `x x a`."""
        return self.with_asked / self.among.diagonal().sqrt()[:, None]

    def together(self, rows: list[int]) -> Tensor:
        """M of k of the readings, all of them made, `k x a`."""
        factor = torch.linalg.cholesky(self.among[rows][:, rows])
        return torch.linalg.solve_triangular(factor, self.with_asked[rows], upper=False)


@torch.no_grad()
def teaching(
    learnt: LearntProperty, taus: tuple[float, float], source: int, rows: Tensor, of: Tensor, sd: float
) -> Teaching:
    """What readings would teach.

    Args:
        learnt: the property and its readings.
        taus: reduced temperature at which it is asked for, and that of the readings.
        source: fidelity of the readings, 0 for what is foretold.
        rows: `x x d` features of what would be read.
        of: `a x d` features of what is asked about.
        sd: what a reading would state, in the property's unit.
    """
    process, films = learnt.process, learnt.data.features
    asked, read = (torch.tensor([tau], dtype=torch.double) for tau in taus)
    rows_known, of_known = (process.over_features(process.distances(points, films)) for points in (rows, of))
    share, wanted, seen = process.between_sources(), learnt.solved(taus[0]), learnt.solved(taus[1], source)
    with_asked = process.over_features(process.distances(rows, of)) * process.over_temperature(read, asked)
    with_asked = share[source, 0] * with_asked - rows_known @ (seen.T @ wanted) @ of_known.T
    among = process.over_features(process.distances(rows, rows)) * process.over_temperature(read, read)
    among = share[source, source] * among - rows_known @ (seen.T @ seen) @ rows_known.T
    noise = process.own_noise(source) + (sd / learnt.scale) ** 2
    among = among + noise * torch.eye(len(rows), dtype=torch.double)
    return Teaching(learnt.scale**2 * with_asked, learnt.scale**2 * among)

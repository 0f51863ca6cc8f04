"""A box of numbers, and what chooses points in it: how the acquisition of campaigns meets problems of textbooks."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Box:
    """d numbers from 0 to 1.

    Attributes:
        binary: columns that take 0 and 1 alone.
        levels: columns that take certain numbers alone, each with those, ascending.
    """

    d: int
    binary: tuple[int, ...] = ()
    levels: tuple[tuple[int, tuple[float, ...]], ...] = ()

    def rounded(self, points: np.ndarray) -> np.ndarray:
        """`n x d` points inside the box."""
        inside = np.clip(points, 0.0, 1.0)
        inside[:, self.binary] = np.round(inside[:, self.binary])
        for column, levels in self.levels:
            apart = np.abs(inside[:, [column]] - np.array(levels))
            inside[:, column] = np.array(levels)[apart.argmin(axis=1)]
        return inside


@dataclass(frozen=True, eq=False)
class Told:
    """Everything that a choice may know.

    Attributes:
        points: `n x d`, tried.
        values: `n x m`, what they gave, to maximise.
        reference: `m`, worthless values.
        seed: of the trial.
        variances: `n x m`, of the error of each value; None where one error of all is to be learnt.
        pending: `p x d`, chosen, and not answered yet; None for none.
        failed: `f x d`, tried, and nothing came of it; None for none.
    """

    points: np.ndarray
    values: np.ndarray
    reference: np.ndarray
    seed: int
    variances: np.ndarray | None = None
    pending: np.ndarray | None = None
    failed: np.ndarray | None = None

    @property
    def chosen(self) -> int:
        """Points that were chosen so far, whatever came of them."""
        return sum(len(rows) for rows in (self.points, self.pending, self.failed) if rows is not None)


class Chooser(Protocol):
    """Picks the next points; a pure function of the box and of what it is told."""

    def choose(self, n: int, box: Box, told: Told) -> np.ndarray:
        """`n x d` points."""
        ...


def spread(box: Box, n: int, seed: int) -> np.ndarray:
    """`n x d` points of a scrambled Sobol sequence."""
    from botorch.utils.sampling import draw_sobol_samples
    from torch import ones, stack, zeros

    bounds = stack([zeros(box.d), ones(box.d)]).double()
    return box.rounded(draw_sobol_samples(bounds, n, 1, seed=seed).squeeze(1).numpy())

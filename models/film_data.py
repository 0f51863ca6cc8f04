"""Readings of one property as tensors: what a process over films learns from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ledger.film import Reading

SHIFT_SD = 0.5
"""Prior standard deviation of a shift of level, decades, our estimate; of other properties in their own spread."""


@dataclass(frozen=True)
class FilmData:
    """Readings of one property, standardised.

    Attributes:
        features: `f x d` of the films.
        film: `n`, row of `features` that each reading belongs to.
        tau: `n`, reduced temperature.
        value: `n`.
        variance: `n`, known variance of each reading.
        moved: `n`, variance of what the level has moved by since each reading; None where it never did.
    """

    features: Tensor
    film: Tensor
    tau: Tensor
    value: Tensor
    variance: Tensor
    moved: Tensor | None = field(default=None, kw_only=True)

    def tensors(self) -> dict[str, Tensor]:
        """All that there is, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def moved_since(readings: Sequence[Reading], sd: float) -> Tensor | None:
    """`FilmData.moved` of readings, in the square of the unit of `sd`, that of one shift."""
    counts = [reading.shifts_since for reading in readings]
    return sd**2 * torch.tensor(counts, dtype=torch.double) if any(counts) else None

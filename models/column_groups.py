"""Columns of formulations in groups, as a kernel that learns one length for each group wants them."""

from collections.abc import Container, Mapping, Sequence

import torch
from torch import Tensor

from models.networks.readings import Columns
from models.structured_points import StructuredPoints


def marked(columns: Columns, points: StructuredPoints) -> Tensor:
    """`n x 2c` in double precision; the standard scores of each column are followed by a mark of what is unknown."""
    scores, known = columns.scores(points)
    return torch.stack([scores.double(), (~known).double()], dim=-1).flatten(1)


def places(names: Sequence[str], groups: Mapping[str, Container[str]], after: int = 0) -> dict[str, tuple[int, ...]]:
    """Where `marked` columns of each group stand, `after` so many others; a group without any is left out."""
    found = {
        group: tuple(after + 2 * k + i for k, name in enumerate(names) if name in own for i in (0, 1))
        for group, own in groups.items()
    }
    return {group: columns for group, columns in found.items() if columns}

"""Close rivals: candidates nearly as good as the model's favourite, and as unlike it as can be."""

import math

import torch
from torch import Tensor

NEARLY = 0.5
"""Share of the favourite's worth that makes a close rival."""


def is_rivals_turn(index: int, share: float) -> bool:
    """Whether the suggestion of an index is a rival's: `share` of all of them, spread evenly.

    >>> [index for index in range(10) if is_rivals_turn(index, 0.3)]
    [3, 6, 9]
    """
    return math.floor((index + 1) * share + 1e-9) > math.floor(index * share + 1e-9)


def rival(worth: Tensor, features: Tensor, pending: Tensor) -> int:
    """The row that is worth at least half of the best and is farthest from it and from what is under way.

    The best itself where nothing comes near it.

    Args:
        worth: `N`, logarithms.
        features: `N x d`.
        pending: `p x d`.
    """
    best = int(worth.argmax())
    near = worth >= worth[best] + math.log(NEARLY)
    others = torch.cat([features[best : best + 1], pending])
    distance = torch.cdist(features, others).min(dim=-1).values
    return int(distance.where(near, torch.tensor(-1.0, dtype=distance.dtype)).argmax())

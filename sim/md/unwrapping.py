"""Paths of particles out of positions that were wrapped into the box."""

import numpy as np

from chemistry.errors import BadInput

FARTHEST = 0.3
"""Of the box: where the median of the longest moves between two frames exceeds it, half the box was passed unseen."""


def unwrapped(wrapped: np.ndarray, edges: np.ndarray, name: str) -> np.ndarray:
    """Positions joined by the shortest way from frame to frame.

    Right as long as no particle moves by half the box between two frames.

    Args:
        wrapped: `f x n x 3`, inside the box.
        edges: `f x 3`, of the box.
        name: of the file, for the refusal.

    Raises:
        BadInput: particles move so far that the shortest way need not be theirs.
    """
    scaled = wrapped / edges[:, None]
    moves = np.diff(scaled, axis=0)
    moves -= np.round(moves)
    if len(moves):
        longest = float(np.abs(moves).max())
        if longest > FARTHEST:
            raise BadInput(
                f"a particle moves by {longest:.2f} of the box between two frames",
                place=name,
                remedy="Nobody can tell how often it passed the wall: write frames more often, or `xu yu zu`, or image "
                "counts `ix iy iz`",
            )
    steps = moves * (edges[1:, None] + edges[:-1, None]) / 2
    return np.concatenate([wrapped[:1], wrapped[:1] + np.cumsum(steps, axis=0)])

"""Which point of a box comes next: an even start, then whatever a chooser makes of what is known."""

import numpy as np

from planners.box.protocols import Box, Chooser, Told, spread

FEWEST = 3
"""Answers that a surrogate needs."""


def next_point(box: Box, told: Told, chooser: Chooser, start: int) -> np.ndarray:
    """The point of index `told.chosen`, `d`: a pure function of what is told, pending and failed points included.

    Args:
        box: Where points lie.
        told: Every point of a lower index.
        chooser: What chooses after the start.
        start: Points of an even spread, which goes on as long as there are too few answers to learn from.
    """
    if told.chosen < start or len(told.points) < FEWEST:
        return spread(box, told.chosen + 1, told.seed)[-1]
    return chooser.choose(1, box, told)[0]

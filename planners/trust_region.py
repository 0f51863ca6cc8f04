"""Trust regions: in many dimensions a model is believed near the best alone, in a box that grows and shrinks.

After Eriksson, Pearce, Gardner, Turner & Poloczek, NeurIPS 2019 (TuRBO-1). The box follows from the results in their
order; nothing else is kept.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MANY = 20
"""Dimensions above which a trust region is used; a candidate differs from the centre in about so many."""
FIRST, LONGEST, SHORTEST = 0.8, 1.6, 0.5**7
"""Lengths of the box's sides in the unit cube; below the shortest it begins anew, elsewhere."""
SUCCESSES = 3
"""Successes in a row that double the box."""
_FEWEST_FAILURES = 4
_GAIN = 1e-3
"""Share of the best by which a result must be better to count as a success."""


@dataclass(frozen=True)
class TrustRegion:
    """Where a box stands after some results.

    Attributes:
        length: of its sides, in the unit cube.
        since: place of the first result that counts; those before belong to boxes that were given up.
        gathering: whether too few results have come since to have a centre.
    """

    length: float
    since: int
    gathering: bool


def trust_region(values: Sequence[float], dimensions: int, start: int, batch: int = 1) -> TrustRegion:
    """The box after results in their order, to maximise; minus infinity for what failed.

    The first `start` results since it began only tell where the best is. Then every `batch` results are a success,
    where one of them beats the best by a thousandth, or a failure: three successes in a row double the box, and as many
    failures in a row as there are dimensions (a batch counts for all of its results) halve it.
    """
    since, length, best, successes, failures = 0, FIRST, -math.inf, 0, 0
    patience = math.ceil(max(_FEWEST_FAILURES / batch, dimensions / batch))
    place = 0
    while place + (size := batch if place >= since + start else 1) <= len(values):
        found = max(values[place : place + size])
        place += size
        if place - size >= since + start:
            better = found > best + _GAIN * abs(best) if math.isfinite(best) else found > best
            successes, failures = (successes + 1, 0) if better else (0, failures + 1)
        best = max(best, found)
        if successes == SUCCESSES:
            length, successes = min(2 * length, LONGEST), 0
        elif failures == patience:
            length, failures = length / 2, 0
        if length < SHORTEST:
            since, length, best, successes, failures = place, FIRST, -math.inf, 0, 0
    return TrustRegion(length, since, gathering=len(values) < since + start or not math.isfinite(best))


def in_box(centre: "np.ndarray", length: float, n: int, seed: int) -> "np.ndarray":
    """Candidates in the box about a centre, `n x d` in the unit cube, of a centre of `d` coordinates.

    Each differs from the centre in some coordinates alone, each with the chance min(1, 20/d), one at least: what
    changes everything at once in many dimensions is seldom better.
    """
    import numpy as np
    from scipy.stats import qmc

    d = len(centre)
    low, high = np.clip(centre - length / 2, 0.0, 1.0), np.clip(centre + length / 2, 0.0, 1.0)
    places = (
        low + (high - low) * qmc.Sobol(d, scramble=True, rng=seed).random_base2(math.ceil(math.log2(max(n, 2))))[:n]
    )
    rng = np.random.default_rng(seed)
    moved = rng.random((n, d)) < min(1.0, MANY / d)
    moved[np.arange(n), rng.integers(d, size=n)] |= ~moved.any(axis=1)
    return np.where(moved, places, centre)

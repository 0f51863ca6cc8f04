"""Whether a system has come to rest: a test on the series of what was observed, not a fixed waiting time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.md.blocks import correlated_error

LIMIT = 3.0
"""Standard errors by which two halves may differ: one in four hundred does by chance."""
FORGOTTEN = 0.3
"""Share of a chain's first end-to-end vector that may be left."""
LEAST = 8
"""Frames that a test needs."""


@dataclass(frozen=True)
class Equilibrium:
    """What the test found.

    Attributes:
        reached: whether nothing speaks against it.
        reasons: what does.
        memory: share of the first end-to-end vector left at the end; None for systems without linear chains.
    """

    reached: bool
    reasons: tuple[str, ...]
    memory: float | None


def equilibrium(series: Mapping[str, np.ndarray], ends: np.ndarray | None = None) -> Equilibrium:
    """Whether observables are level over the second half of what was seen, and chains have forgotten how they began.

    The last half of each series is halved; the two means may differ by three standard errors of their difference, each
    with the correlation along the series allowed for. Chains are judged by the correlation of their end-to-end vectors
    with those of the first frame.

    Args:
        series: each observable by name, one number a frame (R_ee², pressure, bond length).
        ends: `f x c x 3`, end-to-end vectors.
    """
    reasons = [reason for name, values in series.items() if (reason := _drifts(name, values))]
    memory = None
    if ends is not None and ends.size:
        memory = float((ends[-1] * ends[0]).sum() / (ends[0] ** 2).sum())
        if memory > FORGOTTEN:
            reasons.append(f"chains keep {memory:.2f} of their first end-to-end vector (limit {FORGOTTEN:g})")
    return Equilibrium(not reasons, tuple(reasons), memory)


def _drifts(name: str, values: np.ndarray) -> str:
    late = values[len(values) // 2 :]
    if len(late) < LEAST:
        return f"{name}: only {len(late)} values in the second half (at least {LEAST})"
    one, other = late[: len(late) // 2], late[len(late) // 2 :]
    apart = float(other.mean() - one.mean())
    error = float(np.hypot(correlated_error(one), correlated_error(other)))
    if abs(apart) <= LIMIT * error:
        return ""
    return f"{name} still moves by {apart:+.3g}, {abs(apart) / error:.1f} standard errors" if error else ""

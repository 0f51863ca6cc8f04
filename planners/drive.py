"""Which term drove a suggestion: what is expected of it or what is not known of it, and in which objective."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Drive:
    """The term, and the objective by its place."""

    term: Literal["exploitation", "exploration"]
    leading: int

    def words(self, names: Sequence[str]) -> str:
        """`driven by exploration, most in log10_conductivity`."""
        most = f", most in {names[self.leading]}" if len(names) > 1 else ""
        return f"driven by {self.term}{most}"


def drive(mean: "np.ndarray", sd: "np.ndarray", known: "np.ndarray") -> Drive:
    """What drove a suggestion.

    It is exploitation where the expected values alone are beaten, in every objective at once, by nothing that is
    known; where only what is uncertain could bring a gain, it is exploration. The leading objective is the one whose
    mean + sd lies highest above the best that is known of it, counted in the range of what is known.

    Args:
        mean: `m` expected values, all to maximise.
        sd: `m`.
        known: `n x m` values of what is known, n at least one.
    """
    beaten = bool((known >= mean).all(axis=1).any())
    best, span = known.max(axis=0), known.max(axis=0) - known.min(axis=0)
    span = span + (span == 0) * 1.0
    return Drive("exploration" if beaten else "exploitation", int(((mean + sd - best) / span).argmax()))

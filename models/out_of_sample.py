"""Readings as they were foretold by a model that had not learnt from their film, and what such figures say of it."""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi
from typing import Protocol, runtime_checkable

from ledger.film import Film
from models.scores import NINETY, scores

LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Of a calibration curve."""


@dataclass(frozen=True)
class ForetoldReading:
    """One reading, and the normal distribution that was foretold of it.

    Attributes:
        film: key of the film (`models.film_content.film_key`).
        value: what was read, in the unit of the property.
        mean, sd: what was foretold; the sd is that of a new film's reading, its noise in the bargain.
    """

    film: str
    property: str
    temperature_C: float | None
    value: float
    mean: float
    sd: float

    @builtins.property
    def z(self) -> float:
        """The standardised error."""
        return (self.value - self.mean) / self.sd

    @builtins.property
    def log_score(self) -> float:
        """Log density of the reading, nats; higher is better."""
        return -0.5 * (self.z**2 + log(2 * pi)) - log(self.sd)

    @builtins.property
    def inside(self) -> bool:
        """Whether it lies in the 90 % interval."""
        return abs(self.z) <= NINETY


@runtime_checkable
class LeavesOut(Protocol):
    """A fitted surrogate that can leave a film out again without being fitted anew."""

    def foretold(self, films: Sequence[Film]) -> list[ForetoldReading]:
        """The readings of films as foretold; a film that was learnt from is left out first."""
        ...

    def diagnostics(self) -> dict[str, dict[str, float]]:
        """Scores of each property over all films that were learnt from, each left out in turn."""
        ...


def summary(foretold: Sequence[ForetoldReading]) -> dict[str, float | None]:
    """Scores of the readings of one property, with their mean log score and the number of films."""
    import numpy as np

    columns = (np.array([getattr(one, name) for one in foretold]) for name in ("value", "mean", "sd"))
    told = scores(*columns).as_dict()
    mean = sum(one.log_score for one in foretold) / len(foretold)
    return {"films": float(len({one.film for one in foretold})), **told, "log_score": round(mean, 4)}


def calibration_curve(foretold: Sequence[ForetoldReading]) -> dict[str, float]:
    """For each level, the share of readings below that quantile of what was foretold: equal to it where all is well."""
    from scipy.stats import norm

    limits = {level: float(norm.ppf(level)) for level in LEVELS}
    return {
        f"{level:g}": round(sum(one.z <= limit for one in foretold) / len(foretold), 4)
        for level, limit in limits.items()
    }


def one_of_each_film(foretold: Sequence[ForetoldReading]) -> list[ForetoldReading]:
    """The reading in the middle of its temperatures, for each film and property: those of one film err together."""
    groups: dict[tuple[str, str], list[ForetoldReading]] = {}
    for one in foretold:
        groups.setdefault((one.film, one.property), []).append(one)
    ordered = (sorted(group, key=lambda one: one.temperature_C or 0.0) for group in groups.values())
    return [group[len(group) // 2] for group in ordered]

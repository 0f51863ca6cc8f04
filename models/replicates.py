"""Several spectra of one film at one temperature: one number, whose error holds how far they differ."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models.conductivity_result import ConductivityResult
from models.temperature_law import MEASURED_WITHIN_K


class Replicate(NamedTuple):
    """What the accepted spectra at one temperature say together."""

    place: int
    """Of the first of them among the measurements."""
    temperature_C: float
    log10_conductivity: float
    log10_resistance_sd: float
    """Independent error, decades: that of the mean, and the spread of the spectra."""
    log10_conductivity_sd: float
    """The same with the error of the geometry, which they share."""
    beyond_errors: float
    """How far the two that differ most are apart, less two standard deviations of their difference; 0 at least."""


def replicates(results: Mapping[int, ConductivityResult]) -> list[Replicate]:
    """One for each temperature at which a spectrum was accepted, in the order in which they were taken first."""
    groups: list[list[int]] = []
    for place, result in results.items():
        at_C = result.temperature_C
        if not result.accepted or at_C is None:
            continue
        near = [g for g in groups if abs((results[g[0]].temperature_C or 0.0) - at_C) <= MEASURED_WITHIN_K]
        near[0].append(place) if near else groups.append([place])
    return [_together(group[0], [results[place] for place in group]) for group in groups]


def _together(place: int, results: Sequence[ConductivityResult]) -> Replicate:
    values = np.array([result.log10_conductivity or 0.0 for result in results])
    sds = np.array([result.log10_resistance_sd or 0.0 for result in results])
    first = results[0]
    geometry = max((first.log10_conductivity_sd or 0.0) ** 2 - sds[0] ** 2, 0.0) ** 0.5
    if len(results) == 1:
        whole = first.log10_conductivity_sd or 0.0
        return Replicate(place, first.temperature_C or 0.0, float(values[0]), float(sds[0]), whole, 0.0)
    weights = 1 / np.maximum(sds, 1e-6) ** 2
    mean = float(weights @ values / weights.sum())
    own = float(np.hypot(weights.sum() ** -0.5, values.std(ddof=1)))
    low, high = int(values.argmin()), int(values.argmax())
    beyond = max(0.0, float(values[high] - values[low] - 2 * np.hypot(sds[low], sds[high])))
    at_C = float(np.mean([result.temperature_C or 0.0 for result in results]))
    return Replicate(place, at_C, mean, own, float(np.hypot(own, geometry)), beyond)

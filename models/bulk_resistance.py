"""Resistance of the film from the circuits that a spectrum allows, and how sure it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.circuit_fit import Fit
from models.circuits import FILM
from models.film_fit import Candidates
from models.model_discrepancy import hidden_shift

DEFAULT_AREA_cm2 = 0.785
"""A disc of 10 mm, where the file does not say."""
MISFIT_SHARE = 1.5
"""Error of ln R per relative misfit of the circuit beyond the noise: seen on spread relaxation times."""
LN10 = float(np.log(10))
FILM_CAPACITANCE_F_cm2 = 1e-8
"""A second arc with less than this belongs to the film (a spread of relaxation times, grains), one with more to an
interface: Irvine, Sinclair and West, Adv. Mater. 1990, 2, 132, table 1."""
SPREAD_INFLATION = 1.5
"""Two arcs that stand in for a spread of relaxation times: how its tail is cut is not in the covariance."""


@dataclass(frozen=True)
class BulkResistance:
    """log10(R/ohm) of the film and its standard deviation."""

    log10_ohm: float
    log10_sd: float


def bulk_resistance(
    candidates: Candidates,
    frequency_Hz: np.ndarray,
    impedance_ohm: NDArray[np.complex128],
    noise: np.ndarray,
    area_cm2: float | None,
) -> BulkResistance:
    """Average over the circuits by their weight; the variance holds that of each and their disagreement.

    Where the plain circuit alone was needed, what it may hide is added (`models.model_discrepancy`).

    Args:
        candidates: circuits fitted to the spectrum.
        frequency_Hz: `n`.
        impedance_ohm: `n`.
        noise: `n`, relative standard deviation of each part.
        area_cm2: a 10 mm disc is taken without it.
    """
    area = area_cm2 or DEFAULT_AREA_cm2
    means, variances = [], []
    for fit in candidates.fits:
        mean, variance = _of(fit, area)
        excess = max(0.0, float(np.mean(np.abs(fit.residual) ** 2 / 2 - noise**2)))
        variance += MISFIT_SHARE**2 * excess if len(candidates.fits) > 1 else 0.0
        if fit.circuit is FILM and len(candidates.fits) == 1:
            hidden = hidden_shift(fit, frequency_Hz, impedance_ohm, noise, area)
            mean, variance = mean + hidden.mean, variance + hidden.variance
        means.append(mean)
        variances.append(variance)
    average = float(candidates.weights @ means)
    variance = float(candidates.weights @ (np.array(variances) + (np.array(means) - average) ** 2))
    return BulkResistance(average / LN10, float(np.sqrt(variance)) / LN10)


def _of(fit: Fit, area_cm2: float) -> tuple[float, float]:
    """Ln R and its variance for one circuit; a misfit beyond the noise inflates the variance."""
    names = fit.circuit.parameters
    slope = np.zeros(len(names))
    bulk = names.index("resistance_ohm")
    slope[bulk], log_R, inflation = 1.0, float(fit.values[bulk]), 1.0
    if "interface_resistance_ohm" in names:
        second = names.index("interface_resistance_ohm")
        log_C = fit.value("interface_capacitance_F")
        if log_C < np.log(FILM_CAPACITANCE_F_cm2 * area_cm2):
            log_R = float(np.logaddexp(fit.values[bulk], fit.values[second]))
            slope[bulk], slope[second] = np.exp(fit.values[bulk] - log_R), np.exp(fit.values[second] - log_R)
            inflation = SPREAD_INFLATION
    variance = slope @ fit.covariance @ slope * max(1.0, fit.chi_square / fit.freedom)
    # Below zero by rounding, where the points say nothing of a parameter; by how much differs between processors.
    return log_R, max(0.0, float(variance)) * inflation**2

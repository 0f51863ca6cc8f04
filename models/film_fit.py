"""Which circuit does a film show? Starts, fits, and the choice between circuits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.circuit_fit import Fit, fit_circuit
from models.circuits import FILM, FILM_WITH_DISTRIBUTION, FILM_WITH_INTERFACE, Circuit, logit

NOMINAL_CAPACITANCE_F = 2.2e-10
NOMINAL_BLOCKING_Q = 3e-6
NOMINAL_BLOCKING_EXPONENT = 0.66
LEAST_BULK_EXPONENT = 0.85
"""Below it the bulk CPE stands in for something else: an interface, a distribution (films show .93 to .985)."""
STARTS = 3
WRONG_VALLEY = 0.05
"""Relative misfit above which the other starts are tried as well."""
GRID = 20


@dataclass(frozen=True)
class Candidates:
    """The circuits fitted to a spectrum and the weight of each, `m` (they add up to one)."""

    fits: tuple[Fit, ...]
    weights: np.ndarray

    @property
    def best(self) -> Fit:
        """The fit with the most weight."""
        return self.fits[int(np.argmax(self.weights))]


def fit_film(
    frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128], noise: np.ndarray, good_enough: float
) -> Candidates:
    """Fit L–(R‖CPE)–CPE, and where the noise does not explain its misfit, the wider circuits too.

    The weight of each circuit is exp(-BIC / 2) (Schwarz, Ann. Stat. 1978, 6, 461), with the noise taken as known.

    Args:
        frequency_Hz: `n`, from high to low.
        impedance_ohm: `n`.
        noise: `n`, relative standard deviation of each part.
        good_enough: chi-square per degree of freedom up to which the plain circuit is not doubted.
    """
    sd = noise * np.abs(impedance_ohm)
    starts = plain_starts(frequency_Hz, impedance_ohm)
    plain = fit_circuit(FILM, frequency_Hz, impedance_ohm, sd, starts[:1])
    if not _undoubted(plain, good_enough) and np.mean(np.abs(plain.residual) ** 2) > WRONG_VALLEY**2:
        others = fit_circuit(FILM, frequency_Hz, impedance_ohm, sd, starts[1:])
        plain = min(plain, others, key=lambda fit: fit.penalised)
    if _undoubted(plain, good_enough):
        return Candidates((plain,), np.ones(1))
    fits = (
        plain,
        fit_circuit(FILM_WITH_DISTRIBUTION, frequency_Hz, impedance_ohm, sd, _distribution_starts(plain)),
        fit_circuit(
            FILM_WITH_INTERFACE,
            frequency_Hz,
            impedance_ohm,
            sd,
            _interface_starts((plain.values, starts[0]), frequency_Hz, impedance_ohm),
        ),
    )
    least = min(fit.chi_square / fit.freedom for fit in fits)
    bic = np.array([fit.penalised / max(least, 1.0) + len(fit.values) * np.log(2 * len(noise)) for fit in fits])
    weights = np.exp(-0.5 * (bic - bic.min()))
    return Candidates(fits, weights / weights.sum())


def _undoubted(plain: Fit, good_enough: float) -> bool:
    """Whether the noise explains the misfit, and that without an exponent no homogeneous film has."""
    return plain.chi_square <= good_enough * plain.freedom and plain.value("bulk_exponent") > logit(LEAST_BULK_EXPONENT)


def plain_starts(frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128]) -> np.ndarray:
    """The best points of a grid in R, with the other parameters read off the ends of the spectrum; `k x 6`."""
    omega = 2 * np.pi * frequency_Hz
    modulus = np.abs(impedance_ohm)
    capacitive = -impedance_ohm.imag > impedance_ohm.real
    top = int(np.argmax(capacitive))
    measured_C = -impedance_ohm.imag[top] / (omega[top] * modulus[top] ** 2) if capacitive[top] else np.nan
    capacitances = {NOMINAL_CAPACITANCE_F} | ({float(measured_C)} if measured_C > 0 else set())
    measured_Q = 1 / (max(-impedance_ohm.imag[-1], 0.05 * modulus[-1]) / np.sin(np.pi / 2 * NOMINAL_BLOCKING_EXPONENT))
    Qs = {NOMINAL_BLOCKING_Q, float(measured_Q * omega[-1] ** -NOMINAL_BLOCKING_EXPONENT)}
    inductance = max(impedance_ohm.imag[0] / omega[0], 0.05 * modulus[0] / omega[0], 1e-9)
    inductance = min(inductance, 1e-5)
    low, high = max(impedance_ohm.real.min(), 0.2 * modulus.min()) / 2, modulus.max() * 30
    grid = np.array(
        [
            [np.log(inductance), np.log(R), np.log(C), logit(0.95), np.log(Q), logit(NOMINAL_BLOCKING_EXPONENT)]
            for R in np.geomspace(low, high, GRID)
            for C in capacitances
            for Q in Qs
        ]
    )
    cost = robust_cost(FILM, grid, frequency_Hz, impedance_ohm)
    chosen: list[np.ndarray] = []
    for k in np.argsort(cost):
        if all(np.abs(grid[k] - other).max() > 0.9 for other in chosen):
            chosen.append(grid[k])
        if len(chosen) == STARTS:
            break
    return np.array(chosen)


def robust_cost(
    circuit: Circuit, grid: np.ndarray, frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128]
) -> np.ndarray:
    """Robust misfit of each of k points of a grid (logarithm of one plus the squared error), `k`."""
    error = np.abs(circuit.impedance(grid, frequency_Hz) - impedance_ohm) / np.abs(impedance_ohm)
    return np.log1p((error / 0.1) ** 2).sum(axis=-1)


def _distribution_starts(plain: Fit) -> np.ndarray:
    """The plain fit with two asymmetries, `2 x 7`."""
    rows = []
    for asymmetry in (0.9, 0.6):
        row = np.insert(plain.values, 4, logit(asymmetry))
        row[3] = max(row[3], logit(0.93))
        rows.append(row)
    return np.array(rows)


def _interface_starts(
    bases: tuple[np.ndarray, ...], frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128]
) -> np.ndarray:
    """Plain circuits with an interface arc at the best places of a grid, `3 x 9`."""
    grid = []
    for base in bases:
        for share in (0.1, 0.4):
            for log_tau in np.linspace(np.log(0.3 / frequency_Hz[0]), np.log(0.3 / frequency_Hz[-1]), 9):
                row = base.copy()
                row[3] = max(row[3], logit(0.93))
                log_R = row[1] + np.log(share)
                row[1] += np.log(1 - share)
                grid.append(np.concatenate([row[:4], [log_R, log_tau - log_R, logit(0.85)], row[4:]]))
    grid = np.array(grid)
    cost = robust_cost(FILM_WITH_INTERFACE, grid, frequency_Hz, impedance_ohm)
    return grid[np.argsort(cost)[:STARTS]]

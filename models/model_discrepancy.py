"""What a fit that looks perfect may still hide: departures from its circuit too small to be seen, yet not harmless.

An interface arc of a few per cent of R, at a frequency where the blocking electrode takes over, shifts R by as much and
leaves nothing in the residuals; so does a slight asymmetry of the bulk arc. Each departure of a small grid is put
beside the fitted circuit: its part that the circuit absorbs is the shift of R, its other part is what the residuals
say for or against it. The average over the grid (Bayesian model averaging, Hoeting et al., Stat. Sci. 1999, 14, 382)
gives the mean shift and its variance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.circuit_fit import Fit
from models.circuits import FILM

PRIOR_INTERFACE = 0.02
"""Prior probability that a cell has an interface layer which a spectrum may hide."""
PRIOR_ASYMMETRY = 0.02
"""Prior probability that its bulk arc is asymmetric."""
INTERFACE_SHARES = np.geomspace(0.02, 0.5, 8)
"""Resistance of the interface over that of the bulk, evenly in the logarithm."""
INTERFACE_CAPACITANCES_F_cm2 = np.geomspace(2e-8, 2e-6, 8)
"""Interface layers of polymer electrolytes, 1e-8 to 1e-5 F/cm² (Irvine, Sinclair and West, Adv.
Mater. 1990, 2, 132)."""
INTERFACE_EXPONENT = 0.85
ASYMMETRIES = np.array([0.95, 0.9, 0.8, 0.7, 0.6])
"""Exponent b of a Havriliak-Negami arc beside the fitted one."""


@dataclass(frozen=True)
class HiddenShift:
    """What hidden departures do to ln R: add `mean` to the fitted value, and `variance` to its variance."""

    mean: float
    variance: float


def hidden_shift(
    fit: Fit, frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128], noise: np.ndarray, area_cm2: float
) -> HiddenShift:
    """Mean and variance of the shift of ln R by departures that the spectrum cannot rule out.

    Args:
        fit: the plain circuit (`models.circuits.FILM`).
        frequency_Hz: `n`.
        impedance_ohm: `n`.
        noise: `n`, relative standard deviation of each part.
        area_cm2: scales the capacitance of an interface.
    """
    weight: np.ndarray = 1 / (noise * np.abs(impedance_ohm))
    fitted, slopes = FILM.evaluate(fit.values, frequency_Hz)
    mean, sd = FILM.prior
    jacobian = np.vstack([_stacked(slopes * weight[:, None]), np.diag(1 / sd)])
    residual = np.concatenate([_stacked((impedance_ohm - fitted) * weight), (mean - fit.values) / sd])
    interfaces, asymmetries = _departures(fit, frequency_Hz, area_cm2)
    weighted = _stacked(np.hstack([interfaces, asymmetries]) * weight[:, None])
    departures = np.vstack([weighted, np.zeros((len(sd), weighted.shape[1]))])

    basis, upper = np.linalg.qr(jacobian)
    absorbed = basis.T @ departures
    shifts = -np.linalg.solve(upper, absorbed)[FILM.parameters.index("resistance_ohm")]
    left = residual - basis @ (basis.T @ residual)
    visible = departures - basis @ absorbed
    gain = (visible.T @ left - 0.5 * np.sum(visible**2, axis=0)) / max(1.0, fit.chi_square / fit.freedom)

    prior = np.concatenate(
        [
            [1 - PRIOR_INTERFACE - PRIOR_ASYMMETRY],
            np.full(interfaces.shape[1], PRIOR_INTERFACE / interfaces.shape[1]),
            np.full(asymmetries.shape[1], PRIOR_ASYMMETRY / asymmetries.shape[1]),
        ]
    )
    evidence = np.concatenate([[0.0], gain])
    shifts = np.concatenate([[0.0], shifts])
    posterior = prior * np.exp(evidence - evidence.max())
    posterior /= posterior.sum()
    average = float(posterior @ shifts)
    return HiddenShift(average, float(posterior @ (shifts - average) ** 2))


def _departures(
    fit: Fit, frequency_Hz: np.ndarray, area_cm2: float
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Difference in impedance that each departure makes, `n x k` of interfaces and `n x j` of asymmetries."""
    s = 2j * np.pi * frequency_Hz[:, None]
    values = fit.circuit.natural(fit.values)
    R, C, a = values["resistance_ohm"], values["capacitance_F"], values["bulk_exponent"]
    shares, capacitances = (x.ravel() for x in np.meshgrid(INTERFACE_SHARES, INTERFACE_CAPACITANCES_F_cm2 * area_cm2))
    resistances = shares * R
    interfaces = resistances / (1 + (s * resistances * capacitances) ** INTERFACE_EXPONENT)
    arc = 1 + (s * R * C) ** a
    return interfaces, R / arc**ASYMMETRIES - R / arc


def _stacked(values: NDArray[np.complex128]) -> np.ndarray:
    return np.concatenate([values.real, values.imag])

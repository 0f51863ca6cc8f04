"""The impedance of a film between two lithium electrodes: what of its resistance is the film's, what the interfaces'.

Fitted by least squares of the relative residual, in logarithms:

    Z = jωL + R/(1 + (jωRC)^a) + R_i/(1 + (jωR_i C_i)^b) + W / sqrt(jω)

the arc of the film, the arc of both interfaces, and the foot of the salt's diffusion. Weak priors settle what a
spectrum leaves open: C near 230 pF (geometry and strays), C_i some µF/cm² or less, L some µH.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledger.measurement import ImpedanceSpectrum

LEAST_POINTS = 12
_NAMES = ("L", "R", "C", "a", "R_i", "C_i", "b", "W")
_PRIOR = np.array([np.log(1e-6), 0.0, np.log(2.3e-10), 3.2, 0.0, np.log(1e-6), 1.8, 0.0])
_PRIOR_SD = np.array([1.5, np.inf, 0.5, 0.7, np.inf, 2.0, 1.0, np.inf])
_MODEL_ERROR = 0.003
"""Relative: what one arc leaves of real interfaces."""


@dataclass(frozen=True)
class LithiumSpectrum:
    """Resistances of one cell, ohm, with the standard deviations of their logarithms."""

    film_ohm: float
    film_sd: float
    interface_ohm: float
    interface_sd: float
    sum_sd: float
    """Of the logarithm of both together: known better than either, where their arcs overlap."""
    relative_rms: float
    """Root mean square of the relative residual."""

    @property
    def sum_ohm(self) -> float:
        """Film and interfaces together."""
        return self.film_ohm + self.interface_ohm


def fit_lithium_spectrum(spectrum: ImpedanceSpectrum) -> LithiumSpectrum | None:
    """Film and interfaces of a cell with two lithium electrodes; None for fewer than a dozen usable points."""
    from scipy.optimize import least_squares

    frequency = np.array(spectrum.frequency_Hz)
    impedance = np.array(spectrum.real_ohm) + 1j * np.array(spectrum.imaginary_ohm)
    usable = np.isfinite(impedance) & (np.abs(impedance) > 0)
    frequency, impedance = frequency[usable], impedance[usable]
    if len(frequency) < LEAST_POINTS:
        return None
    s = 2j * np.pi * frequency
    modulus = np.abs(impedance)

    def residual(values: np.ndarray) -> np.ndarray:
        difference = (_impedance(values, s) - impedance) / modulus / 0.005
        prior = (values - _PRIOR)[_INFORMED] / _PRIOR_SD[_INFORMED]
        return np.concatenate([difference.real, difference.imag, prior])

    fits = [least_squares(residual, start, method="lm", max_nfev=400) for start in _starts(frequency, impedance)]
    best = min(fits, key=lambda fit: fit.cost)
    freedom = max(1, 2 * len(frequency) - len(_NAMES))
    own = best.fun[: 2 * len(frequency)]
    scale = max(1e-4, float(own @ own) / freedom)
    inverse = np.linalg.pinv(best.jac)
    covariance = inverse @ inverse.T * scale
    film, interface = np.exp(best.x[1]), np.exp(best.x[4])
    total = film + interface
    pull = np.zeros(len(_NAMES))
    pull[1], pull[4] = film / total, interface / total
    return LithiumSpectrum(
        film_ohm=float(film),
        film_sd=float(np.hypot(np.sqrt(covariance[1, 1]), _MODEL_ERROR)),
        interface_ohm=float(interface),
        interface_sd=float(np.hypot(np.sqrt(covariance[4, 4]), _MODEL_ERROR)),
        sum_sd=float(np.hypot(np.sqrt(pull @ covariance @ pull), _MODEL_ERROR)),
        relative_rms=float(0.005 * np.sqrt(own @ own / len(own))),
    )


def _impedance(values: np.ndarray, s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    L, R, C, a, R_i, C_i, b, W = np.clip(values, -60, 60)
    bulk = np.exp(R) / (1 + (s * np.exp(R + C)) ** _share(a))
    interface = np.exp(R_i) / (1 + (s * np.exp(R_i + C_i)) ** _share(b))
    return s * np.exp(L) + bulk + interface + np.exp(W) / np.sqrt(s)


def _share(value: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(value, -30, 30))))


def _starts(frequency: np.ndarray, impedance: NDArray[np.complex128]) -> list[np.ndarray]:
    """From the real part: at 3 kHz, say, the film alone; at the low end film and interfaces."""
    real = np.maximum(impedance.real, 1e-3)
    low = float(real[np.argmin(frequency)])
    starts = []
    for share in (0.1, 0.4, 0.8, 0.97):
        film = max(low * share, 1e-2)
        interface = max(low - film, 1e-3 * low)
        starts.append(
            np.array(
                [_PRIOR[0], np.log(film), _PRIOR[2], 3.2, np.log(interface), np.log(1e-6), 1.8, np.log(0.01 * low)]
            )
        )
    return starts


_INFORMED = np.isfinite(_PRIOR_SD)

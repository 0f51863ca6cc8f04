"""The rules by which a spectrum is not accepted, in the order in which they are asked."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chemistry.value import Value
from ledger.measurement import ImpedanceSpectrum
from models.bulk_resistance import BulkResistance
from models.circuit_fit import Fit
from models.circuits import FILM
from models.conductivity_result import Verdict
from models.kramers_kronig import KramersKronig

LEAST_TAIL_SHARE = 0.05
"""The blocking CPE is judged only where it makes this share of |Z| at the lowest frequency."""
LEAST_TAIL_SHARE_BESIDE_ANOTHER_CIRCUIT = 0.3
"""The same where another circuit than the plain one was needed."""


class Limits(Value):
    """When a spectrum is not accepted. `docs/analysis.md` gives the why of each number."""

    least_points: int = Field(default=8, ge=6)
    least_decades: float = Field(default=1.5, gt=0)
    causal_residual: float = Field(default=0.003, gt=0)
    """Kramers-Kronig residual up to which nothing is called not causal (the test itself errs by up to 0.0015)."""
    causal_correlation: float = Field(default=0.25, gt=0, lt=1)
    """Correlation of neighbouring Kramers-Kronig residuals from which they are no noise (45 points or more)."""
    noise: float = Field(default=0.1, gt=0)
    """Relative Kramers-Kronig residual above which a spectrum says nothing."""
    good_fit: float = Field(default=1.2, gt=0)
    """Chi-square per degree of freedom up to which the plain circuit is not doubted."""
    misfit: float = Field(default=0.06, gt=0)
    """Relative misfit of the best circuit, beyond the noise, that is not accepted."""
    resistance_sd: float = Field(default=0.15, gt=0)
    """Largest standard deviation of log10 R that counts as an intercept."""
    reading_ratio: float = Field(default=3.0, gt=1)
    """Largest ratio between the fitted R and the reading on the real axis."""
    blocking_Q_S_sn_cm2: float = Field(default=1.1e-6, gt=0)
    """Least blocking CPE of an electrode that touches everywhere, S·sⁿ/cm² (1 to 5.7e-6 on 0.785 cm² were seen)."""
    thickness_relative_sd: float = Field(default=0.02, ge=0)
    area_relative_sd: float = Field(default=0.01, ge=0)


@dataclass(frozen=True)
class Evidence:
    """What is known of a spectrum when it is judged; arrays of `n` from high to low frequency."""

    spectrum: ImpedanceSpectrum
    frequency_Hz: np.ndarray
    impedance_ohm: NDArray[np.complex128]
    noise: np.ndarray
    test: KramersKronig
    fit: Fit
    resistance: BulkResistance


def unusable(frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128], limits: Limits) -> str:
    """Why nothing can be done with these points, or an empty string."""
    distinct = len(np.unique(frequency_Hz))
    if distinct < limits.least_points:
        return f"{distinct} frequencies are too few: at least {limits.least_points} are needed; measure a longer sweep."
    decades = np.log10(frequency_Hz[0] / frequency_Hz[-1])
    if decades < limits.least_decades:
        return f"the sweep spans {decades:.1f} decades: at least {limits.least_decades:g} are needed."
    if frequency_Hz[0] > 1e12 or frequency_Hz[-1] < 1e-8:
        window = f"{frequency_Hz[-1]:.3g} to {frequency_Hz[0]:.3g} Hz"
        return f"frequencies from {window} are no impedance spectrum; check the unit."
    modulus = np.abs(impedance_ohm)
    odd = (modulus < 1e-6) | (modulus > 1e15)
    if odd.any():
        k = int(np.argmax(odd))
        return (
            f"|Z| is {modulus[k]:.3g} ohm at {frequency_Hz[k]:.4g} Hz: outside 1e-6 to 1e15 ohm no meter reads; "
            "remove or remeasure that point."
        )
    return ""


def verdict(evidence: Evidence, limits: Limits) -> tuple[Verdict, str]:
    """The first rule that speaks, or accepted."""
    for name, rule in RULES:
        reason = rule(evidence, limits)
        if reason:
            return name, reason
    return Verdict.ACCEPTED, f"R and its interval from {evidence.fit.circuit.name}."


def capacitive_everywhere(impedance_ohm: NDArray[np.complex128]) -> bool:
    """Whether the phase stays below -45° in the whole window (one stray point is taken for noise)."""
    resistive = impedance_ohm.real >= -impedance_ohm.imag
    return not bool(np.any(resistive[1:] & resistive[:-1]))


def _not_causal(evidence: Evidence, limits: Limits) -> str:
    test = evidence.test
    scaled = test.residual / evidence.noise
    neighbours = float((scaled[1:] * scaled[:-1].conj()).real.sum() / (np.abs(scaled) ** 2).sum())
    limit = max(limits.causal_correlation, 3.5 / np.sqrt(2 * len(scaled)) - 0.17)
    if test.rms > limits.causal_residual and neighbours > limit:
        return (
            f"Kramers-Kronig residual {test.rms:.2%} is no noise (neighbours correlate by {neighbours:.2f}, limit "
            f"{limit:.2f}): the cell changed during the sweep or was driven too hard; let it settle and measure again."
        )
    return ""


def _too_noisy(evidence: Evidence, limits: Limits) -> str:
    if evidence.test.rms > limits.noise:
        return (
            f"Kramers-Kronig residual {evidence.test.rms:.1%} is above {limits.noise:.0%}: noise, or no linear system; "
            "check the leads and the amplitude."
        )
    return ""


def _no_intercept(evidence: Evidence, limits: Limits) -> str:
    low, high = evidence.frequency_Hz[-1], evidence.frequency_Hz[0]
    if capacitive_everywhere(evidence.impedance_ohm):
        return (
            f"the phase stays below -45° from {high:.3g} to {low:.3g} Hz: no resistance shows; heat the film or "
            "measure to lower frequency."
        )
    apex = 1 / (2 * np.pi * np.exp(evidence.fit.value("resistance_ohm") + evidence.fit.value("capacitance_F")))
    if apex < low:
        return (
            f"the bulk arc tops at {apex:.2g} Hz, below the window ({low:.3g} Hz): R would be a guess; heat the film "
            "or measure to lower frequency."
        )
    if evidence.resistance.log10_sd > limits.resistance_sd:
        return (
            f"log10 R is known to ±{evidence.resistance.log10_sd:.2g} only (limit {limits.resistance_sd:g}): "
            "inductance, electrode or noise hide it; shorten the leads or measure at another temperature."
        )
    return ""


def _bad_contact(evidence: Evidence, limits: Limits) -> str:
    area = evidence.spectrum.area_cm2
    if area is None:
        return ""
    least = limits.blocking_Q_S_sn_cm2 * area
    fit = evidence.fit
    log_Q = fit.value("blocking_Q")
    sd = fit.sd("blocking_Q") * np.sqrt(max(1.0, fit.chi_square / fit.freedom))
    exponent = fit.circuit.natural(fit.values)["blocking_exponent"]
    tail = np.exp(-log_Q) * (2 * np.pi * evidence.frequency_Hz[-1]) ** -exponent
    # another circuit in the bulk may leave a slope at the low end that a small Q imitates
    share = LEAST_TAIL_SHARE if fit.circuit is FILM else LEAST_TAIL_SHARE_BESIDE_ANOTHER_CIRCUIT
    seen = tail > share * abs(evidence.impedance_ohm[-1])
    if seen and log_Q + 2 * sd < np.log(least):
        return (
            f"blocking CPE {np.exp(log_Q):.2g} S·sⁿ is below {least:.2g} for {area:g} cm²: the electrodes touch a part "
            "of the film; press or re-mount it."
        )
    return ""


def _misfit(evidence: Evidence, limits: Limits) -> str:
    fit = evidence.fit
    excess = np.mean(np.abs(fit.residual) ** 2 / 2) - np.mean(evidence.noise**2)
    if excess > limits.misfit**2:
        return (
            f"the best circuit, {fit.circuit.name}, misses the spectrum by {np.sqrt(excess):.1%} beyond the noise "
            f"(limit {limits.misfit:.0%}): this is no film between blocking electrodes; look at the picture."
        )
    reading, angle = real_axis_reading(evidence.frequency_Hz, evidence.impedance_ohm)
    ratio = 10**evidence.resistance.log10_ohm / reading
    if angle < 15 and not 1 / limits.reading_ratio < ratio < limits.reading_ratio:
        return (
            f"the fit gives R = {ratio * reading:.3g} ohm, the real axis reads {reading:.3g} ohm: it is another "
            "circuit; look at the picture."
        )
    return ""


def real_axis_reading(frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128]) -> tuple[float, float]:
    """Re Z where the phase is smallest, ohm, and that phase in degrees: the reading by eye, as a cross-check."""
    angle = np.where(impedance_ohm.real > 0, np.abs(np.angle(impedance_ohm, deg=True)), 180.0)
    k = int(np.argmin(angle))
    return max(float(impedance_ohm.real[k]), 1e-300), float(angle[k])


def _aborted(evidence: Evidence, limits: Limits) -> str:
    if not evidence.spectrum.complete:
        note = f" ({evidence.spectrum.note})" if evidence.spectrum.note else ""
        return (
            f"the sweep was aborted or its file is truncated{note}: {len(evidence.frequency_Hz)} points; measure again."
        )
    return ""


def _no_geometry(evidence: Evidence, limits: Limits) -> str:
    missing = [name for name in ("thickness_um", "area_cm2") if getattr(evidence.spectrum, name) is None]
    if missing:
        return f"R is known, but the conductivity needs {' and '.join(missing)}."
    return ""


RULES: tuple[tuple[Verdict, Callable[[Evidence, Limits], str]], ...] = (
    (Verdict.NOT_CAUSAL, _not_causal),
    (Verdict.MISFIT, _too_noisy),
    (Verdict.NO_INTERCEPT, _no_intercept),
    (Verdict.BAD_CONTACT, _bad_contact),
    (Verdict.MISFIT, _misfit),
    (Verdict.INCOMPLETE, _aborted),
    (Verdict.INCOMPLETE, _no_geometry),
)
"""An aborted sweep that fails another rule is told that reason first, and that it was aborted by `analyse_spectrum`."""

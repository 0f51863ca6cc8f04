"""The rules by which a spectrum is not accepted: each returns its reason, or an empty string."""

import numpy as np
from numpy.typing import NDArray

from models.bulk_resistance import DEFAULT_AREA_cm2, FILM_CAPACITANCE_F_cm2
from models.circuit_fit import Fit
from models.circuits import FILM
from models.evidence import Evidence, Limits

LEAST_TAIL_SHARE = 0.025
"""The blocking CPE is judged only where it makes this share of |Z| at the lowest frequency."""
LEAST_TAIL_SHARE_BESIDE_ANOTHER_CIRCUIT = 0.3
"""The same where another circuit than the plain one was needed."""


def film_is_a_capacitor(evidence: Evidence) -> bool:
    """Whether the phase stays below -45° in the whole window with the capacitance of a film, not of an electrode.

    One stray point is taken for noise. The capacitance is that of the admittance at the lowest three frequencies.
    """
    impedance, omega = evidence.impedance_ohm[-3:], 2 * np.pi * evidence.frequency_Hz[-3:]
    resistive = evidence.impedance_ohm.real >= -evidence.impedance_ohm.imag
    capacitance = float(np.median((1 / impedance).imag / omega))
    of_a_film = capacitance < FILM_CAPACITANCE_F_cm2 * (evidence.spectrum.area_cm2 or DEFAULT_AREA_cm2)
    return of_a_film and not bool(np.any(resistive[1:] & resistive[:-1]))


def not_causal(evidence: Evidence, limits: Limits) -> str:
    """Residuals of the Kramers-Kronig test that are larger than its own error and no white noise."""
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


def too_noisy(evidence: Evidence, limits: Limits) -> str:
    """More noise than a resistance can be read from."""
    if evidence.test.rms > limits.noise:
        return (
            f"Kramers-Kronig residual {evidence.test.rms:.1%} is above {limits.noise:.0%}: noise, or no linear system; "
            "check the leads and the amplitude."
        )
    return ""


def no_intercept(evidence: Evidence, limits: Limits) -> str:
    """No resistance shows in the window.

    Either the film is a capacitor at every frequency, or the fitted arc tops below the lowest frequency, or R is hidden
    below the electrodes and the inductance, or the error of log10 R is beyond its limit.
    """
    low, high = evidence.frequency_Hz[-1], evidence.frequency_Hz[0]
    if film_is_a_capacitor(evidence):
        return (
            f"the phase stays below -45° from {high:.3g} to {low:.3g} Hz, that of a capacitor: no resistance shows; "
            "heat the film or measure to lower frequency."
        )
    log_R = evidence.fit.value("resistance_ohm")
    apex = 1 / (2 * np.pi * np.exp(log_R + evidence.fit.value("capacitance_F")))
    if apex < low:
        return (
            f"the bulk arc tops at {apex:.2g} Hz, below the window ({low:.3g} Hz): R would be a guess; heat the film "
            "or measure to lower frequency."
        )
    share = float(np.exp(log_R) / np.abs(evidence.impedance_ohm).min())
    if share < limits.resistance_share:
        return (
            f"R is {share:.1%} of the least |Z| (limit {limits.resistance_share:.0%}): electrodes and inductance hide "
            "it; take a thicker film or measure to higher frequency."
        )
    if evidence.resistance.log10_sd > limits.resistance_sd:
        return (
            f"log10 R is known to ±{evidence.resistance.log10_sd:.2g} only (limit {limits.resistance_sd:g}): "
            "inductance, electrode or noise hide it; shorten the leads or measure at another temperature."
        )
    return ""


def bad_contact(evidence: Evidence, limits: Limits) -> str:
    """A blocking capacitance too small for the area of the electrodes."""
    area = evidence.spectrum.area_cm2
    if area is None:
        return ""
    least = limits.blocking_Q_S_sn_cm2 * area
    fit = evidence.fit
    log_Q = fit.value("blocking_Q")
    sd = fit.sd("blocking_Q") * np.sqrt(max(1.0, fit.chi_square / fit.freedom))
    # another circuit in the bulk may leave a slope at the low end that a small Q imitates
    share = LEAST_TAIL_SHARE if fit.circuit is FILM else LEAST_TAIL_SHARE_BESIDE_ANOTHER_CIRCUIT
    if _tail(evidence)[1] > share and log_Q + 2 * sd < np.log(least):
        return (
            f"blocking CPE {np.exp(log_Q):.2g} S·sⁿ is below {least:.2g} for {area:g} cm²: the electrodes touch a part "
            "of the film; press or re-mount it."
        )
    return ""


def _tail(evidence: Evidence) -> tuple[float, float]:
    """Exponent of the blocking CPE, and its share of |Z| at the lowest frequency."""
    exponent = evidence.fit.circuit.natural(evidence.fit.values)["blocking_exponent"]
    modulus = np.exp(-evidence.fit.value("blocking_Q")) * (2 * np.pi * evidence.frequency_Hz[-1]) ** -exponent
    return exponent, float(modulus / np.abs(evidence.impedance_ohm[-1]))


def misfit(evidence: Evidence, limits: Limits) -> str:
    """No circuit follows the spectrum, or one that is no film between blocking electrodes, or R is out of reason."""
    fit = evidence.fit
    excess = np.mean(np.abs(fit.residual) ** 2 / 2) - np.mean(evidence.noise**2)
    if excess > limits.misfit**2:
        return (
            f"the best circuit, {fit.circuit.name}, misses the spectrum by {np.sqrt(excess):.1%} beyond the noise "
            f"(limit {limits.misfit:.0%}): this is no film between blocking electrodes; look at the picture."
        )
    reading, angle = real_axis_reading(evidence.frequency_Hz, evidence.impedance_ohm)
    ratio = 10**evidence.resistance.log10_ohm / reading
    # the plain circuit, where it fits, knows what of Re Z is the electrode's
    if fit.circuit is not FILM and angle < 15 and not 1 / limits.reading_ratio < ratio < limits.reading_ratio:
        return (
            f"the fit gives R = {ratio * reading:.3g} ohm, the real axis reads {reading:.3g} ohm: it is another "
            "circuit; look at the picture."
        )
    return _no_film(fit, evidence, limits)


def _no_film(fit: Fit, evidence: Evidence, limits: Limits) -> str:
    """Whether the circuit fits and yet is not that of a film between blocking electrodes."""
    area = evidence.spectrum.area_cm2 or DEFAULT_AREA_cm2
    log_C = fit.value("capacitance_F")
    in_window = log_C + fit.value("resistance_ohm") > -np.log(2 * np.pi * evidence.frequency_Hz[0])
    if in_window and log_C > np.log(FILM_CAPACITANCE_F_cm2 * area):
        arc = f"the arc of {np.exp(fit.value('resistance_ohm')):.3g} ohm"
        return (
            f"{arc} has {np.exp(log_C) / area:.2g} F/cm², which is an interface and no film (limit "
            f"{FILM_CAPACITANCE_F_cm2:g}): a non-blocking or a liquid cell."
        )
    exponent, tail = _tail(evidence)
    apex = -np.log(2 * np.pi * evidence.frequency_Hz[0])
    if log_C + fit.value("resistance_ohm") < apex - np.log(10) and tail < LEAST_TAIL_SHARE:
        return (
            "neither the arc of a film nor the tail of blocking electrodes shows: a resistor, a short circuit or a "
            "non-blocking cell."
        )
    sd = fit.sd("blocking_exponent") * exponent * (1 - exponent)
    if exponent + 2 * sd < limits.blocking_exponent:
        return (
            f"the low end has the phase of an exponent {exponent:.2g} (limit {limits.blocking_exponent:g}): the "
            "electrodes do not block, and R of the film cannot be told from theirs."
        )
    return _too_good(evidence, limits)


def _too_good(evidence: Evidence, limits: Limits) -> str:
    thickness, area = evidence.spectrum.thickness_um, evidence.spectrum.area_cm2
    if thickness is None or area is None:
        return ""
    conductivity = thickness * 1e-4 / (area * 10**evidence.resistance.log10_ohm)
    if conductivity > limits.conductivity_S_cm:
        return (
            f"R = {10**evidence.resistance.log10_ohm:.3g} ohm would be {conductivity:.2g} S/cm, above what any polymer "
            f"electrolyte conducts (limit {limits.conductivity_S_cm:g}): a short circuit, or check thickness and area."
        )
    return ""


def real_axis_reading(frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128]) -> tuple[float, float]:
    """Re Z where the phase is smallest, ohm, and that phase in degrees: the reading by eye, as a cross-check."""
    angle = np.where(impedance_ohm.real > 0, np.abs(np.angle(impedance_ohm, deg=True)), 180.0)
    k = int(np.argmin(angle))
    return max(float(impedance_ohm.real[k]), 1e-300), float(angle[k])


def aborted(evidence: Evidence, limits: Limits) -> str:
    """A sweep that did not reach its end."""
    if not evidence.spectrum.complete:
        note = f" ({evidence.spectrum.note})" if evidence.spectrum.note else ""
        return (
            f"the sweep was aborted or its file is truncated{note}: {len(evidence.frequency_Hz)} points; measure again."
        )
    return ""


def no_geometry(evidence: Evidence, limits: Limits) -> str:
    """No thickness or no area."""
    missing = [name for name in ("thickness_um", "area_cm2") if getattr(evidence.spectrum, name) is None]
    if missing:
        return f"R is known, but the conductivity needs {' and '.join(missing)}."
    return ""

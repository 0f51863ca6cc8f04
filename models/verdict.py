"""In which order the rules are asked, and what makes a spectrum unusable from the start."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.conductivity_result import Verdict
from models.evidence import Evidence, Limits
from models.verdict_rules import aborted, bad_contact, misfit, no_geometry, no_intercept, not_causal, too_noisy

RULES: tuple[tuple[Verdict, Callable[[Evidence, Limits], str]], ...] = (
    (Verdict.NOT_CAUSAL, not_causal),
    (Verdict.MISFIT, too_noisy),
    (Verdict.NO_INTERCEPT, no_intercept),
    (Verdict.BAD_CONTACT, bad_contact),
    (Verdict.MISFIT, misfit),
    (Verdict.INCOMPLETE, aborted),
    (Verdict.INCOMPLETE, no_geometry),
)
"""An aborted sweep that fails another rule is told that reason first, and that it was aborted by `analyse_spectrum`."""


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

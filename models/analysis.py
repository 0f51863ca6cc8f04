"""From an impedance spectrum to a conductivity with its uncertainty, or to a verdict with its reason."""

import numpy as np
from numpy.typing import NDArray

from ledger.measurement import ImpedanceSpectrum
from models.bulk_resistance import BulkResistance, bulk_resistance
from models.circuit_fit import Fit
from models.conductivity_result import CircuitFit, ConductivityResult, Verdict
from models.evidence import Evidence, Limits
from models.film_fit import fit_film
from models.kramers_kronig import KramersKronig, kramers_kronig_test
from models.spectrum_noise import relative_noise
from models.verdict import unusable, verdict
from models.verdict_rules import film_is_a_capacitor

__all__ = ["CircuitFit", "ConductivityResult", "Limits", "Verdict", "analyse_spectrum"]

LN10 = float(np.log(10))


def analyse_spectrum(spectrum: ImpedanceSpectrum, limits: Limits | None = None) -> ConductivityResult:
    """Kramers-Kronig test, circuit fit, geometry, and what to make of them.

    Any finite spectrum gets a verdict; nothing is raised. Standard deviations are those of Gaussian errors: a 90 %
    interval is 1.645 of them to either side.

    Args:
        spectrum: n points in any order; thickness and area where the conductivity is wanted.
        limits: when not to accept; the defaults suit blocking electrodes on films of some 100 µm.
    """
    limits = limits or Limits()
    order = np.argsort(-np.array(spectrum.frequency_Hz), kind="stable")
    frequency = np.array(spectrum.frequency_Hz)[order]
    impedance = (np.array(spectrum.real_ohm) + 1j * np.array(spectrum.imaginary_ohm))[order]
    why_not = unusable(frequency, impedance, limits)
    if why_not:
        return ConductivityResult(
            verdict=Verdict.INCOMPLETE, reason=_said_aborted(spectrum, why_not), temperature_C=spectrum.temperature_C
        )
    test, noise = causality_and_noise(frequency, impedance)
    candidates = fit_film(frequency, impedance, noise, limits.good_fit)
    resistance = bulk_resistance(candidates, frequency, impedance, noise, spectrum.area_cm2)
    evidence = Evidence(spectrum, frequency, impedance, noise, test, candidates.best, resistance)
    name, reason = verdict(evidence, limits)
    return ConductivityResult(
        verdict=name,
        reason=_said_aborted(spectrum, reason),
        circuit=_kept(candidates.best, frequency, order),
        kramers_kronig_residual=test.rms,
        temperature_C=spectrum.temperature_C,
        log10_conductivity_below=_bound(evidence) if name is Verdict.NO_INTERCEPT else None,
        **_numbers(spectrum, name, resistance, limits),
    )


def causality_and_noise(
    frequency_Hz: np.ndarray, impedance_ohm: NDArray[np.complex128]
) -> tuple[KramersKronig, np.ndarray]:
    """The Kramers-Kronig test, weighted by the noise that it shows itself, and that noise (relative, `n`)."""
    modulus = np.abs(impedance_ohm)
    test = kramers_kronig_test(frequency_Hz, impedance_ohm)
    test = kramers_kronig_test(frequency_Hz, impedance_ohm, relative_noise(modulus, test))
    return test, relative_noise(modulus, test)


def _said_aborted(spectrum: ImpedanceSpectrum, reason: str) -> str:
    if spectrum.complete or "aborted" in reason:
        return reason
    return f"{reason} The sweep was aborted or its file is truncated."


def _numbers(
    spectrum: ImpedanceSpectrum, name: Verdict, resistance: BulkResistance, limits: Limits
) -> dict[str, float]:
    """What may be stated under a verdict: R where it is the cell's, conductivity only where accepted."""
    if name not in (Verdict.ACCEPTED, Verdict.BAD_CONTACT, Verdict.INCOMPLETE):
        return {}
    numbers = {"resistance_ohm": 10**resistance.log10_ohm, "log10_resistance_sd": resistance.log10_sd}
    cell = _log10_length_over_area(spectrum)
    if name is Verdict.ACCEPTED and cell is not None:
        geometry_sd = np.hypot(limits.thickness_relative_sd, limits.area_relative_sd) / LN10
        numbers["log10_conductivity"] = cell - resistance.log10_ohm
        numbers["log10_conductivity_sd"] = float(np.hypot(resistance.log10_sd, geometry_sd))
    return numbers


def _bound(evidence: Evidence) -> float | None:
    """Upper bound of log10(S/cm) of a film that is capacitive in the whole window: R is above |Z| at its low end."""
    cell = _log10_length_over_area(evidence.spectrum)
    if cell is None or not film_is_a_capacitor(evidence):
        return None
    return cell - float(np.log10(np.abs(evidence.impedance_ohm[-3:]).min()))


def _log10_length_over_area(spectrum: ImpedanceSpectrum) -> float | None:
    """log10 of thickness over area, 1/cm."""
    if spectrum.thickness_um is None or spectrum.area_cm2 is None:
        return None
    return float(np.log10(spectrum.thickness_um * 1e-4 / spectrum.area_cm2))


def _kept(fit: Fit, frequency_Hz: np.ndarray, order: np.ndarray) -> CircuitFit:
    """The fit as plain numbers, in the order of the spectrum."""
    fitted = np.empty(len(frequency_Hz), np.complex128)
    fitted[order] = fit.circuit.impedance(fit.values, frequency_Hz)
    natural = fit.circuit.natural(fit.values)
    variance = np.maximum(np.diag(fit.covariance), 0.0)  # rounding, where points and parameters are as many
    sd = np.sqrt(variance) * np.sqrt(max(1.0, fit.chi_square / fit.freedom))
    exponent = fit.circuit.exponents
    plain = np.array(list(natural.values()))
    return CircuitFit(
        name=fit.circuit.name,
        parameters=natural,
        relative_sd=dict(zip(natural, np.where(exponent, sd * plain * (1 - plain), sd).tolist(), strict=True)),
        relative_rms=float(np.sqrt(np.mean(np.abs(fit.residual) ** 2) / 2)),
        chi_square_per_freedom=fit.chi_square / fit.freedom,
        fitted_real_ohm=tuple(fitted.real.tolist()),
        fitted_imaginary_ohm=tuple(fitted.imag.tolist()),
    )

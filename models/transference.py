"""The transference number of a film, from a polarisation between lithium electrodes.

    t⁺ = I_ss (ΔV - I_0 R_0) / (I_0 (ΔV - I_ss R_ss))

(Evans, Vincent and Bruce, Polymer 1987, 28, 2324; Bruce and Vincent, J. Electroanal. Chem. 1987, 225, 1), with the
resistance of the interfaces before (R_0) and after (R_ss). With r = ΔV / I it reads t⁺ = (r_0 - R_0) / (r_ss - R_ss):
the film's own resistance at the start over that at steady state. It is the transport number of ideal solutions; in
real ones it is the share of a small steady current that lithium carries.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from pydantic import Field

from chemistry.quantities import with_uncertainty
from chemistry.value import Value
from ledger.measurement import Polarisation
from models.lithium_spectrum import LithiumSpectrum, fit_lithium_spectrum
from models.property_result import PropertyResult, PropertyVerdict
from models.settling import Settled, first_value, settled, steady_end

TRANSFERENCE = "transference_number"


class TransferenceLimits(Value):
    """When a polarisation is not accepted."""

    voltage_V: float = Field(default=0.02, gt=0)
    """Largest voltage: below RT/F (26 mV at 30 °C) the answer is linear; 5 to 10 mV are usual."""
    least_points: int = Field(default=40, ge=20)
    remainder: float = Field(default=0.1, gt=0, lt=1)
    """Largest share of the film's resistance at steady state that is foretold and was not seen."""
    ohmic: float = Field(default=0.15, gt=0)
    """Largest relative difference between the resistance that the first current gives and that of the spectrum."""
    misfit: float = Field(default=0.05, gt=0)
    """Largest relative misfit of a spectrum."""
    diffusion: float = Field(default=0.1, gt=0)
    """Least duration over the time that the salt needs, as conductivity tells it: less is no steady state."""
    model_error: float = Field(default=0.007, ge=0)
    """Relative error of t⁺ that stays when everything fits: the growth of the interfaces is not known in between."""
    sd: float = Field(default=0.15, gt=0)
    """Largest standard deviation of t⁺ that is of use."""


class _Cell(NamedTuple):
    before: LithiumSpectrum
    after: LithiumSpectrum
    first: tuple[float, float]
    """ΔV / I at the start and its standard deviation, ohm."""
    last: Settled


def analyse_polarisation(measured: Polarisation, limits: TransferenceLimits | None = None) -> PropertyResult:
    """The transference number with its uncertainty, or the reason why there is none; nothing is raised."""
    limits = limits or TransferenceLimits()
    time, current = np.array(measured.time_s), np.array(measured.current_A)

    def refused(verdict: PropertyVerdict, reason: str, **details: float) -> PropertyResult:
        at_C = measured.temperature_C
        return PropertyResult(
            property=TRANSFERENCE, verdict=verdict, reason=reason, temperature_C=at_C, details=details
        )

    if measured.voltage_V > limits.voltage_V:
        volts = f"{1e3 * measured.voltage_V:g} mV"
        limit = f"{1e3 * limits.voltage_V:g} mV"
        reason = f"polarised with {volts}, above {limit}: the answer is not linear; take 10 mV."
        return refused(PropertyVerdict.NOT_SMALL, reason)
    if len(time) < limits.least_points or not np.isfinite(current).all():
        reason = f"{len(time)} points of current (limit {limits.least_points}, all finite); measure again."
        return refused(PropertyVerdict.INCOMPLETE, reason)
    if np.median(current) <= 0:
        return refused(PropertyVerdict.NOT_OHMIC, "the current has the wrong sign; check the leads of the cell.")
    cell = _cell(measured, time, current)
    if cell is None:
        return refused(PropertyVerdict.INCOMPLETE, "a spectrum of the lithium cell has too few points; measure again.")
    misfit = max(cell.before.relative_rms, cell.after.relative_rms)
    if misfit > limits.misfit:
        words = (
            f"no lithium cell fits its spectrum (misfit {misfit:.1%}, limit {limits.misfit:.0%}); check the contacts."
        )
        return refused(PropertyVerdict.NOT_OHMIC, words)
    return _judged(measured, cell, limits, refused)


def _cell(measured: Polarisation, time: np.ndarray, current: np.ndarray) -> _Cell | None:
    before, after = fit_lithium_spectrum(measured.before), fit_lithium_spectrum(measured.after)
    if before is None or after is None:
        return None
    resistance = measured.voltage_V / np.where(np.abs(current) > 0, current, np.nan)
    # What the interfaces grew by: with the square root of time, as films on lithium do, to what the spectra say.
    growth = (after.interface_ohm - before.interface_ohm) * np.sqrt(time / time[-1])
    first = first_value(time, resistance)
    last = settled(time, resistance - before.interface_ohm - growth)
    if not last.seen and time[-1] > 2 * salt_diffusion_s(measured, before.film_ohm):
        # The salt had time enough: what still moves is slow growth of the interfaces, and no diffusion.
        last = steady_end(time, resistance - before.interface_ohm - growth) or last
    return _Cell(before, after, first, last)


def salt_diffusion_s(measured: Polarisation, film_ohm: float) -> float:
    """Time constant L² / (π² D) of the salt, s, to a factor of five; zero where thickness or area are not known.

    D is that of Nernst and Einstein, D = 2 t (1 - t) σ R T / (F² c), for t = 0.2 and 1.5 mol/l: within a factor of
    three of what was measured in poly(ethylene oxide) (2e-8 cm²/s at 60 °C).
    """
    thickness_um, area_cm2 = measured.before.thickness_um, measured.before.area_cm2
    if thickness_um is None or area_cm2 is None:
        return 0.0
    length_cm = thickness_um * 1e-4
    sigma = length_cm / (film_ohm * area_cm2)
    D = 2 * 0.2 * 0.8 * sigma * 8.314462618 * (measured.temperature_C + 273.15) / (96485.33212**2 * 1.5e-3)
    return length_cm**2 / (np.pi**2 * D)


def _judged(
    measured: Polarisation,
    cell: _Cell,
    limits: TransferenceLimits,
    refused: Callable[..., PropertyResult],
) -> PropertyResult:
    R_0, R_0_sd = cell.before.interface_ohm, cell.before.interface_ohm * cell.before.interface_sd
    film, hours = cell.before.film_ohm, measured.time_s[-1] / 3600
    r_0, r_0_sd = cell.first
    start, end = r_0 - R_0, cell.last.value
    gap = abs(r_0 - cell.before.sum_ohm) / cell.before.sum_ohm
    if gap > limits.ohmic or start <= 0:
        return refused(
            PropertyVerdict.NOT_OHMIC,
            f"the first current gives {r_0:.3g} ohm, the spectrum {cell.before.sum_ohm:.3g} ohm (limit "
            f"{limits.ohmic:.0%} apart): its start was missed, or the cell changed; let it rest and measure again.",
        )
    needed_s = salt_diffusion_s(measured, film)
    if measured.time_s[-1] < limits.diffusion * needed_s:
        return refused(
            PropertyVerdict.NOT_STEADY,
            f"{hours:.3g} h are too short for a film that conducts so little: its salt needs some "
            f"{needed_s / 3600:.2g} h; measure at a higher temperature.",
        )
    share = abs(cell.last.remainder) / max(end, 1e-12)
    if not cell.last.seen or share > limits.remainder or end <= 0:
        still = "no end of its fall shows" if not cell.last.seen else f"{share:.0%} of its fall is still to come"
        return refused(
            PropertyVerdict.NOT_STEADY,
            f"after {hours:.3g} h the current is not steady: {still} (limit "
            f"{limits.remainder:.0%}); polarise longer, or at a higher temperature.",
        )
    value = start / end
    # The interfaces stand in both: what one spectrum says too much of them the other says, too.
    shared = R_0_sd * abs(1 / start - 1 / end)
    grown_sd = abs(cell.after.interface_ohm - R_0) * 0.15
    own = np.hypot(cell.after.interface_ohm * cell.after.interface_sd / 2, grown_sd)
    ends = np.hypot(r_0_sd / start, np.hypot(cell.last.sd, own) / end)
    disagreement = abs(start - film) / start / 2
    sd = float(value * np.sqrt(shared**2 + ends**2 + disagreement**2 + limits.model_error**2))
    details = {
        "first_resistance_ohm": r_0,
        "steady_resistance_ohm": end + cell.after.interface_ohm,
        "interface_before_ohm": R_0,
        "interface_after_ohm": cell.after.interface_ohm,
        "film_ohm": film,
        "remainder": share,
    }
    if value > 1 + 2 * sd or value < 0:
        reason = (
            f"t⁺ = {with_uncertainty(value, sd)} is outside 0 to 1: a creeping short circuit, or a cell that changed."
        )
        return refused(PropertyVerdict.IMPOSSIBLE, reason, **details)
    if sd > limits.sd:
        reason = (
            f"t⁺ = {value:.2f} is known to ±{sd:.2f} only (limit {limits.sd:g}): the interfaces ({R_0:.3g} ohm) hide "
            f"the film ({film:.3g} ohm); take a thicker film."
        )
        return refused(PropertyVerdict.UNCERTAIN, reason, **details)
    return PropertyResult(
        property=TRANSFERENCE,
        verdict=PropertyVerdict.ACCEPTED,
        reason=f"steady to {share:.1%} after {hours:.3g} h; film {film:.3g}, interfaces {R_0:.3g} ohm.",
        value=min(value, 1.0),
        sd=sd,
        temperature_C=measured.temperature_C,
        details=details,
    )

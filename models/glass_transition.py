"""The glass transition of a film, from the heating scan of a calorimeter.

The midpoint by half height: the temperature at which the heat capacity is half way between the two tangents, that of
the glass and that of the liquid (ISO 11357-2:2020; ASTM E1356). The step is fitted together with both tangents and,
where the film has aged, with the peak of enthalpy that it gives back just above; of several steps the coldest counts,
which is that of the softest phase. Melting peaks lie outside the window of the step, or the step is not found.
"""

from collections.abc import Callable

import numpy as np
from pydantic import Field

from chemistry.value import Value
from ledger.measurement import Calorimetry
from models.heat_step import Step, fit_step, steps_in
from models.property_result import PropertyResult, PropertyVerdict

GLASS_TRANSITION = "glass_transition"


class GlassTransitionLimits(Value):
    """When a scan is not accepted, and what its instrument adds to the error."""

    least_points: int = Field(default=80, ge=40)
    start_K: float = Field(default=12.0, ge=0)
    """Left out at the start, where the oven is not yet at its rate."""
    least_step_J_gK: float = Field(default=0.03, gt=0)
    most_step_J_gK: float = Field(default=1.5, gt=0)
    """Polymers have 0.1 to 0.8 J/(g K)."""
    significance: float = Field(default=6.0, gt=0)
    """Least height of the step over its standard deviation."""
    thermometer_sd_K: float = Field(default=0.4, ge=0)
    """Calibration of the temperature, the same all over a scan."""
    shape_share: float = Field(default=0.08, ge=0)
    """Error that the shape of a step makes, over its width (10 to 90 %)."""
    peak_share: float = Field(default=0.1, ge=0)
    """Error that a peak of enthalpy makes, over its enthalpy per height of the step (K)."""
    sd_K: float = Field(default=6.0, gt=0)
    """Largest standard deviation that is of use."""


def analyse_calorimetry(measured: Calorimetry, limits: GlassTransitionLimits | None = None) -> PropertyResult:
    """The glass transition (°C) with its uncertainty, or the reason why there is none; nothing is raised."""
    limits = limits or GlassTransitionLimits()
    T, flow = np.array(measured.sample_temperature_C), np.array(measured.heat_flow_mW)

    def refused(verdict: PropertyVerdict, reason: str, **details: float) -> PropertyResult:
        return PropertyResult(property=GLASS_TRANSITION, verdict=verdict, reason=reason, details=details)

    if len(T) < limits.least_points or not (np.isfinite(T).all() and np.isfinite(flow).all()):
        reason = f"{len(T)} points (limit {limits.least_points}, all finite); scan again."
        return refused(PropertyVerdict.INCOMPLETE, reason)
    capacity = flow / (measured.mass_mg * measured.rate_K_min / 60)
    kept = T[0] + limits.start_K <= T
    T, capacity = T[kept], capacity[kept]
    found = [
        step
        for step in steps_in(T, capacity)
        if limits.least_step_J_gK <= step.height_J_gK <= limits.most_step_J_gK
        and step.height_J_gK > limits.significance * step.height_sd_J_gK
    ]
    if not found:
        reason = (
            f"no step of at least {limits.least_step_J_gK:g} J/(g K) stands out of the noise between {T[0]:.0f} and "
            f"{T[-1]:.0f} °C; take more of the film, or scan from lower temperature."
        )
        return refused(PropertyVerdict.NO_STEP, reason)
    best = max(found, key=lambda step: step.significance)
    # A colder one counts where it is no shadow of the best: well apart, and nearly as plain.
    chosen = min((s for s in found if s.significance > 0.3 * best.significance), key=lambda step: step.midpoint_C)
    step = fit_step(T, capacity, chosen)
    return _judged(step, limits, refused, others=len({round(s.midpoint_C / 25) for s in found}) - 1)


def _judged(
    step: Step, limits: GlassTransitionLimits, refused: Callable[..., PropertyResult], others: int
) -> PropertyResult:
    by_shape_K = limits.shape_share * step.width_K
    by_peak_K = limits.peak_share * max(step.relaxation_J_g, 0.0) / max(step.height_J_gK, 1e-6)
    sd = float(np.sqrt(step.midpoint_sd_C**2 + limits.thermometer_sd_K**2 + by_shape_K**2 + by_peak_K**2))
    details = {
        "step_J_gK": step.height_J_gK,
        "step_sd_J_gK": step.height_sd_J_gK,
        "width_K": step.width_K,
        "relaxation_J_g": step.relaxation_J_g,
    }
    if step.height_J_gK < limits.least_step_J_gK or step.height_J_gK < limits.significance * step.height_sd_J_gK / 2:
        reason = f"the step of {step.height_J_gK:.3f} ± {step.height_sd_J_gK:.3f} J/(g K) is no better than the noise."
        return refused(PropertyVerdict.NO_STEP, reason, **details)
    if sd > limits.sd_K:
        reason = f"the midpoint, {step.midpoint_C:.0f} °C, is known to ±{sd:.1f} K only (limit {limits.sd_K:g} K)."
        return refused(PropertyVerdict.UNCERTAIN, reason, **details)
    beside = f"; {others} warmer" if others > 0 else ""
    return PropertyResult(
        property=GLASS_TRANSITION,
        verdict=PropertyVerdict.ACCEPTED,
        reason=f"a step of {step.height_J_gK:.2f} J/(g K) over {step.width_K:.0f} K{beside}.",
        value=step.midpoint_C,
        sd=sd,
        details=details,
    )

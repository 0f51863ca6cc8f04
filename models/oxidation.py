"""The oxidation limit of a film, from a linear sweep of potential towards oxidation.

The limit is the potential, less what the film's own resistance takes, at which the current density above the baseline
comes to a stated threshold and stays above it. It depends on the threshold (Hernández et al., J. Power Sources Adv.
2021, 11, 100071), so its uncertainty has what a factor of two in the threshold makes; compare limits of one threshold
and rate only.
"""

from typing import NamedTuple

import numpy as np
from pydantic import Field

from chemistry.value import Value
from ledger.measurement import VoltageSweep
from models.property_result import PropertyResult, PropertyVerdict

OXIDATION = "oxidation_limit"


class OxidationLimits(Value):
    """Where the limit is, and when a sweep is not accepted."""

    threshold_A_cm2: float = Field(default=1e-5, gt=0)
    """10 µA/cm²."""
    least_points: int = Field(default=100, ge=50)
    settling_V: float = Field(default=0.2, ge=0)
    """Left out at the start: the electrode is charged first."""
    baseline_V: float = Field(default=0.3, gt=0)
    """Least length of the baseline."""
    baseline_share: float = Field(default=0.3, gt=0, lt=1)
    """Largest baseline under the limit, over the threshold."""
    noise_share: float = Field(default=0.15, gt=0, lt=1)
    """Largest noise of one point, over the threshold."""
    ohmic_V: float = Field(default=0.25, gt=0)
    """Largest potential that the film itself may take at the threshold."""
    ohmic_share: float = Field(default=0.1, gt=0, lt=1)
    """Relative error of that, interfaces that the resistance leaves out in the bargain."""


class _Rise(NamedTuple):
    limit_V: float
    sd_V: float
    slope_V: float
    """Potential for a factor of e in the current."""


def analyse_voltage_sweep(measured: VoltageSweep, limits: OxidationLimits | None = None) -> PropertyResult:
    """The oxidation limit (V vs Li/Li⁺) with its uncertainty, or the reason why there is none; nothing is raised."""
    limits = limits or OxidationLimits()
    potential, density = np.array(measured.potential_V), np.array(measured.current_density_A_cm2)
    threshold, told = limits.threshold_A_cm2, f"{1e6 * limits.threshold_A_cm2:g} µA/cm²"

    def refused(verdict: PropertyVerdict, reason: str, above: float | None = None, **details: float) -> PropertyResult:
        return PropertyResult(
            property=OXIDATION,
            verdict=verdict,
            reason=reason,
            above=above,
            temperature_C=measured.temperature_C,
            details=details,
        )

    if len(potential) < limits.least_points or not (np.isfinite(density).all() and np.isfinite(potential).all()):
        reason = f"{len(potential)} points (limit {limits.least_points}, all finite); sweep again, more slowly."
        return refused(PropertyVerdict.INCOMPLETE, reason)
    ohmic_V = threshold * measured.resistance_ohm_cm2
    if ohmic_V > limits.ohmic_V:
        reason = (
            f"the film takes {ohmic_V:.2f} V of the potential at {told} (limit {limits.ohmic_V:g} V): it conducts too "
            "little; sweep at a higher temperature."
        )
        return refused(PropertyVerdict.UNCERTAIN, reason)
    noise = _noise(density, threshold)
    if noise > limits.noise_share * threshold:
        reason = f"a point scatters by {1e6 * noise:.2g} µA/cm², {noise / threshold:.0%} of {told}; check the shield."
        return refused(PropertyVerdict.BAD_BASELINE, reason)
    film_V = potential - density * measured.resistance_ohm_cm2
    first = int(np.searchsorted(potential, potential[0] + limits.settling_V))
    line = _baseline(film_V, density, first, threshold, limits.baseline_V)
    if line is None:
        reason = f"the current begins to rise within {limits.baseline_V:g} V of the start; start the sweep lower."
        return refused(PropertyVerdict.BAD_BASELINE, reason)
    net = density - np.polyval(line, film_V)
    smooth = _smoothed(net)
    below = np.flatnonzero(smooth < threshold)
    if smooth[-1] < threshold or not len(below):
        above = float(film_V.max())
        reason = f"the current does not reach {told} up to {above:.2f} V: the limit is above; sweep to more."
        return refused(PropertyVerdict.NOT_REACHED, reason, above=above)
    rise = _rise(film_V, net, int(below[-1]), threshold, noise)
    if rise is None:
        reason = f"the current jumps past {told} within a few points: a short circuit, or too fast a sweep."
        return refused(PropertyVerdict.BAD_BASELINE, reason)
    if _falls(smooth, int(below[-1]), threshold):
        reason = f"a wave stands at {told} before the film is oxidised: an impurity, or solvent; dry the film."
        return refused(PropertyVerdict.BAD_BASELINE, reason)
    under = float(np.polyval(line, rise.limit_V))
    if abs(under) > limits.baseline_share * threshold:
        reason = (
            f"the baseline makes {under / threshold:.0%} of {told} at the limit (limit {limits.baseline_share:.0%}): "
            "leak or impurity; clean the electrode, or dry the film."
        )
        return refused(PropertyVerdict.BAD_BASELINE, reason)
    by_threshold = rise.slope_V * np.log(2) / np.sqrt(3)
    # Half of the baseline is not known to go on under the rise.
    by_baseline = rise.slope_V * abs(under) / threshold / 2
    sd = float(np.sqrt(rise.sd_V**2 + by_threshold**2 + by_baseline**2 + (limits.ohmic_share * ohmic_V) ** 2))
    return PropertyResult(
        property=OXIDATION,
        verdict=PropertyVerdict.ACCEPTED,
        reason=f"{told} at {rise.limit_V:.2f} V; a factor of two in it makes {rise.slope_V * np.log(2):.3f} V.",
        value=rise.limit_V,
        sd=sd,
        temperature_C=measured.temperature_C,
        details={
            "threshold_A_cm2": threshold,
            "rate_mV_s": measured.rate_mV_s,
            "by_threshold_V": float(by_threshold),
            "ohmic_V": float(ohmic_V),
            "baseline_A_cm2": under,
            "slope_V": rise.slope_V,
        },
    )


def _falls(net: np.ndarray, last: int, threshold: float) -> bool:
    """Whether the current falls again by a tenth, after it has passed the threshold and before ten times of it."""
    above = net[last + 1 :]
    end = int(np.argmax(above > 10 * threshold)) or len(above)
    rising = above[:end]
    return bool((rising < 0.9 * np.maximum.accumulate(rising)).any()) if len(rising) else False


def _noise(density: np.ndarray, threshold: float) -> float:
    """Standard deviation of a point below the threshold, from third differences: the rise itself is not in it."""
    low = density[: max(20, int(np.argmax(density > threshold)) or len(density))]
    return float(1.4826 * np.median(np.abs(np.diff(low, 3))) / np.sqrt(20))


def _smoothed(density: np.ndarray) -> np.ndarray:
    """Median of five neighbours, the ends as they are."""
    padded = np.pad(density, 2, mode="edge")
    return np.median(np.stack([padded[k : k + len(density)] for k in range(5)]), axis=0)


def _baseline(
    film_V: np.ndarray, density: np.ndarray, first: int, threshold: float, least_V: float
) -> np.ndarray | None:
    """A line through what lies before the rise, stray points and waves counting little; None where it is too short.

    It ends where a tenth of the threshold is passed above the start, a wave of that height included.
    """
    level = float(np.median(density[first : first + 15]))
    risen = np.flatnonzero(_smoothed(density)[first:] > level + 0.1 * threshold)
    end = first + int(risen[0]) if len(risen) else len(density)
    x, y = film_V[first:end], density[first:end]
    if len(x) < 10 or x[-1] - x[0] < least_V:
        return None
    weight = np.ones_like(x)
    line = np.zeros(2)
    for _ in range(8):
        line = np.polyfit(x, y, 1, w=weight)
        off = np.abs(y - np.polyval(line, x))
        scale = max(1.4826 * float(np.median(off)), 1e-4 * threshold)
        weight = 1 / np.maximum(1.0, off / (1.5 * scale))
    # Leaks fall off with potential never: a line that falls was bent by the charging of the electrode.
    return line if line[0] >= 0 else np.array([0.0, float(np.average(y, weights=weight))])


def _rise(film_V: np.ndarray, net: np.ndarray, last: int, threshold: float, noise: float) -> _Rise | None:
    """Where ln j crosses the threshold after point `last`: a weighted line from a third to three times of it."""
    low = last
    while low > 0 and net[low] > threshold / 3:
        low -= 1
    high = last + 1
    while high < len(net) - 1 and net[high] < 3 * threshold:
        high += 1
    kept = np.arange(low, high + 1)
    kept = kept[net[kept] > threshold / 5]
    if len(kept) < 4:
        return None
    x, y = film_V[kept], np.log(net[kept] / threshold)
    design = np.stack([np.ones_like(y), y, y**2], axis=1) if len(kept) > 8 else np.stack([np.ones_like(y), y], axis=1)
    weight = np.sqrt(net[kept] / np.hypot(net[kept] * 0.02, noise)) / (1 + y**2)
    solution = np.linalg.lstsq(design * weight[:, None], x * weight, rcond=None)[0]
    left = (x - design @ solution) * weight
    variance = float(left @ left) / max(1, len(x) - design.shape[1])
    covariance = np.linalg.pinv((design * weight[:, None]).T @ (design * weight[:, None])) * variance
    slope = float(solution[1])
    if slope <= 0:
        return None
    return _Rise(float(solution[0]), float(np.sqrt(covariance[0, 0])), slope)

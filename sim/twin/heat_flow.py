"""What a calorimeter sees of a film that is heated: the step of the glass transition, crystals that melt, a baseline.

The step is skewed, 1 - 2^(-exp(x)) with x = (T - Tg) / width, and half done at Tg; films that have aged below Tg give
back enthalpy just above it. Its height is 115 J/g over Tg for a whole amorphous polymer (Simha and Boyer, J. Chem.
Phys. 1962, 37, 1003, and Boyer, J. Macromol. Sci. Phys. 1973, 7, 487). Melting takes 200 J/g of crystals (Wunderlich,
Macromolecular Physics, vol. 3, 1980, for poly(ethylene oxide)), over the temperatures at which `amorphous_fraction`
grows.
"""

from dataclasses import dataclass

import numpy as np

from sim.twin.composition import Composition, amorphous_fraction
from sim.twin.preset import Preset

_STEP_J_g = 115.0
_MELTING_J_g = 200.0
_FLOOR_mW = 0.003
_LARGEST_RISE = 700.0


@dataclass(frozen=True)
class Scan:
    """What chance gave the disc in the pan and the calorimeter's baseline of one scan."""

    width_K: float
    relaxation_J_g: float
    relaxation_K: float
    thermometer_K: float
    """What the thermometer reads too much, all over the scan."""
    offset_mW: float
    slope_mW_K: float
    curvature_mW_K2: float
    start_mW: float


def random_scan(rng: np.random.Generator, preset: Preset) -> Scan:
    """Draw a scan."""
    aged = rng.random() < preset.aged_films
    return Scan(
        width_K=rng.uniform(2.5, 6.0),
        relaxation_J_g=rng.uniform(0.3, 2.0) if aged else 0.0,
        relaxation_K=rng.uniform(2.0, 4.0),
        thermometer_K=preset.thermometer_sd_K * rng.standard_normal(),
        offset_mW=0.3 * rng.standard_normal(),
        slope_mW_K=1e-3 * rng.standard_normal(),
        curvature_mW_K2=preset.signal_noise * 3e-6 * rng.standard_normal(),
        start_mW=preset.signal_noise * rng.uniform(-0.6, 0.6),
    )


def heat_flow_mW(
    film: Composition,
    glass_transition_C: float,
    history: float,
    scan: Scan,
    temperature_C: np.ndarray,
    rate_K_min: float,
    mass_mg: float,
) -> np.ndarray:
    """Heat flow into the disc at n temperatures that the thermometer reads (°C), endothermic above zero; no noise."""
    true_C = temperature_C - scan.thermometer_K
    heat_J_gK = _capacity_J_gK(film, glass_transition_C, history, scan, true_C)
    since = temperature_C - temperature_C[0]
    middle = temperature_C - temperature_C.mean()
    baseline = scan.offset_mW + scan.slope_mW_K * middle + scan.curvature_mW_K2 * middle**2
    return mass_mg * heat_J_gK * rate_K_min / 60 + baseline + scan.start_mW * np.exp(-since / 5)


def as_read(heat_mW: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """The heat flow with white noise and a slow drift of the same size, each times `noise`."""
    white, steps = rng.standard_normal((2, len(heat_mW)))
    drift = np.cumsum(steps) / len(steps) ** 0.5
    return heat_mW + noise * _FLOOR_mW * (white + drift)


def _capacity_J_gK(
    film: Composition, glass_transition_C: float, history: float, scan: Scan, T_C: np.ndarray
) -> np.ndarray:
    amorphous = np.array([amorphous_fraction(film, float(T), history) for T in T_C])
    inert = film.host.inert
    bearing = 1 - (inert.weight_fraction if inert is not None else 0.0)
    organic = 1 - film.filler_volume_fraction
    cold = amorphous_fraction(film, glass_transition_C, history)
    height = _STEP_J_g / (glass_transition_C + 273.15) * organic * bearing * cold
    x = (T_C - glass_transition_C) / scan.width_K
    capacity = 1.3 + 0.003 * (T_C + 50) + height * (1 - 0.5 ** np.exp(np.minimum(x, 20)))
    peak = (T_C - glass_transition_C - 1.5 * scan.width_K) / scan.relaxation_K
    capacity += scan.relaxation_J_g * cold * np.exp(-0.5 * peak**2) / (scan.relaxation_K * (2 * np.pi) ** 0.5)
    if inert is not None:
        above = (T_C - inert.glass_transition_K + 273.15) / 4
        step = _STEP_J_g / inert.glass_transition_K * organic * inert.weight_fraction
        capacity += step / (1 + np.exp(-np.clip(above, -_LARGEST_RISE, _LARGEST_RISE)))
    melting = np.gradient(amorphous, T_C)
    return capacity + _MELTING_J_g * film.polymer_fraction * bearing * organic * melting

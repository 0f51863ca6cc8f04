"""A film between lithium and steel while the potential rises: charging, leaks, impurities, and at last its oxidation.

The electrode sees what the film's resistance leaves of the applied potential, E = E_applied - j R, and

    j = C v (1 - exp(-(E - E_0) / 50 mV)) + g (E - E_0) + wave of an impurity + x / (1 + x / j_limit),
    x = j_threshold exp((E - E_ox) / s)

with a slope s of its own for every film, and a limiting current that products on the electrode leave. An analysis that
takes the rise for a straight line in log j, over a straight baseline, is wrong in a way that it must find out.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np

from sim.twin.oxidation import SLOPE_V, THRESHOLD_A_cm2
from sim.twin.preset import Preset

_HIGHEST_V = 9.0
_FLOOR_A_cm2 = 2e-9
_RELATIVE_NOISE = 0.005


@dataclass(frozen=True)
class SteelElectrode:
    """What chance gave the steel electrode of one disc, and the impurities in it."""

    slope_V: float
    capacitance_F_cm2: float
    leak_S_cm2: float
    wave_A_cm2: float
    wave_V: float
    limit_A_cm2: float


def steel_electrode(rng: np.random.Generator, preset: Preset) -> SteelElectrode:
    """Draw the electrode of a disc."""
    return SteelElectrode(
        slope_V=SLOPE_V * exp(0.2 * rng.standard_normal()),
        capacitance_F_cm2=exp(rng.uniform(log(5e-6), log(5e-5))),
        leak_S_cm2=preset.leak_S_cm2 * exp(0.7 * rng.standard_normal()),
        wave_A_cm2=preset.impurity_A_cm2 * exp(0.9 * rng.standard_normal()),
        wave_V=rng.uniform(3.3, 3.9),
        limit_A_cm2=exp(rng.uniform(log(1e-4), log(2e-3))),
    )


def current_density_A_cm2(
    electrode: SteelElectrode,
    limit_V: float,
    resistance_ohm_cm2: float,
    applied_V: np.ndarray,
    rate_V_s: float,
) -> np.ndarray:
    """Current density at n applied potentials (V vs Li/Li⁺), of a film that is oxidised at `limit_V`; no noise."""
    start = float(applied_V[0])
    inner = np.arange(start, _HIGHEST_V, 5e-4)
    above = inner - start
    oxidation = THRESHOLD_A_cm2 * np.exp((inner - limit_V) / electrode.slope_V)
    density = (
        electrode.capacitance_F_cm2 * rate_V_s * (1 - np.exp(-above / 0.05))
        + electrode.leak_S_cm2 * above
        + electrode.wave_A_cm2 * np.exp(-(((inner - electrode.wave_V) / 0.12) ** 2))
        + oxidation / (1 + oxidation / electrode.limit_A_cm2)
    )
    outer = np.maximum.accumulate(inner + density * resistance_ohm_cm2)
    return np.interp(applied_V, outer, density)


def as_read(density_A_cm2: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """The current density with a floor and a share of noise, each times `noise`."""
    floor, share = rng.standard_normal((2, len(density_A_cm2)))
    return density_A_cm2 * (1 + noise * _RELATIVE_NOISE * share) + noise * _FLOOR_A_cm2 * floor

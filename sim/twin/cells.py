"""Random cells whose true resistance is known: what an analysis of spectra is tested with.

Ranges are those of real cells with blocking electrodes: a disc of 10 mm (0.785 cm²), films of 75 to 380 µm, R from
17 Ω to 1e8 Ω, bulk CPE exponent 0.93 to 0.985, blocking CPE Q 1e-6 to 5.7e-6 S·sⁿ with n 0.59 to 0.72, inductance up to
4 µH, 45 points from 1 MHz to 1 Hz.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.twin.circuit import CellCircuit, REFERENCE_AREA_cm2, geometric_capacitance_F
from sim.twin.deviation import Deviation, random_deviation
from sim.twin.meter import Meter, elapsed_share, sweep_frequencies_Hz

Kind = Literal["fitted", "other", "no_intercept", "bad_contact", "drifting"]

RESISTANCE_RANGE_ohm = (17.0, 1e8)
NO_INTERCEPT_RATIO = 10.0
"""A cell has no intercept where its bulk arc tops at 1/(2πRC) below the lowest frequency over this ratio."""


class Geometry(NamedTuple):
    """Thickness and area of a film in its cell."""

    thickness_um: float
    area_cm2: float


class RandomCell(NamedTuple):
    """A spectrum as the meter reads it, and the truth behind it."""

    frequency_Hz: np.ndarray
    impedance_ohm: NDArray[np.complex128]
    true_resistance_ohm: float
    """Resistance of the bulk of the film over the whole electrode (at the start of the sweep, if it drifts)."""
    geometry: Geometry


def random_cell(
    rng: np.random.Generator,
    circuit: Kind = "fitted",
    log10_sigma: tuple[float, float] | None = None,
    meter: Meter | None = None,
    frequency_Hz: np.ndarray | None = None,
) -> RandomCell:
    """Draw a cell and measure it.

    Args:
        rng: source of every random number.
        circuit: `fitted` is L–(R‖CPE)–CPE. `other` is one of a Havriliak-Negami arc, a lognormal distribution of
            relaxation times, or an interface arc. `no_intercept` is a fitted circuit with R so large that the bulk
            arc tops at 1/(2πRC) ≤ f_low / 10: the phase never leaves the capacitive end (loss tangent of R at
            most 0.1 at the lowest frequency, as much as that of the CPE itself), no plateau and no top of an arc
            lies in the window, and R cannot be told from the exponent of the CPE. R goes up to 1e4 times that limit.
            `bad_contact` touches 2 to 30 % of the electrode; `drifting` changes R by 20 to 60 % during the sweep.
        log10_sigma: range of log10(S/cm) to draw from; without it log10 R is drawn evenly from 17 Ω to 1e8 Ω. It is
            not looked at for `no_intercept`.
        meter: errors of the meter; without it the default meter with a relative noise drawn from 0.2 to 1 %.
        frequency_Hz: frequencies of the sweep, from high to low; 45 points from 1 MHz to 1 Hz without them.

    Returns:
        (frequency, impedance, true resistance, geometry); n frequencies and n complex impedances.
    """
    frequency = sweep_frequencies_Hz() if frequency_Hz is None else np.asarray(frequency_Hz, dtype=float)
    geometry = Geometry(float(np.exp(rng.uniform(np.log(75), np.log(380)))), REFERENCE_AREA_cm2)
    contact = float(np.exp(rng.uniform(np.log(0.02), np.log(0.3)))) if circuit == "bad_contact" else 1.0
    stray = rng.uniform(170e-12, 210e-12)
    capacitance = geometric_capacitance_F(rng.uniform(5, 15), *geometry) * contact + stray
    resistance = _resistance(rng, circuit, log10_sigma, geometry, capacitance, float(frequency.min()))
    deviation = random_deviation(rng) if circuit == "other" else Deviation()
    cell = CellCircuit(
        resistance_ohm=resistance / contact,
        bulk_capacitance_F=capacitance,
        bulk_exponent=rng.uniform(0.93, 0.985),
        blocking_Q=float(np.exp(rng.uniform(np.log(1e-6), np.log(5.7e-6)))) * contact,
        blocking_exponent=rng.uniform(0.59, 0.72),
        inductance_H=rng.uniform(0, 4e-6),
        relaxation=deviation.relaxation,
        relaxation_width=deviation.relaxation_width,
        interface=deviation.interface(resistance, geometry.area_cm2),
    )
    drift = np.log1p(rng.uniform(0.2, 0.6)) * rng.choice((-1, 1)) if circuit == "drifting" else 0.0
    truth = cell.impedance_ohm(frequency, np.exp(drift * elapsed_share(frequency)))
    meter = meter or Meter(relative_noise=float(np.exp(rng.uniform(*np.log((0.002, 0.01))))))
    return RandomCell(frequency, meter.reading_ohm(truth, rng), resistance, geometry)


def _resistance(
    rng: np.random.Generator,
    circuit: Kind,
    log10_sigma: tuple[float, float] | None,
    geometry: Geometry,
    capacitance_F: float,
    low_Hz: float,
) -> float:
    if circuit == "no_intercept":
        least = NO_INTERCEPT_RATIO / (2 * np.pi * low_Hz * capacitance_F)
        return float(least * 10 ** rng.uniform(0, 4))
    if log10_sigma is None:
        return float(np.exp(rng.uniform(*np.log(RESISTANCE_RANGE_ohm))))
    return geometry.thickness_um * 1e-4 / (10 ** rng.uniform(*log10_sigma) * geometry.area_cm2)

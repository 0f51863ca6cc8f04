"""One simulated film in its cell: what instruments can read of it, and nothing else."""

import math
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from sim.twin.circuit import CellCircuit, REFERENCE_AREA_cm2, geometric_capacitance_F
from sim.twin.composition import composition
from sim.twin.deviation import Deviation, random_deviation
from sim.twin.discs import Discs
from sim.twin.mechanics import storage_modulus_MPa
from sim.twin.meter import elapsed_share
from sim.twin.preset import Preset, preset_named
from sim.twin.transport import log10_conductivity

WET_CONDUCTIVITY_decades, WET_MODULUS_decades = 0.3, -0.15
"""What as much water as a film can take up does to it. Water plasticises polyethers: σ up, modulus down. The size is
an assumption, chosen to be seen in a comparison of films and not at a glance."""


@dataclass(frozen=True)
class Disturbance:
    """What is wrong with one sweep from outside the film."""

    drift: float = 0.0
    """By how much R has changed at its end, relative."""
    contact: float = 1.0
    """Share of the electrode that touches, of what would touch otherwise."""
    noise: float = 1.0
    """Factor on the noise of the meter."""


UNDISTURBED = Disturbance()


@dataclass(frozen=True)
class _Character:
    """What chance gave one film and its cell. All temperatures share it."""

    conductivity_decades: float
    modulus_decades: float
    history: float
    contact: float
    """Fraction of the electrode that touches."""
    detachment_C: float
    """Temperature above which the film comes off the electrode; infinite where it does not."""
    stray_F: float
    bulk_exponent: float
    blocking_Q: float
    blocking_exponent: float
    inductance_H: float
    deviation: Deviation


class TwinFilm:
    """A film of one formulation between blocking electrodes.

    Everything it answers is a function of what it was made with and of the seed of the reading: the same film asked
    twice with one seed gives the same spectrum.
    """

    def __init__(
        self,
        formulation: Formulation,
        thickness_um: float,
        area_cm2: float = REFERENCE_AREA_cm2,
        seed: int = 0,
        preset: Preset | str = "default",
        water: float = 0.0,
        pressings: int = 1,
    ) -> None:
        """Make the film.

        Args:
            formulation: what it is really made of.
            thickness_um: its true thickness.
            area_cm2: area of the electrodes.
            seed: decides film effect, contact and circuit; 0 or more.
            preset: how far from ideal, a preset or its name.
            water: how much water it took up, 0 to 1 of what it can.
            pressings: how often it was pressed; each time the electrodes take hold anew.
        """
        if not (thickness_um > 0 and area_cm2 > 0):
            raise BadInput(f"a film of {thickness_um} um on {area_cm2} cm2 is none", remedy="Give both above zero")
        self._composition = composition(formulation)
        self._preset = preset_named(preset) if isinstance(preset, str) else preset
        self._thickness_um, self._area_cm2, self._seed = thickness_um, area_cm2, seed
        own = _character(formulation, seed, self._preset)
        self._character = replace(
            own,
            contact=own.contact if pressings < 2 else _contact_anew(seed, pressings, self._preset),
            conductivity_decades=own.conductivity_decades + WET_CONDUCTIVITY_decades * water,
            modulus_decades=own.modulus_decades + WET_MODULUS_decades * water,
        )
        self._formulation = formulation

    def spectrum(
        self, temperature_C: float, frequency_Hz: np.ndarray, seed: int, disturbance: Disturbance = UNDISTURBED
    ) -> NDArray[np.complex128]:
        """The impedance as the meter reads it, ohm, at n frequencies in the order of the sweep."""
        frequency = np.asarray(frequency_Hz, dtype=float)
        rng = np.random.default_rng([self._seed, seed])
        factor = self._drift(frequency, rng)
        if rng.random() < self._preset.outliers:
            factor = factor * 10 ** (rng.uniform(1, 2) * rng.choice((-1, 1)))
        factor = factor * np.exp(np.log1p(disturbance.drift) * elapsed_share(frequency))
        truth = self._circuit(temperature_C, disturbance.contact).impedance_ohm(frequency, factor)
        return self._preset.meter.noisier(disturbance.noise).reading_ohm(truth, rng)

    def storage_modulus_MPa(self, temperature_C: float, seed: int | None = None) -> float:
        """Storage modulus of this film at 1 Hz, MPa; with a seed, as the tester reads it."""
        truth = storage_modulus_MPa(self._composition, temperature_C, self._character.history)
        value = truth * 10**self._character.modulus_decades
        if seed is None:
            return value
        error = np.random.default_rng([self._seed, seed]).standard_normal()
        return float(value * math.exp(self._preset.modulus_reading_sd * error))

    @property
    def discs(self) -> Discs:
        """Discs of this film in the cells of other instruments."""
        return Discs(
            self._formulation,
            self._composition,
            self._thickness_um,
            self._area_cm2,
            self._seed,
            self._preset,
            self._character.history,
            self._film_resistance_ohm,
        )

    def resistance_ohm(self, temperature_C: float) -> float:
        """Bulk resistance of this cell, ohm, film effect and contact included: for tests, not for instruments."""
        return self._film_resistance_ohm(temperature_C) / self._contact(temperature_C)

    def _film_resistance_ohm(self, temperature_C: float) -> float:
        value = log10_conductivity(self._composition, temperature_C, self._character.history)
        sigma = 10 ** (value + self._character.conductivity_decades)
        return self._thickness_um * 1e-4 / (sigma * self._area_cm2)

    def _contact(self, temperature_C: float) -> float:
        """Share of the electrode that touches: a film that comes off loses a factor of e per 10 K."""
        lost = max(0.0, temperature_C - self._character.detachment_C) / 10
        return self._character.contact * math.exp(-lost)

    def _circuit(self, temperature_C: float, touching: float) -> CellCircuit:
        own, contact = self._character, self._contact(temperature_C) * touching
        resistance = self._film_resistance_ohm(temperature_C) / contact
        film_F = geometric_capacitance_F(self._composition.relative_permittivity, self._thickness_um, self._area_cm2)
        return CellCircuit(
            resistance_ohm=resistance,
            bulk_capacitance_F=film_F * contact + own.stray_F,
            bulk_exponent=own.bulk_exponent,
            blocking_Q=own.blocking_Q * contact * self._area_cm2 / REFERENCE_AREA_cm2,
            blocking_exponent=own.blocking_exponent,
            inductance_H=own.inductance_H,
            relaxation=own.deviation.relaxation,
            relaxation_width=own.deviation.relaxation_width,
            interface=own.deviation.interface(resistance, self._area_cm2 * contact),
        )

    def _drift(self, frequency_Hz: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Factor on R at each frequency: one, but for a sweep during which the film changes."""
        drifts, size, sign = rng.random() < self._preset.drifting_sweeps, rng.uniform(0.1, 0.5), rng.choice((-1, 1))
        return np.exp(np.log1p(size) * sign * drifts * elapsed_share(frequency_Hz))


def _contact_anew(seed: int, pressings: int, preset: Preset) -> float:
    """Share of the electrode that touches after the film was pressed once more: as likely to fail as the first time."""
    rng = np.random.default_rng([seed, 3, pressings])
    return _part_that_touches(rng) if rng.random() < preset.contact_failures else 1.0


def _part_that_touches(rng: np.random.Generator) -> float:
    return math.exp(rng.uniform(math.log(0.02), math.log(0.3)))


def _character(formulation: Formulation, seed: int, preset: Preset) -> _Character:
    rng = np.random.default_rng([seed, 1])
    lot = np.random.default_rng(int.from_bytes(sha256(formulation.key.encode()).digest()[:8], "big"))
    film_sd = preset.film_sd_decades * math.exp(preset.film_sd_spread * lot.standard_normal())
    failed, detached, unfitted = rng.random(3) < (preset.contact_failures, preset.detaching, preset.unfitted_circuits)
    touching, warm = _part_that_touches(rng), rng.uniform(60, 80)
    return _Character(
        conductivity_decades=float(film_sd * rng.standard_normal()),
        modulus_decades=float(preset.film_modulus_sd_decades * rng.standard_normal()),
        history=math.exp(preset.crystallinity_sd * rng.standard_normal()),
        contact=touching if failed else 1.0,
        detachment_C=warm if detached else math.inf,
        stray_F=rng.uniform(170e-12, 210e-12),
        bulk_exponent=rng.uniform(0.93, 0.985),
        blocking_Q=math.exp(rng.uniform(math.log(1e-6), math.log(5.7e-6))),
        blocking_exponent=rng.uniform(0.59, 0.72),
        inductance_H=rng.uniform(0, 4e-6),
        deviation=random_deviation(rng) if unfitted else Deviation(),
    )

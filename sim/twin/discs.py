"""Discs of one film in other cells than the blocking one: between lithium, against steel, in a calorimeter's pan."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chemistry.formulation import Formulation
from sim.twin import heat_flow, potential_sweep
from sim.twin.composition import Composition
from sim.twin.heat_flow import heat_flow_mW, random_scan
from sim.twin.oxidation import truth_oxidation_limit_V
from sim.twin.polarisation import LithiumDisc, lithium_interfaces
from sim.twin.potential_sweep import current_density_A_cm2, steel_electrode
from sim.twin.preset import Preset
from sim.twin.transference import logit_transference

_CURRENT_FLOOR_A = 3e-11
_CURRENT_NOISE = 0.001
_VOLTAGE_ERROR = 0.002
_RESISTANCE_NOISE = 0.01
_WEIGHING_ERROR_mg = 0.02


class PolarisationSignal(NamedTuple):
    """What a potentiostat reads of a polarisation: V, n currents in A, and two spectra of m impedances in ohm."""

    applied_V: float
    current_A: np.ndarray
    before_ohm: NDArray[np.complex128]
    after_ohm: NDArray[np.complex128]


class SweepSignal(NamedTuple):
    """What it reads of a sweep: n current densities in A/cm², and the cell's resistance before it in ohm cm²."""

    current_density_A_cm2: np.ndarray
    resistance_ohm_cm2: float


class HeatSignal(NamedTuple):
    """What a calorimeter reads: n heat flows in mW, endothermic above zero, and the mass that was weighed, mg."""

    heat_flow_mW: np.ndarray
    mass_mg: float


@dataclass(frozen=True)
class Discs:
    """A film, and what it makes of the signals of other instruments; each reading takes a fresh disc."""

    formulation: Formulation
    composition: Composition
    thickness_um: float
    area_cm2: float
    seed: int
    preset: Preset
    history: float
    resistance_ohm: Callable[[float], float]
    """Bulk resistance of a disc at a temperature in °C, film effect included."""

    @property
    def transference_number(self) -> float:
        """Of this film, film effect included: for tests, not for instruments."""
        logit = logit_transference(self.formulation) + self.preset.film_transference_sd * self._effects[0]
        return 1 / (1 + exp(-logit))

    def oxidation_limit_V(self, temperature_C: float) -> float:
        """Of this film, vs Li/Li⁺, film effect included: for tests, not for instruments."""
        truth = truth_oxidation_limit_V(self.formulation, temperature_C)
        return float(truth + self.preset.film_oxidation_sd_V * self._effects[1])

    @property
    def glass_transition_C(self) -> float:
        """Of this film, film effect included: for tests, not for instruments."""
        truth = self.composition.glass_transition_K - 273.15
        return float(truth + self.preset.film_glass_transition_sd_K * self._effects[2])

    def polarisation(
        self, temperature_C: float, voltage_V: float, time_s: np.ndarray, frequency_Hz: np.ndarray, seed: int
    ) -> PolarisationSignal:
        """Current at n times after about `voltage_V` was put on, with spectra at m frequencies before and after."""
        rng = np.random.default_rng([self.seed, seed])
        disc = self.lithium_disc(temperature_C, rng)
        applied = voltage_V * (1 + self.preset.signal_noise * _VOLTAGE_ERROR * rng.standard_normal())
        share, floor = self.preset.signal_noise * rng.standard_normal((2, len(time_s)))
        current = disc.current_A(applied, time_s) * (1 + _CURRENT_NOISE * share) + _CURRENT_FLOOR_A * floor
        spectra = [
            self.preset.meter.reading_ohm(disc.impedance_ohm(frequency_Hz, hours), rng)
            for hours in (0.0, float(time_s[-1]) / 3600)
        ]
        return PolarisationSignal(voltage_V, current, *spectra)  # what was set is what the panel says

    def lithium_disc(self, temperature_C: float, rng: np.random.Generator) -> LithiumDisc:
        """A disc between lithium and lithium."""
        return LithiumDisc(
            resistance_ohm=self.resistance_ohm(temperature_C),
            transference=self.transference_number,
            thickness_um=self.thickness_um,
            area_cm2=self.area_cm2,
            temperature_C=temperature_C,
            lithium_mol_cm3=self._lithium_mol_cm3,
            relative_permittivity=self.composition.relative_permittivity,
            interfaces=lithium_interfaces(rng, self.preset),
            inductance_H=rng.uniform(0, 4e-6),
            stray_F=rng.uniform(170e-12, 210e-12),
        )

    def voltage_sweep(self, temperature_C: float, applied_V: np.ndarray, rate_mV_s: float, seed: int) -> SweepSignal:
        """Current density at n applied potentials, V vs Li/Li⁺."""
        rng = np.random.default_rng([self.seed, seed])
        electrode, interfaces = steel_electrode(rng, self.preset), lithium_interfaces(rng, self.preset)
        film = self.resistance_ohm(temperature_C) * self.area_cm2
        whole = film + interfaces.at(temperature_C, 0.0) / 2  # one side is steel
        density = current_density_A_cm2(
            electrode, self.oxidation_limit_V(temperature_C), whole, applied_V, rate_mV_s / 1000
        )
        error = self.preset.signal_noise * _RESISTANCE_NOISE * rng.standard_normal()
        return SweepSignal(potential_sweep.as_read(density, self.preset.signal_noise, rng), film * (1 + float(error)))

    def heat_scan(self, temperature_C: np.ndarray, rate_K_min: float, mass_mg: float, seed: int) -> HeatSignal:
        """Heat flow at n temperatures as the calorimeter reads them, °C, for a disc of about `mass_mg`."""
        rng = np.random.default_rng([self.seed, seed])
        scan = random_scan(rng, self.preset)
        flow = heat_flow_mW(
            self.composition, self.glass_transition_C, self.history, scan, temperature_C, rate_K_min, mass_mg
        )
        weighed = mass_mg + self.preset.signal_noise * _WEIGHING_ERROR_mg * float(rng.standard_normal())
        return HeatSignal(heat_flow.as_read(flow, self.preset.signal_noise, rng), max(0.1, weighed))

    @property
    def _effects(self) -> np.ndarray:
        """Three normal numbers that belong to the film and not to a reading."""
        return np.random.default_rng([self.seed, 2]).standard_normal(3).clip(-4, 4)

    @property
    def _lithium_mol_cm3(self) -> float:
        """Lithium per volume, the density of the host taken for that of the film."""
        own = self.formulation.salt_molality_mol_kg or self.composition.host.tethered_anions_mol_kg
        polymer = self.composition.polymer_fraction * (1 - self.composition.filler_volume_fraction)
        return max(1e-6, 1e-3 * own * polymer * self.composition.host.density_g_cm3)

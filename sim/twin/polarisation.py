"""A film between two lithium electrodes: its impedance, and its current after a small voltage is put on.

The salt's concentration answers the current by the modes of a film with reversible electrodes (dilute, linear):

    V = I (R_bulk + R_interface(t)) + Σ_n c_n,   dc_n/dt = n² / τ (a_n I - c_n),   n = 1, 3, 5, …
    a_n = 8 / (π n)² · R_bulk (1/t⁺ - 1),   τ = L² / (π² D)

so that at the end the film has R_bulk / t⁺ (Bruce and Vincent, J. Electroanal. Chem. 1987, 225, 1). The salt's D
follows from conductivity and concentration by Nernst and Einstein, times two for ion-ion interaction (near 2e-8 cm²/s
in PEO/LiTFSI at 60 °C). None of this is what the analysis fits: it sees one exponential and one arc for the
interfaces.
"""

from dataclasses import dataclass
from math import exp, log, pi

import numpy as np
from numpy.typing import NDArray

from sim.twin.circuit import geometric_capacitance_F
from sim.twin.preset import Preset

_FARADAY = 96485.33212
_GAS_CONSTANT = 8.314462618
_MODES = 2 * np.arange(400) + 1
_INTERFACE_ohm_cm2 = 150.0
"""Both interfaces together at 60 °C: some tens to hundreds are usual with poly(ethylene oxide)."""
_INTERFACE_kJ_mol = 60.0
_GROWTH_h = 8.0


@dataclass(frozen=True)
class LithiumInterfaces:
    """What chance gave the two interfaces of one disc; resistance of both, times area, at 60 °C."""

    resistance_ohm_cm2: float
    growth: float
    """Relative, in the first eight hours."""
    logarithmic: bool
    """Whether it grows as the logarithm of time, not as its square root."""
    capacitance_F_cm2: float
    exponent: float
    second_share: float
    """Share of a second, ten times slower layer; zero where there is one layer only."""
    diffusion: float
    """Factor on the salt's diffusivity."""

    def at(self, temperature_C: float, hours: float) -> float:
        """Resistance of both, ohm cm²."""
        thermal = _INTERFACE_kJ_mol / (_GAS_CONSTANT * 1e-3) * (1 / (temperature_C + 273.15) - 1 / 333.15)
        share = log(1 + 10 * hours / _GROWTH_h) / log(11) if self.logarithmic else (hours / _GROWTH_h) ** 0.5
        return self.resistance_ohm_cm2 * exp(thermal) * (1 + self.growth * share)


def lithium_interfaces(rng: np.random.Generator, preset: Preset) -> LithiumInterfaces:
    """Draw the interfaces of a disc."""
    return LithiumInterfaces(
        resistance_ohm_cm2=_INTERFACE_ohm_cm2 * exp(0.5 * rng.standard_normal()),
        growth=preset.interface_growth * exp(0.7 * rng.standard_normal()),
        logarithmic=rng.random() < 0.5,
        capacitance_F_cm2=10 ** rng.uniform(-6.3, -5.3),
        exponent=rng.uniform(0.75, 0.95),
        second_share=rng.uniform(0.15, 0.4) if rng.random() < 2 * preset.unfitted_circuits else 0.0,
        diffusion=2 * exp(0.3 * rng.standard_normal()),
    )


@dataclass(frozen=True)
class LithiumDisc:
    """A disc between lithium and lithium at one temperature."""

    resistance_ohm: float
    transference: float
    thickness_um: float
    area_cm2: float
    temperature_C: float
    lithium_mol_cm3: float
    relative_permittivity: float
    interfaces: LithiumInterfaces
    inductance_H: float
    stray_F: float

    @property
    def diffusion_s(self) -> float:
        """τ of the slowest mode, s."""
        t = self.transference
        sigma = self.thickness_um * 1e-4 / (self.resistance_ohm * self.area_cm2)
        einstein = sigma * _GAS_CONSTANT * (self.temperature_C + 273.15) / (_FARADAY**2 * self.lithium_mol_cm3)
        return (self.thickness_um * 1e-4) ** 2 / (pi**2 * 2 * t * (1 - t) * einstein * self.interfaces.diffusion)

    @property
    def concentration_ohm(self) -> float:
        """What the salt's gradient adds to the resistance at steady state."""
        return self.resistance_ohm * (1 / self.transference - 1)

    def current_A(self, voltage_V: float, time_s: np.ndarray) -> np.ndarray:
        """Current at n rising times after the voltage was put on, A."""
        amplitude = 8 / (pi * _MODES) ** 2 * self.concentration_ohm
        modes, before = np.zeros(len(_MODES)), 0.0
        steps = np.union1d(time_s, np.geomspace(time_s[0] / 10, time_s[-1], 500))
        current = np.empty(len(steps))
        for place, now in enumerate(steps):
            kept = np.exp(-((now - before) / self.diffusion_s) * _MODES**2)
            ohmic = self.resistance_ohm + self._interface(now / 3600)
            # Implicit in the current, so that a long step is no worse than late.
            current[place] = (voltage_V - modes @ kept) / (ohmic + amplitude @ (1 - kept))
            modes, before = modes * kept + amplitude * current[place] * (1 - kept), now
        return current[np.isin(steps, time_s)] + self._charging_A(voltage_V, time_s)

    def impedance_ohm(self, frequency_Hz: np.ndarray, hours: float) -> NDArray[np.complex128]:
        """Impedance at n frequencies, ohm, once it has been polarised for so long."""
        s = 2j * pi * np.asarray(frequency_Hz, dtype=float)
        film_F = geometric_capacitance_F(self.relative_permittivity, self.thickness_um, self.area_cm2)
        bulk = self.resistance_ohm / (1 + (s * self.resistance_ohm * (film_F + self.stray_F)) ** 0.96)
        own, whole = self.interfaces, self._interface(hours)
        layers = [(whole * (1 - own.second_share), 1.0), (whole * own.second_share, 10.0)]
        farad = own.capacitance_F_cm2 * self.area_cm2
        arcs = sum(r / (1 + (s * r * slower * farad) ** own.exponent) for r, slower in layers)
        x = np.sqrt(s * self.diffusion_s * pi**2 / 4)
        return s * self.inductance_H + bulk + arcs + self.concentration_ohm * np.tanh(x) / x

    def _interface(self, hours: float) -> float:
        return self.interfaces.at(self.temperature_C, hours) / self.area_cm2

    def _charging_A(self, voltage_V: float, time_s: np.ndarray) -> np.ndarray:
        """The interfaces are capacitors first: a current that dies within milliseconds to a second."""
        bulk, interface = self.resistance_ohm, self._interface(0.0)
        tau = self.interfaces.capacitance_F_cm2 * self.area_cm2 * bulk * interface / (bulk + interface)
        return voltage_V / bulk * interface / (bulk + interface) * np.exp(-((time_s / tau) ** 0.7))

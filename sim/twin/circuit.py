"""The electrical cell: a film between two blocking electrodes, as an equivalent circuit with its true values.

Z(ω) = jωL + Z_bulk(ω) + Z_interface(ω) + 1/(Q (jω)^n)

Z_bulk is R/(1 + (jωτ)^a) with τ = R·C in the cell that analysis fits, which is R ‖ CPE with Q_bulk = τ^a / R; C is the
geometric capacitance ε_r ε_0 A/L plus the stray one of holder and leads. In a share of cells it is something else: a
Havriliak-Negami arc (Havriliak and Negami, Polymer 1967, 8, 161; Davidson and Cole, J. Chem. Phys. 1951, 19, 1484)
or a lognormal distribution of relaxation times; or an interface adds a second R ‖ CPE at lower frequency.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

VACUUM_PERMITTIVITY_F_cm = 8.8541878188e-14
"""Electric constant in F/cm (CODATA 2022)."""

REFERENCE_AREA_cm2 = 0.785
"""Area of a disc of 10 mm, to which the blocking-electrode values of the literature cells belong."""

Relaxation = Literal["cpe", "havriliak_negami", "lognormal"]


def geometric_capacitance_F(relative_permittivity: float, thickness_um: float, area_cm2: float) -> float:
    """Capacitance ε_r ε_0 A/L of the film alone, F; 37 pF for 150 µm of PEO on a 10 mm disc (ε_r 8)."""
    return relative_permittivity * VACUUM_PERMITTIVITY_F_cm * area_cm2 / (thickness_um * 1e-4)


@dataclass(frozen=True)
class InterfaceArc:
    """A second R ‖ CPE in series: an interface layer that relaxes more slowly than the bulk."""

    resistance_ohm: float
    capacitance_F: float
    exponent: float

    def impedance_ohm(self, frequency_Hz: np.ndarray) -> NDArray[np.complex128]:
        """Impedance at n frequencies, ohm."""
        tau = self.resistance_ohm * self.capacitance_F
        return self.resistance_ohm / (1 + (2j * np.pi * frequency_Hz * tau) ** self.exponent)


@dataclass(frozen=True)
class CellCircuit:
    """The true circuit of one cell at one temperature."""

    resistance_ohm: float
    bulk_capacitance_F: float
    """Geometric capacitance of the part in contact plus strays."""
    bulk_exponent: float
    blocking_Q: float
    """Blocking CPE of the whole electrode, S·sⁿ."""
    blocking_exponent: float
    inductance_H: float = 0.0
    relaxation: Relaxation = "cpe"
    relaxation_width: float = 0.0
    """Havriliak-Negami: 1 - β (asymmetry); lognormal: standard deviation of ln τ."""
    interface: InterfaceArc | None = None

    @property
    def bulk_frequency_Hz(self) -> float:
        """Frequency 1/(2πRC) of the top of the bulk arc: below it lies the plateau that tells R."""
        return 1 / (2 * np.pi * self.resistance_ohm * self.bulk_capacitance_F)

    def impedance_ohm(
        self, frequency_Hz: np.ndarray, resistance_factor: np.ndarray | float = 1.0
    ) -> NDArray[np.complex128]:
        """Noise-free impedance at n frequencies, ohm.

        `resistance_factor` (scalar or n) multiplies R at each frequency: a film that drifts during the sweep.
        """
        s = np.asarray(2j * np.pi * np.asarray(frequency_Hz), dtype=np.complex128)
        z = s * self.inductance_H + self._bulk(s, resistance_factor) + 1 / (self.blocking_Q * s**self.blocking_exponent)
        if self.interface is not None:
            z = z + self.interface.impedance_ohm(np.asarray(frequency_Hz, dtype=float))
        return z

    def _bulk(self, s: NDArray[np.complex128], resistance_factor: np.ndarray | float) -> NDArray[np.complex128]:
        R = self.resistance_ohm * resistance_factor
        tau = R * self.bulk_capacitance_F
        if self.relaxation == "lognormal":
            nodes, weights = np.polynomial.hermite.hermgauss(32)
            spread = np.exp(np.sqrt(2) * self.relaxation_width * nodes)
            arcs = 1 / (1 + (s * tau)[..., None] * spread)
            return R * (arcs @ weights) / np.sqrt(np.pi)
        beta = 1 - self.relaxation_width if self.relaxation == "havriliak_negami" else 1.0
        return R / (1 + (s * tau) ** self.bulk_exponent) ** beta

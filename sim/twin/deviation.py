"""How a cell's true circuit departs from L–(R‖CPE)–CPE, the one that analysis fits."""

from dataclasses import dataclass

import numpy as np

from sim.twin.circuit import InterfaceArc, REFERENCE_AREA_cm2, Relaxation


@dataclass(frozen=True)
class Deviation:
    """The part of a circuit that the fitted one does not have. It belongs to a film: all temperatures share it."""

    relaxation: Relaxation = "cpe"
    relaxation_width: float = 0.0
    """Havriliak-Negami: 1 - β; lognormal: standard deviation of ln τ."""
    interface_share: float = 0.0
    """Resistance of the interface over that of the bulk; zero without an interface arc."""
    interface_capacitance_F_cm2: float = 0.0
    interface_exponent: float = 1.0

    def interface(self, bulk_resistance_ohm: float, area_cm2: float = REFERENCE_AREA_cm2) -> InterfaceArc | None:
        """The interface arc beside a bulk of this resistance, or None."""
        if self.interface_share == 0:
            return None
        capacitance_F = self.interface_capacitance_F_cm2 * area_cm2
        return InterfaceArc(self.interface_share * bulk_resistance_ohm, capacitance_F, self.interface_exponent)


def random_deviation(rng: np.random.Generator) -> Deviation:
    """One of three departures, each in a third of the draws.

    A Havriliak-Negami arc with β from 0.5 to 0.95; a lognormal distribution of relaxation times with a standard
    deviation of 0.3 to 1.5 in ln τ; an interface arc of 3 to 50 % of the bulk resistance and 5 nF/cm² to 1 µF/cm², from
    a grain boundary that overlaps with the bulk to a passivation layer that is well apart from it (ranges of Irvine,
    Sinclair and West, Adv. Mater. 1990, 2, 132, for an arc of each origin).
    """
    kind = rng.integers(3)
    if kind == 0:
        return Deviation("havriliak_negami", relaxation_width=rng.uniform(0.05, 0.5))
    if kind == 1:
        return Deviation("lognormal", relaxation_width=rng.uniform(0.3, 1.5))
    return Deviation(
        interface_share=float(np.exp(rng.uniform(np.log(0.03), np.log(0.5)))),
        interface_capacitance_F_cm2=float(np.exp(rng.uniform(np.log(5e-9), np.log(1e-6)))),
        interface_exponent=rng.uniform(0.75, 0.95),
    )

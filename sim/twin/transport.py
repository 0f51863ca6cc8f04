"""Ionic conductivity of a film: the noise-free truth that planners are scored on and that instruments never tell.

σ = c(r) [A exp(-B / (R (T - T0))) + A_glass exp(-E_glass / (R T))],  T0 = Tg(r, plasticiser) - 50 K

c(r) = r / (1 + r/r_p + (r/r_a)^6): carriers grow with salt, are lost to pairs and, beyond r_a, to aggregates. A and,
for poly(ethylene oxide) with LiTFSI, B, r_p and r_a are fitted to the published medians by loading at 90 °C; since T0
moves with Tg they differ from VTF parameters that were fitted with T0 fixed at 190 K, but give the same conductivity
(`benchmarks/twin_against_literature.py`). Anions come in by an offset that fades as permittivity rises (1/ε: the
Bjerrum length), short chains by the added mobility of their ends, crystals by the path around them.
"""

from math import log, log10

from chemistry.formulation import Formulation
from sim.twin.composition import Composition, amorphous_fraction, composition

LOG10_PREFACTOR = 0.91
"""log10 of A, S/cm, of PEO with LiTFSI."""
IDEAL_GLASS_SHIFT_K = 50.0
"""Tg - T0: near 50 K in most glass formers (Angell, Solid State Ionics 1983, 9-10, 3)."""
_LN10_GAS_CONSTANT_kJ = log(10) * 8.314462618e-3
_REFERENCE_PERMITTIVITY = 8.0
_PAIRING_DECADES = 0.5
"""Decades that LiTFSI itself loses to pairing in PEO, free to be won by permittivity."""
_CHAIN_END_MASS_kg_mol = 0.56
_TORTUOSITY = 4.0
"""σ falls as (amorphous fraction)^4 about crystals, from films of PEO at 25 and 40 °C."""
_LEAST_DISTANCE_K = 12.0


def truth_log10_conductivity(formulation: Formulation, temperature_C: float) -> float:
    """log10 of the conductivity in S/cm at a temperature in °C, without film effect and without noise."""
    return log10_conductivity(composition(formulation), temperature_C)


def log10_conductivity(film: Composition, temperature_C: float, history: float = 1.0) -> float:
    """log10(S/cm) of a film of known composition; `history` multiplies its crystallinity."""
    T = temperature_C + 273.15
    amorphous = amorphous_fraction(film, temperature_C, history)
    value = (
        _log10_carriers(film)
        + log10(10 ** _coupled_decades(film, T) + 10 ** _decoupled_decades(T))
        + _TORTUOSITY * log10(amorphous)
        + 1.5 * log10(1 - film.filler_volume_fraction)
    )
    if film.host.inert is not None:
        value += log10(2 / 3 * (1 - film.host.inert.weight_fraction))
    return value


def _log10_carriers(film: Composition) -> float:
    """Mobile ions: loading less pairs and aggregates, weighted by the anion."""
    law, r = film.host.law, film.loading
    return log10(r) - log10(1 + r / law.pairing_r + (r / law.aggregation_r) ** 6) + _anion_decades(film)


def _coupled_decades(film: Composition, T: float) -> float:
    """Ions that move with the segments of the chain: VTF about the glass transition."""
    law = film.host.law
    distance = _distance_K(T, film.glass_transition_K)
    thermal = law.activation_kJ_mol / (_LN10_GAS_CONSTANT_kJ * distance)
    return LOG10_PREFACTOR + law.offset_decades + _short_chain_decades(film) - thermal


def _decoupled_decades(T: float) -> float:
    """Ions that hop in a glass: 75 kJ/mol, 1e-11 S/cm at 25 °C for a molar loading; all that is left below Tg."""
    return 3.0 - 75.0 / (_LN10_GAS_CONSTANT_kJ * T)


def _distance_K(temperature_K: float, glass_transition_K: float) -> float:
    """T - T0, kept above 12 K: deep in the glass the coupled term is nothing, and must not diverge."""
    x = temperature_K - glass_transition_K + IDEAL_GLASS_SHIFT_K - _LEAST_DISTANCE_K
    return _LEAST_DISTANCE_K + 0.5 * (x + (x * x + 4 * 15.0**2) ** 0.5)


def _anion_decades(film: Composition) -> float:
    pairing = min(2.5, _REFERENCE_PERMITTIVITY / film.relative_permittivity)
    return _PAIRING_DECADES * (1 - pairing) + film.anion.offset_decades * pairing


def _short_chain_decades(film: Composition) -> float:
    """Mobility of chain ends, little of it above 2 kg/mol (Shi and Vincent, Solid State Ionics 1993, 60, 11)."""
    molar_mass = film.host.molar_mass_kg_mol
    if molar_mass is None or film.host.crosslinked:
        return 0.0
    return log10(1 + (_CHAIN_END_MASS_kg_mol / molar_mass) ** 2.5)

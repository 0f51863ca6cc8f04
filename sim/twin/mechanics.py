"""Storage modulus of a film at 1 Hz: glass, rubber, melt, and the crystals that hold it.

log10 E' = (1 - X) log10 E_amorphous + X log10 E_crystal (logarithmic mixing). E_amorphous goes from 2.5 GPa in the
glass over 3 G_N φ^(7/3) on the rubbery plateau (diluted as in Colby and Rubinstein, Macromolecules 1990, 23, 2753) to a
melt that flows once its chains relax faster than the test (τ ∝ M^3.4: Ferry, Viscoelastic Properties of Polymers, 3rd
ed. 1980).
"""

from math import exp, log10

from chemistry.formulation import Formulation
from sim.twin.composition import Composition, amorphous_fraction, composition
from sim.twin.transport import IDEAL_GLASS_SHIFT_K

GLASSY_MODULUS_MPa = 2500.0
CRYSTAL_MODULUS_MPa = 2500.0
RUBBERY_BLOCK_MPa = 1.0
"""An inert block above its glass transition."""
DEFAULT_MOLAR_MASS_kg_mol = 600.0
"""Of a film-forming grade, where the molar mass is not stated."""
LEAST_MODULUS_MPa = 1e-4
"""What surface tension and the tester leave of a liquid."""
_TEST_RATE_1_s = 6.28
_MOBILITY_K = 440.0
"""B / (ln10 R) of the segmental motion, K."""


def truth_storage_modulus_MPa(formulation: Formulation, temperature_C: float) -> float:
    """Storage modulus in MPa at a temperature in °C and 1 Hz, without noise."""
    return storage_modulus_MPa(composition(formulation), temperature_C)


def storage_modulus_MPa(film: Composition, temperature_C: float, history: float = 1.0) -> float:
    """Storage modulus of a film of known composition, MPa; `history` multiplies its crystallinity."""
    crystalline = 1 - amorphous_fraction(film, temperature_C, history)
    soft = _amorphous(film, temperature_C + 273.15)
    value = soft + crystalline * (_log10_crystal_modulus(film, temperature_C) - soft)
    if film.host.inert is not None:
        share = film.host.inert.weight_fraction
        stiff = _glassy_share(temperature_C + 273.15 - film.host.inert.glass_transition_K)
        value += share * (stiff * log10(GLASSY_MODULUS_MPa) + (1 - stiff) * log10(RUBBERY_BLOCK_MPa) - value)
    phi = film.filler_volume_fraction
    return 10**value * (1 + 2.5 * phi + 14.1 * phi**2) + LEAST_MODULUS_MPa


def _log10_crystal_modulus(film: Composition, temperature_C: float) -> float:
    """log10(MPa) of the crystalline share: 2.5 GPa at 40 K below the melting point, more the further from it."""
    if film.host.melting_point_K is None:
        return log10(CRYSTAL_MODULUS_MPa)
    below = film.host.melting_point_K - 273.15 - temperature_C
    return log10(CRYSTAL_MODULUS_MPa) + min(0.4, max(-0.5, (below - 40) / 150))


def _amorphous(film: Composition, T: float) -> float:
    """log10(MPa) of the amorphous phase."""
    above = T - film.glass_transition_K
    rubber = 3 * film.host.law.plateau_modulus_MPa * film.polymer_fraction ** (7 / 3) * T / 353.0
    if film.host.crosslinked:
        liquid = rubber
    else:
        relaxed = (_TEST_RATE_1_s * 10 ** _log10_relaxation_s(film, above)) ** 0.6
        liquid = rubber * relaxed / (1 + relaxed)
    glassy = _glassy_share(above)
    return glassy * log10(GLASSY_MODULUS_MPa) + (1 - glassy) * log10(liquid + LEAST_MODULUS_MPa)


def _log10_relaxation_s(film: Composition, above_glass_transition_K: float) -> float:
    """Longest relaxation time: 0.01 s for PEO of 100 kg/mol at 70 °C, and time-temperature shifted about its Tg."""
    M = film.host.molar_mass_kg_mol or DEFAULT_MOLAR_MASS_kg_mol
    distance = max(10.0, above_glass_transition_K + IDEAL_GLASS_SHIFT_K)
    return -2 + 3.4 * log10(M * film.polymer_fraction / 100) + _MOBILITY_K * (1 / distance - 1 / 183)


def _glassy_share(above_glass_transition_K: float) -> float:
    return 1 / (1 + exp(min(700.0, (above_glass_transition_K - 12) / 8)))

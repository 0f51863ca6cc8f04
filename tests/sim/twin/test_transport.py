"""Laws of the conductivity: published medians, limits, signs."""

import numpy as np
import pytest

from chemistry.polymer import Polymer, RepeatUnit
from sim.twin import truth_log10_conductivity as sigma
from sim.twin.composition import amorphous_fraction, composition
from sim.twin.host import host

LIBF4, LITF = "F[B-](F)(F)F.[Li+]", "O=S(=O)([O-])C(F)(F)F.[Li+]"
SUCCINONITRILE, TETRAGLYME = "N#CCCC#N", "COCCOCCOCCOCCOC"
HOSTS = ("*CCO*", "*CC(C)O*", "*CCCCO*", "*CCOC(=O)O*", "*CCCOC(=O)O*", "*CCCCCC(=O)O*", "*CC(C#N)*", "*CC(F)(F)*",
         "*CC(*)c1ccccc1", "*[Si](C)(C)O*", "*CC(C)(*)C(=O)OC", "*CCN*", "*CC(*)O", "*C*")  # fmt: skip


@pytest.mark.parametrize(
    ("r", "published"), [(0.01, -3.28), (0.045, -2.90), (0.08, -2.81), (0.14, -2.89), (0.3, -3.75)]
)
def test_peo_litfsi_at_90_C_meets_the_published_medians(film, r, published):
    assert sigma(film(r=r), 90) == pytest.approx(published, abs=0.15)


def test_molar_mass_has_a_plateau(film):
    long_chains = [sigma(film(molar_mass_kg_mol=m), 80) for m in (2, 10, 100, 1000, None)]
    assert np.ptp(long_chains) < 0.05
    assert sigma(film(molar_mass_kg_mol=0.4), 80) > long_chains[0] + 0.3


def test_glass_transition_rises_with_salt_in_ethers_and_falls_in_carbonates(film):
    def shift(host):
        return composition(film(host, r=0.1)).glass_transition_K - composition(film(host, r=0.001)).glass_transition_K

    assert shift("*CCO*") == pytest.approx(19.3, abs=0.5)
    assert shift("*CCOC(=O)O*") == pytest.approx(-3.9, abs=0.2)


def test_peo_melts_and_an_amorphous_host_does_not(film):
    def apparent_activation(host, T):
        return sigma(film(host, r=0.045), T + 3) - sigma(film(host, r=0.045), T - 3)

    assert apparent_activation("*CCO*", 59) > 3 * apparent_activation("*CCO*", 80)
    assert apparent_activation("*CC(C)O*", 59) < 1.5 * apparent_activation("*CC(C)O*", 80)


def test_comonomer_and_plasticiser_take_the_crystals_away(film):
    neat = amorphous_fraction(composition(film(r=0.02)), 25)
    copolymer = film(["*CCO*", "*CC(C)O*"], r=0.02, fractions=(0.7, 0.3), architecture="random")
    assert neat < 0.5 < 0.9 < amorphous_fraction(composition(copolymer), 25)
    assert amorphous_fraction(composition(film(r=0.02, plasticiser=TETRAGLYME, fraction=0.2)), 25) > 0.7


def test_plasticiser_raises_conductivity_and_permittivity_frees_the_bound_anion_most(film):
    plain = {salt: sigma(film(salt=salt), 80) for salt in (LIBF4, film().salt.smiles)}
    polar = {salt: sigma(film(salt=salt, plasticiser=SUCCINONITRILE, fraction=0.2), 80) for salt in plain}
    gain = [polar[salt] - plain[salt] for salt in plain]
    assert gain[0] > gain[1] > 0
    assert sigma(film(plasticiser=TETRAGLYME, fraction=0.2), 80) > plain[film().salt.smiles]


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_answers_and_conducts_better_when_warm(film, host):
    values = [sigma(film(host, r=0.05), T) for T in range(-20, 121, 5)]
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) > 0)
    assert values[0] > -25
    assert values[-1] < -1


@pytest.mark.parametrize("host", HOSTS)
def test_salt_has_a_best_loading(film, host):
    assert sigma(film(host, r=1e-3), 90) < max(sigma(film(host, r=r), 90) for r in (0.03, 0.1, 0.3, 1.0))
    assert sigma(film(host, r=3.0), 90) < max(sigma(film(host, r=r), 90) for r in (0.03, 0.1, 0.3, 1.0))


def test_a_film_without_salt_hardly_conducts_and_a_polyanion_does(film):
    assert sigma(film(r=0), 60) < sigma(film(r=0.01), 60) - 2
    polyanion = film("*CC(*)c1ccc(S(=O)(=O)[N-]S(=O)(=O)C(F)(F)F)cc1", r=0)
    assert np.isfinite(sigma(polyanion, 60))


def test_a_block_copolymer_conducts_in_its_ether_block(film):
    block = film(["*CC(*)c1ccccc1", "*CCO*"], r=0.06, fractions=(0.2, 0.8), architecture="block")
    assert sigma(film(r=0.06), 80) - 1 < sigma(block, 80) < sigma(film(r=0.06), 80)


def test_the_same_polymer_gives_the_same_answer_however_it_is_written(film):
    assert sigma(film("*COC*"), 30) == sigma(film("[Cu]OCC[Au]"), 30)


def test_a_blend_of_miscible_chains_lies_between_them(film):
    """Glass transition by Fox; each chain crystallises as it does alone, unlike in a random copolymer."""
    units, shares = ["*CCO*", "*CC(C)O*"], (0.8, 0.2)
    alone = [host(Polymer(units=(RepeatUnit(smiles=unit),))) for unit in units]
    mixed, random = (host(film(units, fractions=shares, architecture=name).polymer) for name in ("blend", "random"))
    low, high = sorted(one.glass_transition_K for one in alone)
    assert low < mixed.glass_transition_K < high
    assert mixed.glass_transition_K == random.glass_transition_K
    assert mixed.crystallinity == pytest.approx(shares[0] * alone[0].crystallinity)
    assert mixed.melting_point_K == alone[0].melting_point_K
    assert mixed.crystallinity > random.crystallinity

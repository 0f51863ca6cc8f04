"""Laws of the storage modulus."""

import numpy as np
import pytest

from sim.twin import truth_log10_conductivity, truth_storage_modulus_MPa

TETRAGLYME = "COCCOCCOCCOCCOC"


def test_glass_rubber_and_crystal_have_the_known_magnitudes(film):
    assert 1000 < truth_storage_modulus_MPa(film("*CC(*)c1ccccc1", r=0.01), 25) < 4000
    assert 100 < truth_storage_modulus_MPa(film(r=0.005), 25) < 1000
    assert 0.1 < truth_storage_modulus_MPa(film(r=0.08), 90) < 10


def test_modulus_falls_as_plasticiser_and_conductivity_rise(film):
    films = [film(plasticiser=TETRAGLYME, fraction=w) for w in (0.01, 0.1, 0.2, 0.3, 0.4)]
    modulus = [truth_storage_modulus_MPa(f, 30) for f in films]
    assert np.all(np.diff(modulus) < 0)
    assert np.all(np.diff([truth_log10_conductivity(f, 30) for f in films]) > 0)


@pytest.mark.parametrize("host", ["*CCO*", "*CCCCCC(=O)O*", "*CCOC(=O)O*", "*CC(C)O*"])
def test_modulus_is_smooth_and_falls_on_warming(film, host):
    values = np.log10([truth_storage_modulus_MPa(film(host, r=0.03), T) for T in np.arange(-100, 121, 1.0)])
    assert np.all(np.diff(values) < 0.002)
    assert np.all(np.abs(np.diff(values)) < 0.3)


def test_short_chains_flow_and_crosslinks_hold(film):
    short, long_ = (truth_storage_modulus_MPa(film(molar_mass_kg_mol=m), 80) for m in (5, 500))
    crosslinked = film(molar_mass_kg_mol=5, architecture="crosslinked")
    assert short < 0.1 * long_
    assert truth_storage_modulus_MPa(crosslinked, 80) > 0.5


def test_filler_and_a_glassy_block_stiffen(film):
    soft = truth_storage_modulus_MPa(film(), 80)
    assert truth_storage_modulus_MPa(film(silica=0.1), 80) > soft
    block = film(["*CC(*)c1ccccc1", "*CCO*"], fractions=(0.3, 0.7), architecture="block")
    assert truth_storage_modulus_MPa(block, 70) > 5 * soft

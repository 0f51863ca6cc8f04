"""The twin has an answer, and a sane one, for every component of the catalogue."""

import numpy as np
import pytest

from chemistry.catalogue import additive, plasticisers, polymer, polymers, salt, salt_facts, salts
from chemistry.formulation import AdditiveContent, Formulation
from sim.twin import truth_log10_conductivity, truth_storage_modulus_MPa
from sim.twin.anions import anion_effect


def mixed(host, lithium_salt, molality=1.0, plasticiser=None, fraction=0.0):
    """A film at a molality, plasticised or not."""
    additives = (AdditiveContent(additive=plasticiser, weight_fraction=fraction),) if plasticiser else ()
    return Formulation(polymer=host, salt=lithium_salt, salt_molality_mol_kg=molality, additives=additives)


@pytest.mark.parametrize("temperature_C", [-20, 30, 80])
def test_every_pair_of_polymer_and_salt_answers(temperature_C):
    for host in polymers():
        for lithium_salt in salts():
            formulation = mixed(host, lithium_salt)
            assert -25 < truth_log10_conductivity(formulation, temperature_C) < -1.5, formulation.label
            assert 1e-4 <= truth_storage_modulus_MPa(formulation, temperature_C) < 5000, formulation.label


def test_every_plasticiser_softens_and_helps_conduction():
    plain = mixed(polymer("PEO"), salt("LiTFSI"))
    for plasticiser in plasticisers():
        wet = mixed(polymer("PEO"), salt("LiTFSI"), plasticiser=plasticiser, fraction=0.2)
        assert truth_log10_conductivity(wet, 30) > truth_log10_conductivity(plain, 30), plasticiser.label
        assert truth_storage_modulus_MPa(wet, 30) < truth_storage_modulus_MPa(plain, 30), plasticiser.label


def test_polycaprolactone_ranks_its_salts_as_anions_dissociate():
    sigma = {
        name: truth_log10_conductivity(mixed(polymer("PCL"), salt(name)), 60) for name in ("LiTFSI", "LiTf", "LiBF4")
    }
    assert sigma["LiTFSI"] > sigma["LiTf"] > sigma["LiBF4"]
    assert -5.5 < sigma["LiTFSI"] < -3.5


def test_poly_ethylene_carbonate_conducts_better_with_more_salt():
    values = [truth_log10_conductivity(mixed(polymer("PEC"), salt("LiTFSI"), m), 60) for m in (0.5, 1, 2, 4, 8)]
    assert np.all(np.diff(values) > 0)


def test_amorphous_copolymer_beats_peo_in_the_cold_only():
    both = [mixed(polymer(name), salt("LiTFSI")) for name in ("P(EO-co-PO)", "PEO")]
    cold, hot = ([truth_log10_conductivity(f, T) for f in both] for T in (20, 90))
    assert cold[0] > cold[1]
    assert hot[0] < hot[1]


def test_an_additive_that_is_in_no_catalogue_is_estimated():
    stranger = additive("CCOC(=O)CCC(=O)OCC")
    assert np.isfinite(truth_log10_conductivity(mixed(polymer("PEO"), salt("LiTFSI"), 1.0, stranger, 0.1), 30))


def test_anions_agree_with_the_facts_of_the_catalogue():
    for lithium_salt in salts():
        fact = salt_facts(lithium_salt).peo_log10_offset
        if fact is not None:
            assert anion_effect(lithium_salt.smiles).offset_decades == pytest.approx(fact.value, abs=0.01)

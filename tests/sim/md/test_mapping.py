"""The map from chemistry: PEO's dimensions come out again, laws have their limits, what has no model is refused."""

from math import log10

import pytest

from chemistry.catalogue import additive, polymer, polymer_facts, salt
from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.units import molality
from sim.md.mapping import (
    BOND,
    DENSITY,
    LEAST_DIAMETER,
    Known,
    coarse_grained,
    kuhn_length,
    peo_bead,
    time_ps,
)


def formulation(host: str = "PEO", anion: str = "LiTFSI", loading: float = 0.05) -> Formulation:
    made, ions = polymer(host), salt(anion)
    return Formulation(polymer=made, salt=ions, salt_molality_mol_kg=molality(loading, "Li/O", made, ions))


def test_kuhn_length_of_the_flexible_chain_is_the_published_one() -> None:
    assert kuhn_length(0.0) == pytest.approx(1.8, rel=0.04)  # Kremer and Grest 1990: C∞ 1.88 with bonds of 0.97
    assert kuhn_length(1.5) == pytest.approx(2.8, rel=0.04)  # Everaers et al. 2004, for κ 1.5: 2.79 or so
    assert kuhn_length(1e-3 + 1e-9) == pytest.approx(kuhn_length(1e-3 - 1e-9), abs=1e-3)


def test_a_bead_of_peo_is_about_one_unit_and_has_its_chain_dimensions() -> None:
    bead_nm, stiffness = peo_bead()
    grained = coarse_grained(formulation(), 80.0)
    assert 0.8 < grained.bead_g_mol / 44.05 < 1.2
    # ⟨R²⟩ / M of the model, back in physical units, at the density at which PEO's was measured.
    bead_g_mol = grained.bead_g_mol * 1.064 / 1.13
    assert kuhn_length(stiffness) * BOND * bead_nm**2 / bead_g_mol == pytest.approx(0.00805, rel=1e-3)
    assert DENSITY / bead_nm**3 * bead_g_mol / 602.214 == pytest.approx(1.064, rel=1e-3)


def test_charges_interact_over_the_bjerrum_length_of_the_polymer() -> None:
    grained = coarse_grained(formulation(), 80.0)
    assert grained.bjerrum_length * grained.bead_nm == pytest.approx(16710 / (7.5 * 353.15), rel=1e-9)
    colder = coarse_grained(formulation(), 40.0)
    assert colder.bjerrum_length > grained.bjerrum_length
    twice = coarse_grained(formulation(), 80.0, Known(relative_permittivity=15.0))
    assert twice.bjerrum_length == pytest.approx(grained.bjerrum_length / 2)


def test_time_slows_towards_the_glass() -> None:
    assert log10(time_ps(0.0)) == pytest.approx(14 + log10(3 * 9.8696 / 25), abs=1e-4)  # 100 s
    assert time_ps(50.0) > time_ps(100.0) > time_ps(150.0) > 1
    plasticised = formulation().model_copy(
        update={"additives": (AdditiveContent(additive=additive("tetraglyme"), weight_fraction=0.2),)}
    )
    assert coarse_grained(plasticised, 60.0).time_ps < coarse_grained(formulation(), 60.0).time_ps


def test_ions_have_their_sizes() -> None:
    sizes = [coarse_grained(formulation(anion=name), 80.0).anion_diameter for name in ("LiBF4", "LiPF6", "LiTFSI")]
    assert sizes == sorted(sizes)
    assert coarse_grained(formulation(), 80.0).cation_diameter == LEAST_DIAMETER
    guessed = coarse_grained(formulation(anion="LiBETI"), 80.0)
    assert guessed.anion_diameter > sizes[-1]
    assert "estimated from its molar mass" in guessed.notes[0]


def test_hosts_with_fewer_donors_hold_lithium_less() -> None:
    peo, pthf = (coarse_grained(formulation(host), 80.0).wells[0] for host in ("PEO", "PTHF"))
    assert 0 < pthf < peo
    assert "dimensions of PEO's" in " ".join(coarse_grained(formulation("PTHF"), 80.0).notes)


def test_what_has_no_model_is_refused() -> None:
    with pytest.raises(BadInput, match="has no salt"):
        coarse_grained(Formulation(polymer=polymer("PEO")), 80.0)
    with pytest.raises(BadInput, match="a glass"):
        coarse_grained(formulation(), -60.0)
    unknown = Formulation(polymer=polymer("*CCOCCCCCCCCO*"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    assert polymer_facts(unknown.polymer).glass_transition_C is None
    with pytest.raises(BadInput, match=r"no glass transition.*Give `glass_transition`"):
        coarse_grained(unknown, 80.0)
    assert coarse_grained(unknown, 80.0, Known(glass_transition_C=-60.0)).time_ps > 0

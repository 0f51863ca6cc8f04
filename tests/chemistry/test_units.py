"""Loadings convert into each other and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemistry.catalogue import additive, polymer, salt
from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.quantities import quantity, with_uncertainty
from chemistry.recipe import as_made, component_key, masses_mg
from chemistry.units import (
    li_per_site,
    molality,
    molality_from_weight_fraction,
    polymer_weight_fraction,
    salt_weight_fraction,
    weight_fraction_from_molality,
)

HOSTS = st.sampled_from(["PEO", "PPO", "P(EO-co-PO)", "PEC", "PCL", "MEEP"]).map(polymer)
SALTS = st.sampled_from(["LiTFSI", "LiBF4", "LiBOB", "[Li+].[Li+].[O-]C(=O)C(F)(F)C([O-])=O"]).map(salt)


@given(host=HOSTS, lithium_salt=SALTS, r=st.floats(0.001, 1), plasticiser=st.floats(0, 0.5))
def test_li_per_site_molality_and_weight_fraction_go_round(host, lithium_salt, r, plasticiser) -> None:
    additives = [AdditiveContent(additive=additive("SN"), weight_fraction=plasticiser)] if plasticiser else []
    m = molality(r, "Li/O", host, lithium_salt)
    film = Formulation(polymer=host, salt=lithium_salt, salt_molality_mol_kg=m, additives=tuple(additives))
    assert li_per_site(film) == pytest.approx(r)
    w = salt_weight_fraction(film)
    assert molality(w, "w/w", host, lithium_salt, plasticiser) == pytest.approx(m)
    assert molality(m, "mol/kg", host, lithium_salt) == m
    assert w + plasticiser + polymer_weight_fraction(film) == pytest.approx(1)


@given(w=st.floats(0.001, 0.6), mass=st.floats(30, 400), other=st.floats(0, 0.39))
def test_weight_fraction_and_molality_are_inverse(w: float, mass: float, other: float) -> None:
    m = molality_from_weight_fraction(w, mass, other)
    assert weight_fraction_from_molality(m, mass, other) == pytest.approx(w)


def test_known_loading() -> None:
    """EO:Li = 20:1 of LiTFSI in PEO is 1.135 mol/kg: 1000 / (20 x 44.05)."""
    assert molality(1 / 20, "Li/O", polymer("PEO"), salt("LiTFSI")) == pytest.approx(1.135, abs=1e-3)


@pytest.mark.parametrize(
    ("loading", "unit", "host"),
    [(0.1, "Li/O", "PS"), (0.1, "mol/l", "PEO"), (-0.1, "mol/kg", "PEO"), (1.0, "w/w", "PEO")],
)
def test_a_loading_that_makes_no_sense_is_refused(loading: float, unit: str, host: str) -> None:
    with pytest.raises(BadInput):
        molality(loading, unit, polymer(host), salt("LiTFSI"))


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("30 °C", "degC", 30),
        ("303.15 K", "degC", 30),
        ("86 °F", "degC", 30),
        ("-20 degC", "degC", -20),
        ("1 MHz", "Hz", 1e6),
        ("150 um", "um", 150),
        ("0.15 mm", "um", 150),
        ("150 µm", "um", 150),
        ("2 h", "min", 120),
        ("1e-3 S/cm", "S/m", 0.1),
        (" .5mg ", "ug", 500),
        (42, "um", 42),
    ],
)
def test_quantities_are_read(text: str | float, unit: str, number: float) -> None:
    assert quantity(text, unit) == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("30", "degC"),
        ("30 kg", "degC"),
        ("30 wombats", "um"),
        ("warm", "degC"),
        ("-300 °C", "degC"),
        (-300, "degC"),
        ("-1 K", "degC"),
        (-1, "K"),
        (float("nan"), "um"),
        (float("inf"), "um"),
        (True, "um"),
        ("1 +* 2 um", "um"),
        ("", "um"),
    ],
)
def test_quantities_that_make_no_sense_are_refused(text: str | float, unit: str) -> None:
    with pytest.raises(BadInput):
        quantity(text, unit)


@given(value=st.floats(-270, 1000))
def test_temperatures_go_round(value: float) -> None:
    kelvin = quantity(f"{value!r} °C", "K")
    assert quantity(f"{kelvin!r} K", "degC") == pytest.approx(value, abs=1e-6)


@given(
    host=HOSTS, lithium_salt=SALTS, r=st.floats(0.001, 0.5), plasticiser=st.floats(0.01, 0.5), total=st.floats(1, 1e4)
)
def test_a_recipe_weighed_exactly_makes_what_was_asked(host, lithium_salt, r, plasticiser, total) -> None:
    asked = Formulation(
        polymer=host,
        salt=lithium_salt,
        salt_molality_mol_kg=molality(r, "Li/O", host, lithium_salt),
        additives=(AdditiveContent(additive=additive("EC"), weight_fraction=plasticiser),),
    )
    masses = masses_mg(asked, total)
    assert sum(masses.values()) == pytest.approx(total)
    assert next(iter(masses)) == component_key(host)
    made = as_made(asked, masses)
    assert made.salt_molality_mol_kg == pytest.approx(asked.salt_molality_mol_kg)
    assert made.additives[0].weight_fraction == pytest.approx(plasticiser)
    assert (made.polymer, made.salt, made.process) == (asked.polymer, asked.salt, asked.process)


def test_too_much_salt_dosed_is_seen_in_what_was_made() -> None:
    asked = Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    masses = masses_mg(asked, 100.0)
    masses[component_key(salt("LiTFSI"))] *= 1.1
    assert as_made(asked, masses).salt_molality_mol_kg == pytest.approx(1.1)
    masses[component_key(salt("LiTFSI"))] = 0.0
    assert as_made(asked, masses).salt is None


def test_masses_that_do_not_belong_to_the_formulation_are_refused() -> None:
    asked = Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    with pytest.raises(BadInput, match="missing"):
        as_made(asked, {component_key(asked.polymer): 10.0})
    with pytest.raises(BadInput, match="make no film"):
        as_made(asked, dict.fromkeys(masses_mg(asked, 1.0), 0.0))
    with pytest.raises(BadInput):
        masses_mg(asked, 0.0)


def test_chains_of_two_lengths_have_two_containers() -> None:
    short = polymer("PEO").model_copy(update={"molar_mass_kg_mol": 5.0})
    assert component_key(short) != component_key(polymer("PEO"))


@pytest.mark.parametrize("value", [0.5134, -4.1, 311.2, 0.0, -1e-9])
@pytest.mark.parametrize("sd", [3e-6, 0.0012, 0.05, 0.0996, 1.0, 14.0, 2300.0])
def test_an_uncertainty_that_there_is_is_never_shown_as_none(value: float, sd: float) -> None:
    shown_value, shown_sd = with_uncertainty(value, sd).split(" ± ")
    assert float(shown_sd) == pytest.approx(sd, rel=0.05)
    assert float(shown_value) == pytest.approx(value, abs=max(sd / 10, 0.5 if sd >= 10 else 0))
    assert shown_value.partition(".")[2].isdigit() == shown_sd.partition(".")[2].isdigit()
    assert len(shown_value.partition(".")[2]) == len(shown_sd.partition(".")[2])
    assert not shown_value.startswith("-0") or float(shown_value) < 0


@pytest.mark.parametrize("sd", [0.0, float("nan"), float("inf")])
def test_where_no_uncertainty_is_known_none_is_shown(sd: float) -> None:
    assert with_uncertainty(0.5, sd) == "0.5"

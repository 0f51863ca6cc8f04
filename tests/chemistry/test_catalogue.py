"""The catalogue is complete, canonical and sourced, and finds a component by any of its names."""

import pytest

from chemistry import catalogue
from chemistry.canonical import canonical_molecule, canonical_repeat_unit, canonical_salt
from chemistry.catalogue import (
    additive,
    additive_facts,
    name_of,
    plasticisers,
    polymer,
    polymer_facts,
    polymers,
    salt,
    salt_facts,
    salts,
)
from chemistry.component_facts import FACT_UNITS
from chemistry.errors import BadInput
from chemistry.polymer import Polymer
from chemistry.salt import Salt

KINDS = {"polymer": canonical_repeat_unit, "salt": canonical_salt, "plasticiser": canonical_molecule}
PEO_CAMPAIGN_HOSTS = ["PEO", "PPO", "P(EO-co-PO)", "PTHF", "PEC", "PCL"]
PEO_CAMPAIGN_SALTS = ["LiTFSI", "LiFSI", "LiBETI", "LiBOB", "LiClO4", "LiPF6", "LiTf", "LiBF4"]
PCL_CAMPAIGN_SALTS = [
    *PEO_CAMPAIGN_SALTS, "LiDFOB", "LiAsF6", "LiSbF6", "LiTDI", "LiFTFSI", "LiIM14", "LiTFA", "LiNO3", "LiI", "LiBr",
]  # fmt: skip


def test_the_catalogue_is_large_enough() -> None:
    assert len(polymers()) >= 25
    assert len(salts()) >= 20
    assert len(plasticisers()) >= 10
    assert len({salt(name).smiles for name in PCL_CAMPAIGN_SALTS}) == 18


@pytest.mark.parametrize("kind", KINDS)
def test_structures_are_written_in_their_canonical_form_and_once(kind: str) -> None:
    structures = []
    for row in catalogue._rows(kind):
        written = [row["smiles"]] if "smiles" in row else row["units"]
        assert [KINDS[kind](smiles) for smiles in written] == written, row["name"]
        structures.append(tuple(written))
    assert len(set(structures)) == len(structures)


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_means_two_components(kind: str) -> None:
    owners: dict[str, str] = {}
    for row in catalogue._rows(kind):
        for name in (row["name"], *row["aliases"]):
            assert owners.setdefault(catalogue._folded(name), row["name"]) == row["name"], name


@pytest.mark.parametrize("kind", KINDS)
def test_rows_hold_nothing_unknown_and_every_source_is_used(kind: str) -> None:
    known = {*FACT_UNITS, "name", "aliases", "smiles", "units", "fractions", "architecture", "amorphous", "hazards"}
    used = set()
    for row in catalogue._rows(kind):
        assert set(row) <= known, row["name"]
        used |= {row[field][1] for field in row if field in FACT_UNITS or field == "hazards"}
    assert used == set(catalogue._table(kind)["sources"])


def test_every_fact_has_its_unit_and_source_and_is_physical() -> None:
    entries = [polymer_facts(p) for p in polymers()] + [salt_facts(s) for s in salts()]
    entries += [additive_facts(a) for a in plasticisers()]
    for facts in entries:
        for field, unit in FACT_UNITS.items():
            fact = getattr(facts, field)
            assert fact is None or (fact.unit == unit and len(fact.source) > 10)
        glass, melting = facts.glass_transition_C, facts.melting_point_C
        assert glass is None or -200 < glass.value < 300
        if glass and melting:
            assert glass.value < melting.value
        assert facts.density_g_cm3 is None or 0.5 < facts.density_g_cm3.value < 5
        assert facts.relative_permittivity is None or 1.5 < facts.relative_permittivity.value < 120


@pytest.mark.parametrize("name", PEO_CAMPAIGN_HOSTS)
def test_the_hosts_of_the_examples_have_all_that_a_twin_asks(name: str) -> None:
    facts = polymer_facts(polymer(name))
    assert facts.glass_transition_C
    assert facts.density_g_cm3
    assert facts.relative_permittivity
    assert facts.amorphous or facts.melting_point_C


@pytest.mark.parametrize("name", ["succinonitrile", "tetraglyme", "ethylene carbonate"])
def test_the_plasticisers_of_the_examples_have_all_that_a_twin_asks(name: str) -> None:
    facts = additive_facts(additive(name))
    assert facts.glass_transition_C
    assert facts.melting_point_C
    assert facts.density_g_cm3
    assert facts.relative_permittivity


@pytest.mark.parametrize(
    "names",
    [
        ["LiTf", "LiCF3SO3", "LiCF₃SO₃", "lithium triflate", "Lithium Triflate", "LITF", "LiOTf"],
        ["LiTFSI", "LiN(CF3SO2)2", "LiNTf2", "LiN(SO2CF3)2", "Li[N(SO2CF3)2]"],
        ["LiPF6", "LiPF₆", " lipf6 ", "F[P-](F)(F)(F)(F)F.[Li+]"],
        ["LiClO4", "lithium perchlorate", "O=Cl(=O)([O-])=O.[Li+]"],
    ],
)
def test_all_names_of_a_salt_are_one_salt(names: list[str]) -> None:
    assert all(salt(name) == salt(names[0]) for name in names)
    assert len({name_of(salt(name)) for name in names}) == 1


def test_polymers_are_found_by_name_and_by_structure() -> None:
    assert polymer("poly(ethylene oxide)") == polymer("peo") == polymer("[Cu]OCC[Au]") == polymer("*CCOCCO*")
    assert polymer("*CCOCCO*").label == "PEO"
    assert polymer("poly(ε-caprolactone)") == polymer("polycaprolactone")
    unknown = polymer("*CC(F)CO*")
    assert unknown.label == unknown.units[0].smiles
    assert polymer_facts(unknown).glass_transition_C is None


@pytest.mark.parametrize(
    ("find", "name", "nearest"),
    [
        (salt, "LiTFS", "LiTFSI"),
        (salt, "NaCl", "LiCl"),
        (polymer, "poly(ethylene oxid)", "poly(ethylene oxide)"),
        (additive, "succinonitril", "succinonitrile"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_ones(find, name: str, nearest: str) -> None:
    with pytest.raises(BadInput, match="of the catalogue") as refused:
        find(name)
    assert nearest in refused.value.remedy


def test_the_length_of_a_chain_does_not_change_its_facts() -> None:
    short = polymer("PEO").model_copy(update={"molar_mass_kg_mol": 5})
    assert polymer_facts(short) == polymer_facts(polymer("PEO"))


def test_a_copolymer_lies_between_its_homopolymers() -> None:
    peo, ppo, both = (polymer_facts(polymer(name)) for name in ("PEO", "PPO", "P(EO-co-PO)"))
    for field in ("glass_transition_C", "density_g_cm3", "relative_permittivity"):
        low, high = sorted((getattr(peo, field).value, getattr(ppo, field).value))
        assert low < getattr(both, field).value < high
        assert "Mixed from" in getattr(both, field).source


def test_a_copolymer_of_nearly_one_unit_has_nearly_its_facts() -> None:
    nearly = Polymer.model_validate({"units": ["*CCO*", "*CC(C)O*"], "fractions": [1 - 1e-6, 1e-6]})
    glass, pure = polymer_facts(nearly).glass_transition_C, polymer_facts(polymer("PEO")).glass_transition_C
    assert glass
    assert pure
    assert glass.value == pytest.approx(pure.value, abs=1e-3)


def test_blocks_keep_two_glass_transitions_so_none_is_mixed() -> None:
    blocks = Polymer.model_validate(
        {"units": ["*CCO*", "*CC(*)c1ccccc1"], "fractions": [0.5, 0.5], "architecture": "block"}
    )
    assert polymer_facts(blocks).glass_transition_C is None
    assert polymer_facts(blocks).density_g_cm3 is not None


def test_a_name_that_is_no_catalogue_name_is_empty() -> None:
    assert name_of(Salt(smiles="CCC(=O)[O-].[Li+]")) == ""

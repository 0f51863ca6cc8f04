"""Values are equal when their content is, however it was written."""

import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chemistry.catalogue import additive, polymer, salt
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Architecture, Polymer
from chemistry.process import Cast, Dissolve, Dry, Process
from chemistry.salt import Filler, Salt

ANY_POLYMER = Polymer.model_validate


def peo_litfsi(**changes: object) -> Formulation:
    return Formulation.model_validate(
        {"polymer": polymer("PEO"), "salt": salt("LiTFSI"), "salt_molality_mol_kg": 1.5, **changes}
    )


def test_the_order_and_spelling_of_units_do_not_matter() -> None:
    one = ANY_POLYMER({"units": ["*CCO*", "*CC(C)O*"], "fractions": [0.8, 0.2]})
    other = ANY_POLYMER({"units": [{"smiles": "[Cu]C(C)CO[Au]"}, {"smiles": "*COC*"}], "fractions": [0.2, 0.8]})
    assert one == other
    assert hash(one) == hash(other)
    assert one.architecture is Architecture.RANDOM
    assert ANY_POLYMER(one.model_dump(mode="json")) == one


def test_a_name_is_no_part_of_identity() -> None:
    assert polymer("PEO") == ANY_POLYMER({"units": ["*OCC*"], "name": "my polymer"})
    triflate = Salt(smiles="[Li+].[O-]S(=O)(=O)C(F)(F)F", name="something else")
    assert triflate == salt("LiTf")
    assert hash(triflate) == hash(salt("LiTf"))
    assert polymer("PEO") != polymer("PPO")
    assert polymer("PEO") != polymer("PEO").model_copy(update={"molar_mass_kg_mol": 5.0})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"units": ["*CCO*", "*CC(C)O*"], "fractions": [0.8, 0.3]}, "sum to 1"),
        ({"units": ["*CCO*", "*CC(C)O*"]}, "as many fractions"),
        ({"units": ["*CCO*"], "architecture": "random"}, "2 or more"),
        ({"units": ["*CCO*", "*C*"], "fractions": [0.5, 0.5], "architecture": "homo"}, "has 1 repeat unit"),
        ({"units": ["*CCO*", "*CC*"], "fractions": [0.5, 0.5]}, "2 times the unit"),
        ({"units": ["*CCO*", "*COC*"], "fractions": [0.5, 0.5]}, "given twice"),
        ({"units": ["*CC(O[Ca])O*"], "architecture": "homo"}, "crosslink"),
        ({"units": [{"smiles": "*CCO*", "fraction": 0.5}]}, "fraction"),
        ({"units": []}, "at least 1"),
        ({"units": ["*CCO"]}, "1 open end"),
        ({"units": ["*CCO*"], "molar_mass": 4}, "molar_mass"),
    ],
)
def test_an_impossible_polymer_cannot_be_made(content: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ANY_POLYMER(content)


def test_crosslink_marks_make_a_crosslinked_polymer() -> None:
    assert ANY_POLYMER({"units": ["*CC(O[Ca])O*"]}).architecture is Architecture.CROSSLINKED


def test_the_key_does_not_depend_on_how_a_formulation_was_written() -> None:
    sn, ec = additive("SN"), additive("EC")
    silica, llzo = Filler(formula="SiO2"), Filler(formula="Li7La3Zr2O12", conducting=True)
    one = peo_litfsi(
        additives=[
            AdditiveContent(additive=sn, weight_fraction=0.1),
            AdditiveContent(additive=ec, weight_fraction=0.2),
        ],
        fillers=[FillerContent(filler=silica, weight_fraction=0.1), FillerContent(filler=llzo, weight_fraction=0.05)],
    )
    other = peo_litfsi(
        polymer=ANY_POLYMER({"units": ["[Mg]OCC[Mg]"]}),
        salt_molality_mol_kg=1.5 * (1 + 1e-14),
        additives=[
            AdditiveContent(additive=ec, weight_fraction=0.2),
            AdditiveContent(additive=sn, weight_fraction=0.1),
        ],
        fillers=[FillerContent(filler=llzo, weight_fraction=0.05), FillerContent(filler=silica, weight_fraction=0.1)],
    )
    assert one.key == other.key
    assert one == other
    assert hash(one) == hash(other)
    assert Formulation.model_validate_json(one.model_dump_json()).key == one.key


@given(molality=st.floats(0.01, 10), change=st.floats(1e-6, 1))
def test_another_loading_is_another_formulation(molality: float, change: float) -> None:
    one = peo_litfsi(salt_molality_mol_kg=molality)
    assert one.model_copy(update={"salt_molality_mol_kg": molality * (1 + change)}).key != one.key


def test_every_part_takes_part_in_the_key() -> None:
    variants = [
        peo_litfsi(),
        peo_litfsi(polymer=polymer("PPO")),
        peo_litfsi(polymer=polymer("PEO").model_copy(update={"molar_mass_kg_mol": 5})),
        peo_litfsi(salt=salt("LiTf")),
        peo_litfsi(additives=[AdditiveContent(additive=additive("SN"), weight_fraction=0.1)]),
        peo_litfsi(fillers=[FillerContent(filler=Filler(formula="SiO2"), weight_fraction=0.1)]),
        peo_litfsi(process={"steps": [{"kind": "cast"}]}),
    ]
    assert len({formulation.key for formulation in variants}) == len(variants)


@pytest.mark.parametrize(
    "changes",
    [
        {"salt": None},
        {"salt_molality_mol_kg": 0.0},
        {"salt_molality_mol_kg": float("nan")},
        {"additives": [{"additive": {"smiles": "N#CCCC#N"}, "weight_fraction": 0.6}] * 2},
        {
            "additives": [{"additive": {"smiles": "N#CCCC#N"}, "weight_fraction": 0.6}],
            "fillers": [{"filler": {"formula": "SiO2"}, "weight_fraction": 0.5}],
        },
    ],
)
def test_an_impossible_formulation_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        peo_litfsi(**changes)


def test_a_copy_is_checked_and_keeps_no_stale_key() -> None:
    one = peo_litfsi()
    assert one.key
    assert one.model_copy(update={"salt_molality_mol_kg": 2.0}).key != one.key
    with pytest.raises(ValidationError):
        one.model_copy(update={"salt": None})


def test_a_cached_hash_does_not_travel_to_another_process() -> None:
    peo = polymer("PEO")
    assert hash(peo)
    assert "_hash" not in pickle.loads(pickle.dumps(peo)).__dict__


def test_the_label_is_readable() -> None:
    formulation = peo_litfsi(additives=[AdditiveContent(additive=additive("N#CCCC#N"), weight_fraction=0.1)])
    assert formulation.label == "PEO + LiTFSI r=0.066 + 10% succinonitrile"
    hotter = Process(steps=(Dissolve(solvent="THF"), Cast(), Dry(temperature_C=80.0)))
    assert (
        formulation.model_copy(update={"process": hotter}).label
        == f"{formulation.label}, from THF, dry 80 °C, no press"
    )
    assert Process().label == Process(steps=()).label == ""


def test_a_formulation_can_be_imported_without_rdkit_or_pint() -> None:
    code = "import sys, chemistry.formulation, chemistry.units, chemistry.feasibility, chemistry.catalogue;"
    code += "print([m for m in ('rdkit', 'pint', 'numpy', 'torch') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"

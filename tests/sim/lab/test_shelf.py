import pytest

from chemistry.catalogue import additive, polymer, salt
from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Architecture, Polymer, RepeatUnit
from chemistry.process import Process
from chemistry.recipe import component_key, masses_mg
from chemistry.salt import Filler
from sim.shelf import formulation_of, material, volume_cm3

COPOLYMER = Polymer(
    units=(RepeatUnit(smiles="*CCO*"), RepeatUnit(smiles="*CC(C)O*")),
    fractions=(0.8, 0.2),
    architecture=Architecture.RANDOM,
    molar_mass_kg_mol=5,
)


@pytest.mark.parametrize(
    "content",
    [
        polymer("PEO"),
        COPOLYMER,
        Polymer(units=(RepeatUnit(smiles="*CCO*"),), architecture=Architecture.CROSSLINKED),
        salt("LiTFSI"),
        additive("succinonitrile"),
        Filler(formula="SiO2"),
    ],
)
def test_a_label_says_what_is_in_the_container(content):
    assert material(component_key(content)) == content


def test_names_of_the_catalogue_are_labels_too():
    assert material("LiTFSI") == salt("LiTFSI")
    assert component_key(material("PEO")) == component_key(polymer("PEO"))


def test_the_contents_of_a_vial_make_the_formulation_they_were_weighed_for():
    formulation = Formulation(
        polymer=COPOLYMER,
        salt=salt("LiTFSI"),
        salt_molality_mol_kg=1.2,
        additives=(AdditiveContent(additive=additive("succinonitrile"), weight_fraction=0.1),),
        fillers=(FillerContent(filler=Filler(formula="SiO2"), weight_fraction=0.05),),
    )
    assert formulation_of(masses_mg(formulation, 400), formulation.process).key == formulation.key


@pytest.mark.parametrize(
    "contents", [{}, {"LiTFSI": 5.0}, {"PEO": 5.0, "PPO": 5.0}, {"PEO": 5.0, "LiTFSI": 1, "LiFSI": 1}]
)
def test_what_makes_no_film_is_refused(contents):
    with pytest.raises(BadInput, match="makes no film"):
        formulation_of(contents, Process())


def test_volumes_add_up():
    assert volume_cm3({"PEO": 200.0, "LiTFSI": 100.0}) == pytest.approx(
        volume_cm3({"PEO": 200.0}) + volume_cm3({"LiTFSI": 100.0})
    )

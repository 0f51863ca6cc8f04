"""A polymer becomes a molecule that keeps its functional groups, however the unit was drawn."""

import pytest

from chemistry.canonical import canonical_molecule, chain_segments
from chemistry.errors import BadInput
from sim.dft.oligomer import capped_oligomer, heavy_atoms, model_molecule


@pytest.mark.parametrize("drawn", ["*CCO*", "*OCC*", "*COC*", "[Cu]CCOCCO[Au]"])
@pytest.mark.parametrize("units", [1, 2, 3])
def test_poly_ethylene_oxide_gives_the_glymes(drawn: str, units: int) -> None:
    glyme = "C" + "OCC" * (units - 1) + "OC"
    assert model_molecule(drawn, units) == canonical_molecule(glyme)


@pytest.mark.parametrize(
    ("unit", "model"),
    [
        ("*OCCOC(=O)*", "COC(=O)OC"),  # poly(ethylene carbonate): dimethyl carbonate
        ("*CC(*)C#N", "CCC#N"),  # polyacrylonitrile: propionitrile
        ("*CC(*)(F)F", "CC(F)F"),
        ("*O[Si](C)(C)*", "CO[Si](C)(C)C"),
        ("*CC(*)(C)C(=O)OC", "COC(=O)C(C)C"),  # poly(methyl methacrylate): methyl isobutyrate
    ],
)
def test_the_functional_group_is_that_of_the_polymer(unit: str, model: str) -> None:
    assert model_molecule(unit, 1) == canonical_molecule(model)


@pytest.mark.parametrize("unit", ["*CCO*", "*OCCCCCC(=O)*", "*Oc1ccc(cc1)S(=O)(=O)*", "*CC(*)c1ccccc1"])
def test_each_unit_adds_the_same_atoms(unit: str) -> None:
    one, two, three = (heavy_atoms(capped_oligomer(unit, units)) for units in (1, 2, 3))
    assert two - one == three - two > 0
    assert len(chain_segments(unit)) <= two - one


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        ("not", "is not a SMILES"),
        ("[NH4+]", "has charge"),
        ("[CH3]", "open valence"),
        ("CO.O", "more than one molecule"),
        ("[Li+].F[B-](F)(F)F", "more than one molecule"),
        ("*CC", "has 1 open end"),
    ],
)
def test_what_cannot_be_calculated_is_refused(smiles: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        model_molecule(smiles)


@pytest.mark.parametrize("units", [0, 4])
def test_oligomers_have_one_to_three_units(units: int) -> None:
    with pytest.raises(BadInput, match="1 to 3"):
        model_molecule("*CCO*", units)

"""Generated repeat units are valid, canonical, distinct, many-sided, and the same for a seed."""

import pytest

from chemistry.canonical import canonical_repeat_unit, read_structure
from chemistry.errors import BadInput
from chemistry.generated_units import generated_units


@pytest.fixture(scope="module")
def units():
    return generated_units(150, seed=1)


def test_they_are_canonical_and_no_two_are_alike(units):
    assert len(set(units)) == len(units) == 150
    assert [canonical_repeat_unit(unit) for unit in units] == list(units)


def test_no_two_atoms_but_carbon_and_silicon_are_bonded_along_the_chain(units):
    for unit in units:
        structure = read_structure(canonical_repeat_unit(unit))
        for bond in structure.GetBonds():
            ends = {bond.GetBeginAtom().GetSymbol(), bond.GetEndAtom().GetSymbol()}
            assert ends & {"C", "Si", "*", "B"} or ends == {"S", "O"}, unit
            assert ends not in ({"Si", "N"}, {"Si", "S"}), unit


def test_they_hold_what_electrolytes_are_made_of(units):
    text = " ".join(units)
    assert all(piece in text for piece in ("COC", "C(=O)O", "OC(=O)O", "[Si]", "c1", "N", "C#N"))


def test_a_seed_gives_the_same_units_and_more_of_them_begin_alike(units):
    assert generated_units(40, seed=1) == units[:40]
    assert generated_units(40, seed=2) != units[:40]
    assert generated_units(0) == ()
    with pytest.raises(BadInput, match="-1 repeat units"):
        generated_units(-1)


def test_more_units_than_the_rules_give_are_refused(monkeypatch):
    monkeypatch.setattr("chemistry.generated_units._FRAGMENTS", ())
    monkeypatch.setattr("chemistry.generated_units._drawn", lambda _: "*CCO*")
    with pytest.raises(BadInput, match="hardly more than 1 of 2"):
        generated_units(2)

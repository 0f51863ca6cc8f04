"""Fragments exchanged between repeat units: whatever is bred is a repeat unit that may be."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chemistry import catalogue
from chemistry.canonical import canonical_repeat_unit, chain_segments, periods
from chemistry.exchange import can_exchange, exchanged, heavy_atoms, pieces, side_cuts
from chemistry.generated_units import generated_units
from chemistry.structures import labelled_unit, open_ends, structure_of
from chemistry.unwanted import UNWANTED, unwanted_groups

NAMED = tuple(catalogue.polymer(name).units[0].smiles for name in ("PEO", "PPO", "PTHF", "PEC", "PCL", "PMMA"))
UNITS = (*NAMED, *generated_units(120, seed=3))
SEEDS = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(UNITS), st.sampled_from(UNITS), SEEDS)
def test_a_child_is_a_canonical_repeat_unit_with_two_ends_and_nothing_unwanted(one, other, seed):
    child = exchanged(one, other, 40, random.Random(seed))
    if child is None:
        return
    assert child == canonical_repeat_unit(child)
    assert len(open_ends(structure_of(child, unit=True))) == 2
    assert periods(child) == 1
    assert heavy_atoms(child) <= 40
    assert unwanted_groups(child) == ()
    assert child != one


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(UNITS), st.sampled_from(UNITS), SEEDS)
def test_the_same_chance_breeds_the_same_child(one, other, seed):
    assert exchanged(one, other, 40, random.Random(seed)) == exchanged(one, other, 40, random.Random(seed))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(UNITS))
def test_pieces_put_together_are_the_chain_that_was_cut(unit):
    cut = pieces(unit)
    if cut:
        word = [segment for piece in cut for segment in piece.segments]
        places = [word[i:] + word[:i] for i in range(len(word))]
        assert list(chain_segments(unit)) in places
        assert all(piece.reversed().reversed() == piece for piece in cut)


def test_ethers_and_carbonates_exchange_what_lies_between_their_oxygens():
    draw = random.Random(1)
    children = {exchanged("*CCO*", "*CCOC(=O)O*", 40, draw) for _ in range(40)}
    assert "*CCOCCOC(=O)O*" in children, "a unit of ether between carbonates"
    assert all(child is None or set(child) <= set("*CO(=)") for child in children)


def test_side_groups_are_exchanged_at_their_esters():
    draw = random.Random(0)
    children = {exchanged("*CC(*)C(=O)OC", "*CC(*)(C)C(=O)OCCOCCOC", 40, draw) for _ in range(20)}
    assert canonical_repeat_unit("*CC(*)C(=O)OCCOCCOC") in children


def test_a_chain_without_a_bond_to_cut_has_nothing_to_give():
    assert pieces("*C*") == ()
    assert side_cuts("*C*") == ()
    assert not can_exchange("*C*")
    assert exchanged("*C*", "*CCO*", 40, random.Random(0)) is None


def test_no_child_is_larger_than_was_asked_for():
    children = [exchanged("*CCO*", "*CCOC(=O)O*", 6, random.Random(seed)) for seed in range(30)]
    assert max(heavy_atoms(child) for child in children if child) <= 6


@pytest.mark.parametrize(
    ("unit", "group"),
    [
        ("*OCO*", "peroxide"),
        ("*CCON*", "bond from nitrogen to oxygen"),
        ("*NN*", "bond from nitrogen to nitrogen"),
        ("*CC(=O)OC(*)=O", "anhydride"),
        ("*CC(*)C(=O)Cl", "acyl halide"),
        ("*CC(*)C=O", "aldehyde"),
        ("*CC(*)(O)OC", "hemiacetal"),
        ("*C(OC)(OC)O*", "orthoester"),
        ("*[Si](C)(C)N*", "bond of silicon to anything but carbon and oxygen"),
    ],
)
def test_groups_that_fall_apart_are_found_also_across_the_cut_of_the_unit(unit, group):
    assert group in UNWANTED
    assert group in unwanted_groups(unit)


@pytest.mark.parametrize("name", ["PEO", "PPO", "PTHF", "PEC", "PCL", "PMMA", "PAN", "PVDF", "PDMS"])
def test_hosts_that_people_make_hold_nothing_unwanted(name):
    for unit in catalogue.polymer(name).units:
        assert unwanted_groups(unit.smiles) == ()
        assert labelled_unit(unit.smiles).GetNumAtoms() == heavy_atoms(unit.smiles) + 2

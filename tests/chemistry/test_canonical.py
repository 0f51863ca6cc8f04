"""One polymer has one canonical unit, however it was written."""

import csv
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chemistry.canonical import (
    UnreadableSmiles,
    canonical_molecule,
    canonical_repeat_unit,
    canonical_salt,
    crosslink_points,
    lithium_count,
    molar_mass_g_mol,
    periods,
)
from chemistry.errors import BadInput
from tests.chemistry.chains import drawn_longer

SAME = [
    ("[Cu]N(C)CC[Au]", "[Cu]CN(C)C[Au]"),
    ("*CCO*", "*COC*"),
    ("*CCO*", "*CCOCCO*"),
    ("*CCO*", "[Mg]OCC[Mg]"),
    ("*CCO*", "[*:1]OCC[*:2]"),
    ("*CCO*", "[1*]CCO[2*]"),
    ("*C*", "*CC*"),
    ("*CC*", "*CCC*"),
    ("*C=C*", "*C=CC=C*"),
    ("*c1ccc(*)cc1", "*C1=CC=C(*)C=C1"),
    ("*c1ccc(O*)cc1", "*Oc1ccc(Oc2ccc(*)cc2)cc1"),
    ("*CC(C)O*", "*OCC(*)C"),
    # Isotactic chains of all R and of all S are one chain, read from its two ends.
    ("*C[C@H](C)*", "*C[C@@H](C)*"),
    ("*C/C=C\\C*", "*/C=C\\CC*"),
]

DIFFERENT = [
    ("*C=C*", "*CC*"),
    ("*C#C*", "*C=C*"),
    ("*C[C@H](C)O*", "*C[C@@H](C)O*"),
    ("*[C@H](C)[C@H](C)*", "*[C@H](C)[C@@H](C)*"),
    ("*/C=C/*", "*/C=C\\*"),
    ("*c1ccc(*)cc1", "*c1cccc(*)c1"),
    ("*C1CCC(*)CC1", "*c1ccc(*)cc1"),
    ("*CC(*)C(=O)OC", "*CC(*)OC(C)=O"),
    ("*CCCCCC(=O)O*", "*CCCCC(=O)O*"),
    ("*C(O[Ca])CC*", "*C(O)CC*"),
]

UNITS = [
    "*CCO*", "*CC(C)O*", "*C*", "*C=C*", "*c1ccc(*)cc1", "*C[C@H](C)O*", "*C[C@H](C)*", "*C/C=C\\C*", "*CCN(C)*",
    "*OCCOC(=O)c1ccc(C(=O)*)cc1", "*N=P(*)(OCCOC)OCCOC", "*[Si](C)(C)O*", "*CC(*)C(=O)OCCOCCOC", "*CCOC(=O)O*",
    "*CC(c1ccc(S(=O)(=O)[N-]S(=O)(=O)C(F)(F)F)cc1)*", "*C1CC2CC1CC2*", "*/C=C/c1ccc(/C=C\\c2ccc(*)s2)cc1",
    "*[C@H]1CC[C@@H](*)CC1", "*C[C@@H]1CC[C@H](CO*)O1", "*CC(O[Ca])CO*",
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_of_writing_one_chain_agree(one: str, other: str) -> None:
    assert canonical_repeat_unit(one) == canonical_repeat_unit(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_chains_stay_different(one: str, other: str) -> None:
    assert canonical_repeat_unit(one) != canonical_repeat_unit(other)


@pytest.mark.parametrize("unit", UNITS)
def test_canonical_form_is_a_fixed_point(unit: str) -> None:
    canonical = canonical_repeat_unit(unit)
    assert canonical_repeat_unit(canonical) == canonical
    assert periods(canonical) == 1


def drawn_anew(unit: str, copies: int, cut: int, order: int) -> str:
    """The same endless chain drawn again with RDKit alone: copies closed to a ring, cut elsewhere, atoms shuffled."""
    from rdkit import Chem

    piece = Chem.MolFromSmiles(unit)
    ring = Chem.RWMol(piece)
    for _ in range(copies - 1):
        ring.InsertMol(piece)
    size = piece.GetNumAtoms()
    ends = [a.GetIdx() for a in piece.GetAtoms() if not a.GetAtomicNum()]
    heads, tails = ([end + size * k for k in range(copies)] for end in ends)
    chain = []
    for k in range(copies):
        tail, head = tails[k], heads[(k + 1) % copies]
        one, other = (ring.GetAtomWithIdx(end).GetNeighbors()[0].GetIdx() for end in (tail, head))
        if k < copies - 1:
            ring.AddBond(one, other, Chem.BondType.SINGLE)
            chain += [tail, head]
    for atom in sorted(chain, reverse=True):
        ring.RemoveAtom(atom)
    stretch = ring.GetMol()
    Chem.SanitizeMol(stretch)
    # Cut at another single bond of the chain and join the old ends.
    head, tail = (a.GetIdx() for a in stretch.GetAtoms() if not a.GetAtomicNum())
    path = Chem.GetShortestPath(stretch, head, tail)
    bonds = [stretch.GetBondBetweenAtoms(a, b) for a, b in pairwise(path[1:-1])]
    free = [b for b in bonds if b.GetBondType() == Chem.BondType.SINGLE and not b.IsInRing()]
    turned = Chem.RWMol(stretch)
    if free:
        bond = free[cut % len(free)]
        first, last = path[1], path[-2]
        left, right = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        turned.RemoveBond(left, right)
        turned.RemoveBond(head, first)
        turned.RemoveBond(tail, last)
        turned.AddBond(first, last, Chem.BondType.SINGLE)
        turned.AddBond(head, left, Chem.BondType.SINGLE)
        turned.AddBond(tail, right, Chem.BondType.SINGLE)
    shuffled = list(range(turned.GetNumAtoms()))
    random.Random(order).shuffle(shuffled)
    return Chem.MolToSmiles(Chem.RenumberAtoms(turned.GetMol(), shuffled), canonical=False)


@settings(max_examples=60, deadline=None)
@given(
    unit=st.sampled_from([u for u in UNITS if "@" not in u and "/" not in u]),
    copies=st.integers(1, 4),
    cut=st.integers(0, 40),
    order=st.integers(0, 1000),
)
def test_cut_direction_and_number_of_periods_do_not_matter(unit: str, copies: int, cut: int, order: int) -> None:
    if unit == "*C*" and copies == 1:
        copies = 2
    assert canonical_repeat_unit(drawn_anew(unit, copies, cut, order)) == canonical_repeat_unit(unit)


@settings(max_examples=60, deadline=None)
@given(unit=st.sampled_from(UNITS), order=st.integers(0, 1000))
def test_the_order_of_atoms_does_not_matter_with_stereochemistry(unit: str, order: int) -> None:
    from rdkit import Chem

    labelled = Chem.MolFromSmiles(unit.replace("*", "[1*]", 1))
    shuffled = list(range(labelled.GetNumAtoms()))
    random.Random(order).shuffle(shuffled)
    text = Chem.MolToSmiles(Chem.RenumberAtoms(labelled, shuffled), canonical=False)
    assert canonical_repeat_unit(text.replace("[1*]", "*")) == canonical_repeat_unit(unit)


@pytest.mark.parametrize(("one", "other"), [(u, v) for u in ("*C[C@H](C)O*", "*C/C=C\\C*") for v in (2, 3)])
def test_stereochemistry_survives_a_change_of_cut(one: str, other: int) -> None:
    longer = drawn_longer(one, other)
    assert periods(longer) == other
    assert canonical_repeat_unit(longer) == canonical_repeat_unit(one)


@pytest.mark.parametrize(
    ("smiles", "says"),
    [
        ("*=CC=*", "not single"),
        ("[Cu]=CC=[Au]", "not single"),
        ("*C.C*", "more than one molecule"),
        ("*CCO*.[Li+]", "more than one molecule"),
        ("**", "no atom between"),
        ("*C", "1 open end "),
        ("*CC(*)C*", "3 open ends"),
        ("CCO", "0 open ends"),
        ("[Cu]CCO*", "mixes notations"),
        ("[Cu]CCO[Cu]", "mixes notations"),
        ("*C*C*", "unknown atom"),
        ("*[CH]O*", "open valence"),
        ("*C(C)(C)(C)(C)*", "not a possible structure"),
        ("*CC(", "not a SMILES"),
        ("", "not a SMILES"),
        ("*CCO* PEO", "not a SMILES"),
    ],
)
def test_what_is_no_repeat_unit_is_refused_with_the_text_and_a_remedy(smiles: str, says: str) -> None:
    with pytest.raises(UnreadableSmiles, match=says) as refused:
        canonical_repeat_unit(smiles)
    assert repr(smiles) in str(refused.value)
    assert refused.value.remedy
    assert isinstance(refused.value, BadInput)


def test_crosslinks_are_kept_counted_and_weigh_nothing() -> None:
    unit = canonical_repeat_unit("[Cu]CC(O[Ca])CO[Au]")
    assert "[Ca]" in unit
    assert crosslink_points(unit) == 1
    assert molar_mass_g_mol(unit) == pytest.approx(molar_mass_g_mol("*CC([O-])CO*"), abs=1e-3)


@pytest.mark.parametrize(
    ("smiles", "mass"),
    [("*CCO*", 44.05), ("[Cu]CCO[Au]", 44.05), ("*C*", 14.03), ("F[B-](F)(F)F.[Li+]", 93.75), ("N#CCCC#N", 80.09)],
)
def test_molar_mass(smiles: str, mass: float) -> None:
    assert molar_mass_g_mol(smiles) == pytest.approx(mass, abs=0.01)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[Li]Cl", "[Cl-].[Li+]"),
        ("O=Cl(=O)([O-])=O.[Li+]", "[Li+].[O-][Cl+3]([O-])([O-])[O-]"),
        ("[O-]S(=NS(=O)(=O)C(F)(F)F)(=O)C(F)(F)F.[Li+]", "FC(F)(F)S(=O)(=O)[N-]S(=O)(=O)C(F)(F)F.[Li+]"),
        ("[Li]OC(=O)C", "CC(=O)[O-].[Li+]"),
    ],
)
def test_one_salt_has_one_text(one: str, other: str) -> None:
    assert canonical_salt(one) == canonical_salt(other)
    assert canonical_salt(canonical_salt(one)) == canonical_salt(one)


@pytest.mark.parametrize("smiles", ["[Na+].[Cl-]", "[Li+]", "CCO", "[Li+].[Na+].[Cl-].[Cl-]", "CCO.[Li+].[Cl-]", "x"])
def test_what_is_no_lithium_salt_is_refused(smiles: str) -> None:
    with pytest.raises(UnreadableSmiles):
        canonical_salt(smiles)


def test_a_salt_of_two_lithium_ions_counts_both() -> None:
    assert lithium_count("O=C([O-])C(F)(F)C(=O)[O-].[Li+].[Li+]") == 2


@pytest.mark.parametrize("smiles", ["*CCO*", "C[NH3+]", "", "C1CC"])
def test_what_is_no_molecule_is_refused(smiles: str) -> None:
    with pytest.raises(UnreadableSmiles):
        canonical_molecule(smiles)


PUBLIC_TABLES = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not PUBLIC_TABLES.exists(), reason=f"the public tables are not at {PUBLIC_TABLES}")
@pytest.mark.parametrize(
    ("table", "column", "readable"),
    [
        ("spe_conductivity.csv", "smiles", 1.0),
        ("htpmd.csv", "mol_smiles", 1.0),
        ("candidate_polymers.csv", "smiles", 0.99),
    ],
)
def test_public_tables_are_read_and_settle(table: str, column: str, readable: float) -> None:
    with (PUBLIC_TABLES / table).open() as file:
        units = sorted({row[column] for row in csv.DictReader(file)})[::25]
    read = 0
    for unit in units:
        try:
            canonical = canonical_repeat_unit(unit)
        except UnreadableSmiles:
            continue
        read += 1
        assert canonical_repeat_unit(canonical) == canonical
    assert read >= readable * len(units) - 1


@pytest.mark.parametrize("atoms", [401, 100_000])
def test_a_unit_that_would_keep_everybody_waiting_is_refused_at_once(atoms: int) -> None:
    with pytest.raises(UnreadableSmiles, match=f"has {atoms + 3} atoms .* 400 at most") as refused:
        canonical_repeat_unit(f"*{'C' * atoms}O*")
    assert len(str(refused.value)) < 300

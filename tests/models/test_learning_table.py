"""Readings become rows with distinct components, and features that do not depend on how a chain was drawn."""

import numpy as np
import pytest

from chemistry.catalogue import additive, salt
from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.polymer import Polymer
from ledger.film import Film, Reading, Source
from models.composition import (
    CHEMICAL_NAMES,
    GLASS_NAMES,
    HOST_NAMES,
    GlassTransitions,
    chemical_matrix,
    fingerprint_matrix,
    host_matrix,
    polymer_fingerprints,
)
from models.learning_table import grid, learning_table, properties_of
from models.protocols import Condition
from models.unit_features import COUNTS, unit_counts, unit_fingerprint, unit_spacings

SIGMA = "log10_conductivity"
SINGLE_ION = "*CC(*)c1ccc(S(=O)(=O)[N-]S(=O)(=O)C(F)(F)F)cc1"


def polymer(*units, **more):
    return Polymer.model_validate({"units": units, **more})


def formulation(host: str | Polymer = "*CCO*", loading=1.5, anion: str | None = "LiTFSI", **more):
    chain = host if isinstance(host, Polymer) else polymer(host)
    given = {"salt": salt(anion), "salt_molality_mol_kg": loading} if anion else {}
    return Formulation(polymer=chain, **given, **more)


def film(given, *points, name=SIGMA, **more):
    readings = tuple(Reading(property=name, value=v, sd=0.1, temperature_C=t, **more) for t, v in points)
    return Film(film_id=given.label, formulation=given, readings=readings)


def column(matrix, name):
    return matrix[:, (*CHEMICAL_NAMES, *GLASS_NAMES).index(name)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("*CCO*", "*COC*"),
        ("*CCO*", "*CCOCCO*"),
        ("[Cu]N(C)CC[Au]", "[Cu]CN(C)C[Au]"),
        ("*CC(C)O*", "*OCC(C)*"),
        ("*CCOC(=O)O*", "*OC(=O)OCC*"),
        ("*CC*", "*C*"),
    ],
)
def test_features_of_a_unit_do_not_depend_on_the_cut_of_the_chain(one, other):
    assert unit_counts(one) == unit_counts(other)
    assert unit_spacings(one) == unit_spacings(other)
    assert (unit_fingerprint(one) == unit_fingerprint(other)).all()


@pytest.mark.parametrize("smiles", ["*CCO*", "*CC(*)c1ccccc1", "*CCCOC(=O)O*", "*c1ccc(*)cc1", SINGLE_ION])
def test_a_unit_counts_what_one_more_unit_adds(smiles):
    from chemistry.canonical import molar_mass_g_mol
    from chemistry.coordination import coordinating_groups

    counts = dict(zip(COUNTS, unit_counts(smiles), strict=True))
    assert counts["mass"] == pytest.approx(molar_mass_g_mol(smiles), rel=1e-3)
    assert all(counts[f"{name} site"] == n for name, n in coordinating_groups(smiles).items())
    assert sum(counts[e] for e in ("C", "N", "O", "F", "Si", "P", "S", "Cl", "B")) == counts["heavy atoms"]
    assert unit_fingerprint(smiles).min() >= 0
    # Every atom is the centre of one environment of each radius that adds something; radius 0 always does.
    assert unit_fingerprint(smiles).sum() >= counts["heavy atoms"]


def test_sites_of_an_ether_are_nearer_to_one_another_than_those_of_a_long_ester():
    near, far = unit_spacings("*CCO*"), unit_spacings("*CCCCCC(=O)O*")
    assert near is not None
    assert far is not None
    assert near[0] == 3
    assert far[0] > near[0]
    assert near[2] > far[2]
    assert (near[3], far[3]) == (0, 1)
    assert unit_spacings("*CC(*)c1ccccc1") is None


def test_one_row_for_each_reading_and_each_component_once():
    films = [
        film(formulation(loading=1.0), (30.0, -5.0), (60.0, -4.0)),
        film(formulation(loading=2.0), (30.0, -5.5)),
        film(formulation("*CC(C)O*", anion="LiClO4"), (30.0, -6.0)),
    ]
    table = learning_table(films, SIGMA)
    assert len(table) == 4
    assert len(table.points.polymers) == len(table.points.salts) == 2
    assert table.film.tolist() == [0, 0, 1, 2]
    assert table.points.molality_mol_kg.tolist() == [1.0, 1.0, 2.0, 1.5]
    assert table.points.temperature_C.tolist() == [30, 60, 30, 30]
    taken = table.take(np.array([3, 0]))
    assert taken.value.tolist() == [-6.0, -5.0]
    assert [taken.points.polymers[i].units[0].smiles for i in taken.points.polymer] == ["*COC(*)C", "*CCO*"]


def test_derived_readings_and_theory_beside_experiments_are_left_out():
    given = formulation()
    films = [
        film(given, (30.0, -5.0)),
        film(given, (80.0, -3.0), derived=True),
        film(given, (80.0, -3.5), source=Source.MD),
    ]
    assert learning_table(films, SIGMA).value.tolist() == [-5.0]
    assert learning_table(films[2:], SIGMA).value.tolist() == [-3.5]
    assert properties_of(films[1:2]) == []
    with pytest.raises(BadInput, match="no film has a reading of transference_number"):
        learning_table(films, "transference_number")


def test_what_is_not_known_is_said_and_is_never_zero():
    points = grid(
        [
            formulation(polymer("*CCO*", molar_mass_kg_mol=100)),
            formulation("*CC(*)c1ccccc1"),
            formulation(SINGLE_ION, anion=None),
        ],
        [Condition(SIGMA, 60.0)],
    )
    matrix = chemical_matrix(points)
    assert column(matrix, "length unknown").tolist() == [0, 1, 1]
    assert np.isnan(column(matrix, "log10 molar mass")).tolist() == [False, True, True]
    assert column(matrix, "no site").tolist() == [0, 1, 1]
    assert np.isnan(column(matrix, "lithium per site")).tolist() == [False, True, True]
    assert column(matrix, "salt absent").tolist() == [0, 0, 1]
    assert np.isnan(column(matrix, "salt F")).tolist() == [False, False, True]
    assert np.isnan(column(matrix, "molality, mol/kg")).tolist() == [False, False, True]


def test_a_tethered_anion_brings_its_own_lithium():
    neutral, single = (
        column(chemical_matrix(grid([given], [Condition(SIGMA, 60.0)])), "lithium, mol/kg")[0]
        for given in (formulation(loading=1.5), formulation(SINGLE_ION, anion=None))
    )
    assert neutral == 1.5
    assert single == pytest.approx(1000 / polymer(SINGLE_ION).unit_molar_mass, rel=1e-3)


def test_lithium_per_site_and_salt_fraction_are_those_of_the_chemistry():
    from chemistry.units import li_per_site, salt_weight_fraction

    given = formulation("*CCOC(=O)O*", loading=2.5)
    matrix = chemical_matrix(grid([given], [Condition(SIGMA, 60.0)]))
    assert column(matrix, "lithium per site")[0] == pytest.approx(li_per_site(given), rel=1e-3)
    assert column(matrix, "salt, w/w")[0] == pytest.approx(salt_weight_fraction(given))
    assert column(matrix, "1000 K/T")[0] == pytest.approx(1000 / 333.15)


def test_a_copolymer_lies_between_its_units_and_is_weighted_by_mole_fraction():
    names = list(HOST_NAMES)
    one, other, half = host_matrix(
        [polymer("*CCO*"), polymer("*CC(C)O*"), polymer("*CCO*", "*CC(C)O*", fractions=(0.5, 0.5))]
    )
    methyl = names.index("methyl, mol/kg")
    assert one[methyl] == 0 < half[methyl] < other[methyl]
    assert half[names.index("repeat units")] == 2
    prints = polymer_fingerprints(
        [polymer("*CCO*"), polymer("*CC(C)O*"), polymer("*CCO*", "*CC(C)O*", fractions=(0.25, 0.75))]
    )
    assert prints[2] == pytest.approx(0.25 * prints[0] + 0.75 * prints[1])


def test_glass_transitions_add_the_distance_to_them():
    points = grid([formulation(), formulation("*CC(C)O*")], [Condition(SIGMA, 20.0), Condition(SIGMA, 80.0)])
    glass = GlassTransitions(mean_C=np.array([-60.0, -70.0]), spread_K=np.array([2.0, 3.0]))
    matrix = chemical_matrix(points, glass)
    assert matrix.shape == (4, len(CHEMICAL_NAMES) + len(GLASS_NAMES))
    assert column(matrix, "T - Tg, K").tolist() == [80, 140, 90, 150]


def test_additives_change_the_features_and_fingerprints_have_the_bare_composition():
    dosed = formulation(additives=(AdditiveContent(additive=additive("tetraglyme"), weight_fraction=0.2),))
    matrix = chemical_matrix(grid([formulation(), dosed], [Condition(SIGMA, 60.0)]))
    assert column(matrix, "additive, w/w").tolist() == [0, 0.2]
    assert column(matrix, "additive donors, mol/kg")[1] > 0
    prints = fingerprint_matrix(grid([formulation(), formulation(anion=None)], [Condition(SIGMA, 60.0)]))
    assert prints.dtype == np.float32
    assert prints.shape[0] == 2
    assert (prints[0] != prints[1]).any()


def test_a_grid_of_many_points_holds_few_components():
    loadings = np.linspace(0.5, 3, 20)
    points = grid([formulation(loading=float(x)) for x in loadings], [Condition(SIGMA, float(t)) for t in range(50)])
    assert len(points) == 1000
    assert len(points.polymers) == len(points.salts) == len(points.mixtures) == 1
    assert points.temperature_C[:3].tolist() == [0, 1, 2]
    assert np.isfinite(column(chemical_matrix(points), "lithium per site")).all()

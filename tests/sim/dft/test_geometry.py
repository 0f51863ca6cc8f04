"""Geometries are valid or do not exist, and go to other codes and back without loss."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from chemistry.errors import BadInput
from sim.dft import xtb
from sim.dft.bonds import changed_bonds, drawn_bonds, found_bonds
from sim.dft.conformers import guessed, relaxed_model
from sim.dft.geometry import Geometry, checked
from sim.dft.hessian import modes
from sim.dft.oligomer import hydrogens_added
from sim.dft.vibrations import normal_modes


@pytest.fixture(scope="module")
def methanol() -> Geometry:
    return relaxed_model("CO")


def test_pymatgen_takes_it_and_gives_it_back(methanol: Geometry) -> None:
    back = Geometry.from_molecule(methanol.molecule, "CO")
    assert back.symbols == methanol.symbols
    assert back.positions_A == methanol.positions_A
    assert (back.charge, back.multiplicity, back.smiles) == (0, 1, "CO")


def test_a_given_geometry_is_known_again_however_it_lies(methanol: Geometry) -> None:
    turned = methanol.moved_to(methanol.array_A @ Rotation.from_rotvec([0.3, 1.1, -0.4]).as_matrix().T + 2.5)
    stretched = methanol.moved_to(methanol.array_A * 1.01)
    origins = [Geometry.from_molecule(one.molecule, "CO").origin for one in (methanol, turned, stretched)]
    assert origins[0] == origins[1] != origins[2]


def test_the_smiles_must_be_of_these_atoms(methanol: Geometry) -> None:
    with pytest.raises(BadInput, match="not made of the atoms"):
        Geometry.from_molecule(methanol.molecule, "CCO")


@pytest.mark.parametrize("name", ["a.xyz", "a.json"])
def test_other_codes_can_read_it(methanol: Geometry, tmp_path: Path, name: str) -> None:
    from pymatgen.core import Molecule

    methanol.write(tmp_path / name)
    read = Molecule.from_file(str(tmp_path / name))
    assert [site.specie.symbol for site in read] == list(methanol.symbols)
    np.testing.assert_allclose(read.cart_coords, methanol.array_A, atol=1e-5)


def test_a_format_that_nobody_reads_is_refused(methanol: Geometry, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot be written as a\.foo"):
        methanol.write(tmp_path / "a.foo")


def test_overlapping_atoms_are_refused() -> None:
    with pytest.raises(BadInput, match=r"atoms \d \(H\) and \d \(H\) overlap"):
        checked(smiles="[H][H]", origin="test", symbols=("H", "H"), positions_A=((0, 0, 0), (0, 0, 0.1)))


def test_an_ion_has_the_lowest_spin_that_its_electrons_allow(methanol: Geometry) -> None:
    assert [methanol.ionised(charge).multiplicity for charge in (-1, 0, 1, 2)] == [2, 1, 2, 1]


def test_conformers_are_drawn_alike_each_time_and_differ_from_one_another() -> None:
    once, again = guessed("COCCOC"), guessed("COCCOC")
    assert once == again
    assert len(once) > 2


def test_a_relaxed_molecule_is_a_minimum_with_the_bonds_that_were_drawn(methanol: Geometry) -> None:
    found = modes(methanol)
    assert len(found.wavenumbers_cm) == 3 * len(methanol.symbols) - 6
    assert found.imaginary_cm == ()
    assert found_bonds(methanol) == drawn_bonds(hydrogens_added("CO"))
    assert changed_bonds(found_bonds(methanol), methanol) == ()
    assert found.zero_point_eV == pytest.approx(1.37, abs=0.05)  # 31.7 kcal/mol, Curtiss et al., JCP 1997, 106, 1063


def test_a_saddle_shows_its_imaginary_mode() -> None:
    flat = checked(
        smiles="N",
        origin="test",
        symbols=("N", "H", "H", "H"),
        positions_A=((0, 0, 0), (1.0, 0, 0), (-0.5, 0.866025, 0), (-0.5, -0.866025, 0)),
    )
    assert len(normal_modes(flat, xtb.hessian_eV_A2(xtb.relaxed(flat)[0])).imaginary_cm) == 1


def test_broken_and_formed_bonds_are_noticed(methanol: Geometry) -> None:
    places = methanol.array_A.copy()
    places[0, 0] += 8.0 if places[0, 0] > 0 else -8.0  # the carbon leaves its neighbours
    changes = changed_bonds(found_bonds(methanol), methanol.moved_to(places))
    assert len(changes) == 4
    assert all("broken" in change for change in changes)


def test_two_atoms_have_one_mode_and_one_atom_has_none(hydrogen: Geometry) -> None:
    assert len(modes(hydrogen).wavenumbers_cm) == 1
    helium = checked(smiles="[He]", origin="test", symbols=("He",), positions_A=((0, 0, 0),))
    assert modes(helium).wavenumbers_cm == ()

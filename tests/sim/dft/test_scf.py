"""The self-consistent field obeys the laws of quantum chemistry, and what did not converge is no number."""

import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from chemistry.errors import BadInput
from sim.dft import scf
from sim.dft.constants import HARTREE_eV
from sim.dft.failure import NotConverged
from sim.dft.fine_grid import answering_for
from sim.dft.frame import framed
from sim.dft.geometry import Geometry, checked
from sim.dft.methods import FUNCTIONALS, Method, method_named
from sim.dft.recipe import closed_shell
from sim.dft.remedies import LADDER, Remedy, climb
from sim.dft.scf import SETTLED_hartree, mean_field, solve
from sim.dft.solvent import Medium, cavity, solvation_eV


def atom(symbol: str, charge: int = 0, multiplicity: int = 1) -> Geometry:
    return checked(
        smiles=f"[{symbol}]",
        origin="test",
        symbols=(symbol,),
        positions_A=((0.0, 0.0, 0.0),),
        charge=charge,
        multiplicity=multiplicity,
    )


def energy_eV(geometry: Geometry, method: Method) -> float:
    return solve(framed(geometry, method), geometry.charge, geometry.multiplicity).energy_eV


def test_the_hydrogen_atom_has_its_ionisation_energy() -> None:
    assert energy_eV(atom("H", multiplicity=2), method_named("PBE", "def2-svp")) == pytest.approx(-13.6, abs=0.2)


def test_energy_falls_as_the_basis_grows(water: Geometry) -> None:
    energies = [energy_eV(water, method_named("PBE", basis, "none")) for basis in ("sto-3g", "6-31g", "6-31g**")]
    assert energies == sorted(energies, reverse=True)


def test_two_molecules_far_apart_have_twice_the_energy_of_one(hydrogen: Geometry, cheap: Method) -> None:
    pair = checked(
        smiles="[H][H].[H][H]",
        origin="test",
        symbols=hydrogen.symbols * 2,
        positions_A=(*hydrogen.positions_A, *((x + 40.0, y, z) for x, y, z in hydrogen.positions_A)),
    )
    assert energy_eV(pair, cheap) == pytest.approx(2 * energy_eV(hydrogen, cheap), abs=2e-4)


def test_turning_and_moving_a_molecule_changes_nothing(water: Geometry, cheap: Method) -> None:
    turned = water.moved_to(water.array_A @ Rotation.from_rotvec([0.7, -0.2, 1.9]).as_matrix().T + [3, -4, 5])
    # The grid points turn with the atoms of the molecule only in part: a millielectronvolt is their doing.
    assert energy_eV(turned, cheap) == pytest.approx(energy_eV(water, cheap), abs=2e-3)


def test_the_coarse_grid_leaves_no_trace(water: Geometry) -> None:
    """Against PySCF's own field, converged on the fine grid from scratch."""
    method = method_named("B3LYP", "6-31g", "none")
    frame = framed(water, method)
    for charge in (0, 1):
        solution = solve(frame, charge, 1 + charge)
        plain = mean_field(frame, charge, 1 + charge)
        plain.grids = frame.fine
        plain.kernel()
        assert plain.converged
        assert solution.energy_eV == pytest.approx(plain.e_tot * HARTREE_eV, abs=2e-3)
        assert abs(solution.unsettled_eV) < SETTLED_hartree * HARTREE_eV
        highest = np.asarray(plain.mo_energy)[np.asarray(plain.mo_occ) > 0].max() * HARTREE_eV
        assert solution.homo_eV == pytest.approx(highest, abs=0.02)  # to first order in the density


def test_the_fine_grid_is_reached_by_cycles_on_the_coarse_one(water: Geometry) -> None:
    """The answer is that of the fine grid to far below what the coarse one left, for closed and open shells."""
    frame = framed(water, method_named("B3LYP", "6-31g", "none"))
    for charge in (0, 1):
        field = mean_field(frame, charge, 1 + charge)
        field.grids = frame.fine
        field.conv_tol = 1e-10
        truth = field.kernel()
        field.grids = frame.coarse
        field.kernel()
        density, field.grids = field.make_rdm1(), frame.fine
        rough = field.energy_tot(density)
        with answering_for(field, frame.coarse, field.get_veff(dm=density), density):
            assert field.grids is frame.coarse
            field.kernel(dm0=density)
        assert field.grids is frame.fine
        assert 0 < field.energy_tot(field.make_rdm1()) - truth < 1e-3 * (rough - truth)


def test_what_is_left_after_the_first_look_is_settled_without_the_fine_grid(
    water: Geometry, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = framed(water, method_named("B3LYP", "6-31g", "none"))
    at_once = solve(frame, 1, 2)
    monkeypatch.setattr(scf, "SETTLED_hartree", abs(at_once.unsettled_eV) / HARTREE_eV / 2)
    settled = solve(frame, 1, 2)
    assert settled.remedy == "plain, then plain with the fine grid's potential"
    assert abs(settled.unsettled_eV) < 1e-2 * abs(at_once.unsettled_eV)
    assert settled.energy_eV == pytest.approx(at_once.energy_eV, abs=1e-3)


def test_dispersion_binds(water: Geometry) -> None:
    with_it, without = (energy_eV(water, method_named("PBE", "sto-3g", d)) for d in ("D4", "none"))
    assert -0.05 < with_it - without < 0


@pytest.mark.parametrize(("charge", "multiplicity"), [(1, 1), (0, 2), (-1, 1), (0, 13)])
def test_spins_that_the_electrons_cannot_have_are_refused(
    water: Geometry, cheap: Method, charge: int, multiplicity: int
) -> None:
    with pytest.raises(BadInput, match=r"electrons and spin multiplicity"):
        solve(framed(water, cheap), charge, multiplicity)


def test_an_open_shell_given_as_closed_is_refused(cheap: Method) -> None:
    oxygen = checked(smiles="O=O", origin="test", symbols=("O", "O"), positions_A=((0, 0, 0), (0, 0, 1.21)))
    with pytest.raises(BadInput, match="open shell given as a closed one: its triplet lies"):
        closed_shell(framed(oxygen, cheap))


def test_elements_without_functions_are_refused_before_any_work(water: Geometry) -> None:
    iodide = checked(smiles="I", origin="test", symbols=("I", "H"), positions_A=((0, 0, 0), (0, 0, 1.6)))
    with pytest.raises(BadInput, match="no functions for I"):
        framed(iodide, method_named("PBE", "6-31g", "none"))


def test_the_rung_that_held_is_told(water: Geometry, cheap: Method) -> None:
    """A plain field that is given too few cycles hands over to the next remedy, which begins where it stood."""
    frame = framed(water, cheap)
    hurried = (dataclasses.replace(LADDER[0], cycles=1), *LADDER[1:])
    energies = {}
    for ladder, name in ((LADDER, "plain"), (hurried, "level shift"), (LADDER[3:], "second order")):
        field = mean_field(frame, 0, 1)
        field.grids = frame.coarse
        assert climb(field, ladder=ladder) == name
        energies[name] = field.e_tot
    assert max(energies.values()) - min(energies.values()) < 1e-5


def test_without_a_rung_that_holds_there_is_no_number(water: Geometry, cheap: Method) -> None:
    frame = framed(water, cheap)
    field = mean_field(frame, 0, 1)
    field.grids = frame.coarse
    with pytest.raises(NotConverged, match=r"plain after 1 cycles.*shift after 1 cycles.*No energy is reported"):
        climb(field, ladder=(Remedy("plain", 1), Remedy("shift", 1, level_shift=0.3)))


def test_solvation_of_an_ion_is_born_s(cheap: Method) -> None:
    """A sphere with a charge in the middle: -(1 - 1/ε) q²/2r, r the scaled Bondi radius of lithium."""
    frame = framed(atom("Li", charge=1), cheap)
    ion = solve(frame, 1, 1)
    born = {epsilon: -(1 - 1 / epsilon) * 14.39964 / (2 * 1.2 * 1.82) for epsilon in (2.0, 7.5, 80.0)}
    found = {epsilon: solvation_eV(cavity(frame, Medium(epsilon)), [ion])[0] for epsilon in born}
    for epsilon, expected in born.items():
        assert found[epsilon] == pytest.approx(expected, rel=0.02)


def test_densities_at_once_are_solvated_as_pyscf_solvates_each(water: Geometry, cheap: Method) -> None:
    frame = framed(water, cheap)
    states = [solve(frame, 0, 1), solve(frame, 1, 2)]
    surface = cavity(frame, Medium(7.5))
    alone = [surface.kernel(state.density)[0] * HARTREE_eV for state in states]
    assert solvation_eV(surface, states) == pytest.approx(alone, rel=1e-9)


def test_a_density_that_answers_the_medium_gains_by_it(water: Geometry, cheap: Method) -> None:
    frame, medium = framed(water, cheap), Medium(7.5)
    gas = solve(frame, 0, 1)
    (once,) = solvation_eV(cavity(frame, medium), [gas])
    full = solve(frame, 0, 1, medium).energy_eV - gas.energy_eV
    assert full < once < 0
    assert full == pytest.approx(once, rel=0.4)


@pytest.mark.parametrize("permittivity", [0.5, -2.0, 2000.0, float("nan")])
def test_no_medium_is_like_that(permittivity: float) -> None:
    with pytest.raises(BadInput, match="relative permittivity"):
        Medium(permittivity)


def test_a_square_of_hydrogen_needs_more_than_the_plain_field(cheap: Method) -> None:
    """Two orbitals of one energy for one pair of electrons: DIIS, level shift and damping go round in circles."""
    square = checked(
        smiles="[H].[H].[H].[H]",
        origin="test",
        symbols=("H",) * 4,
        positions_A=((0, 0, 0), (1.5, 0, 0), (0, 1.5, 0), (1.5, 1.5, 0)),
    )
    assert solve(framed(square, cheap), 0, 1).remedy == "second order"


@pytest.mark.parametrize("name", sorted(FUNCTIONALS))
def test_every_functional_ionises_hydrogen(hydrogen: Geometry, name: str) -> None:
    """Exact electronic energies at 1.40 a0 are -1.17447 and -0.56998 hartree (Kołos and Wolniewicz): 16.45 eV."""
    frame = framed(hydrogen, method_named(name, "6-31g"))
    neutral, cation = solve(frame, 0, 1), solve(frame, 1, 2)
    assert cation.energy_eV - neutral.energy_eV == pytest.approx(16.45, abs=0.5)
    assert neutral.homo_eV < neutral.lumo_eV

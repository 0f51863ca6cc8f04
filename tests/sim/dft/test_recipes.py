"""Binding, dissociation and response: signs, limits, and what is known otherwise."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.dft.binding import LithiumBinding, lithium_binding, lithium_complex
from sim.dft.conformers import relaxed_model
from sim.dft.constants import BOHR_A, DEBYE_PER_ATOMIC_UNIT
from sim.dft.frame import framed
from sim.dft.geometry import Geometry
from sim.dft.ion_pair import IonPairDissociation, ion_pair_dissociation
from sim.dft.methods import Method, method_named
from sim.dft.response import ElectricResponse, electric_response
from sim.dft.scf import mean_field
from sim.dft.solvent import Medium


@pytest.fixture(scope="module")
def binding(cheap: Method) -> LithiumBinding:
    return lithium_binding(relaxed_model("O"), cheap, zero_point=True)


def test_water_holds_lithium_by_its_oxygen(binding: LithiumBinding) -> None:
    assert binding.energy_eV < 0
    assert binding.donors == 1
    oxygen, lithium = np.array(binding.positions_A[0]), np.array(binding.positions_A[-1])
    assert 1.6 < np.linalg.norm(oxygen - lithium) < 2.1


def test_counterpoise_weakens_the_bond(binding: LithiumBinding) -> None:
    assert abs(binding.energy_eV) < abs(binding.uncorrected_eV)
    assert binding.zero_point_eV is not None
    assert 0 < binding.zero_point_eV < 0.2
    assert binding.affinity_eV == pytest.approx(-binding.energy_eV - binding.zero_point_eV)


def test_binding_is_kept_to_the_last_digit(binding: LithiumBinding) -> None:
    assert LithiumBinding.from_json(binding.model_dump_json()) == binding


@pytest.mark.slow
def test_glyme_chelates() -> None:
    whole = lithium_complex(relaxed_model("COCCOC"))
    near = [s for s, d in zip(whole.symbols, whole.distances_A[-1], strict=True) if d < 2.3 and s == "O"]
    assert len(near) == 2


def test_a_molecule_without_lone_pairs_is_refused(hydrogen: Geometry, cheap: Method) -> None:
    with pytest.raises(BadInput, match="has no lone pair"):
        lithium_binding(hydrogen, cheap)


@pytest.fixture(scope="module")
def fluoride(cheap: Method) -> IonPairDissociation:
    return ion_pair_dissociation("[Li+].[F-]", cheap)


def test_a_medium_parts_ions(fluoride: IonPairDissociation, cheap: Method) -> None:
    assert 0 < fluoride.energy_eV < fluoride.gas_phase_eV
    assert fluoride.key.smiles == "[F-].[Li+]"
    assert IonPairDissociation.from_json(fluoride.model_dump_json()) == fluoride


def test_a_more_polar_medium_parts_them_sooner(fluoride: IonPairDissociation, cheap: Method) -> None:
    polar = ion_pair_dissociation("[Li+].[F-]", cheap, Medium(80.0))
    assert polar.energy_eV < fluoride.energy_eV
    assert polar.gas_phase_eV == pytest.approx(fluoride.gas_phase_eV, abs=1e-5)


@pytest.mark.parametrize(("salt", "words"), [("CO", "not a lithium salt"), ("[Na+].[F-]", "not a lithium salt")])
def test_what_is_no_lithium_salt_is_refused(salt: str, words: str, cheap: Method) -> None:
    with pytest.raises(BadInput, match=words):
        ion_pair_dissociation(salt, cheap)


def test_a_salt_of_two_lithium_ions_is_refused(cheap: Method) -> None:
    with pytest.raises(BadInput, match="several lithium ions"):
        ion_pair_dissociation("[Li+].[Li+].[O-]S(=O)(=O)[O-]", cheap)


def test_the_polarisability_is_the_dipole_s_answer_to_a_field(lithium_hydride: Geometry) -> None:
    """Central differences of the dipole in a small field, field by field."""
    method = method_named("PBE", "6-31g", "none")
    found = electric_response(lithium_hydride, method)
    frame, strength = framed(lithium_hydride, method), 1e-3
    dipoles = []
    for sign in (1, -1):
        field = mean_field(frame, 0, 1)
        field.grids = frame.fine
        core = field.get_hcore() + sign * strength * frame.mol.intor("int1e_r")[2]
        field.get_hcore = lambda *_, core=core: core
        field.kernel()
        dipoles.append(field.dip_moment(unit="AU", verbose=0)[2])
    expected = (dipoles[1] - dipoles[0]) / (2 * strength) * BOHR_A**3
    assert -expected == pytest.approx(found.polarisability_A3[2][2], rel=0.02)


def test_a_symmetric_molecule_has_no_dipole_and_a_symmetric_response(hydrogen: Geometry, water: Geometry) -> None:
    method = method_named("PBE", "6-31g", "none")
    none = electric_response(hydrogen, method)
    assert none.dipole_norm_D == pytest.approx(0, abs=1e-3)
    some = electric_response(water, method)
    assert 1.5 < some.dipole_norm_D < 3.0
    assert abs(some.dipole_D[2]) == pytest.approx(some.dipole_norm_D, abs=1e-3)
    response = np.array(some.polarisability_A3)
    np.testing.assert_allclose(response, response.T, atol=1e-4)
    assert (np.linalg.eigvalsh(response) > 0).all()
    assert ElectricResponse.from_json(some.model_dump_json()) == some


def test_units_of_the_dipole() -> None:
    assert pytest.approx(4.80320, abs=1e-4) == DEBYE_PER_ATOMIC_UNIT / BOHR_A  # 1 e Å

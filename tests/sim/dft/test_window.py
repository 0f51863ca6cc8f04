"""A window is consistent with itself, keeps every digit, and says what to beware of."""

from pathlib import Path

import pytest

from chemistry.errors import BadInput
from sim.dft.constants import ABSOLUTE_LITHIUM_POTENTIAL_V
from sim.dft.geometry import Geometry
from sim.dft.methods import Method
from sim.dft.orbital_picture import plot_window, refuse_format
from sim.dft.quick_levels import quick_key, quick_levels
from sim.dft.result import Result
from sim.dft.solvent import Medium
from sim.dft.window import RedoxWindow, redox_window


@pytest.fixture(scope="module")
def window(water: Geometry, cheap: Method) -> RedoxWindow:
    return redox_window(water, cheap)


def test_the_limits_follow_from_the_parts(window: RedoxWindow) -> None:
    adiabatic = window.adiabatic_ionisation_eV
    assert adiabatic is not None
    assert 0 <= window.vertical_ionisation_eV - adiabatic < 1
    expected = adiabatic + window.cation_solvation_eV - ABSOLUTE_LITHIUM_POTENTIAL_V
    assert window.oxidation_V_vs_Li == pytest.approx(expected)
    assert window.oxidation_V_vs_Li > window.reduction_V_vs_Li
    assert window.cation_solvation_eV < 0
    assert window.anion_solvation_eV < 0
    assert window.gap_eV > 0
    assert window.homo_eV == pytest.approx(window.occupied_eV[-1])
    assert window.lumo_eV == pytest.approx(window.empty_eV[0])


def test_an_anion_that_only_the_basis_holds_is_told(window: RedoxWindow) -> None:
    assert window.vertical_affinity_eV < 0
    assert any("not bound in the gas phase" in note for note in window.notes)


def test_atoms_may_be_counted_in_any_order(window: RedoxWindow, water: Geometry, cheap: Method) -> None:
    from pymatgen.core import IMolecule

    last_first = IMolecule(list(reversed(water.symbols)), water.array_A[::-1])
    given = redox_window(Geometry.from_molecule(last_first, "O"), cheap)
    assert given.cation_relaxation_eV == pytest.approx(window.cation_relaxation_eV, abs=1e-4)
    assert given.oxidation_V_vs_Li == pytest.approx(window.oxidation_V_vs_Li, abs=1e-3)


def test_nothing_is_lost_on_the_way_through_json(window: RedoxWindow) -> None:
    assert RedoxWindow.from_json(window.model_dump_json()) == window


def test_another_result_is_not_taken_for_it(window: RedoxWindow) -> None:
    class Other(Result):
        energy_eV: float

    with pytest.raises(BadInput, match="no Other that can be read"):
        Other.from_json(window.model_dump_json())


def test_the_key_says_what_was_calculated(window: RedoxWindow) -> None:
    assert window.key.text == "redox-window/1 | PBE/sto-3g | test | charge +0 | IEF-PCM(7.5) shift | O"


def test_a_polar_host_eases_both_oxidation_and_reduction(window: RedoxWindow, water: Geometry, cheap: Method) -> None:
    polar = redox_window(water, cheap, Medium(80.0))
    assert polar.oxidation_V_vs_Li < window.oxidation_V_vs_Li
    assert polar.reduction_V_vs_Li > window.reduction_V_vs_Li
    assert polar.vertical_ionisation_eV == pytest.approx(window.vertical_ionisation_eV, abs=1e-6)


def test_full_solvent_agrees_with_one_shift(window: RedoxWindow, water: Geometry, cheap: Method) -> None:
    full = redox_window(water, cheap, full_solvent=True)
    assert full.oxidation_V_vs_Li == pytest.approx(window.oxidation_V_vs_Li, abs=0.2)
    assert full.key != window.key


def test_a_picture_is_drawn(window: RedoxWindow, tmp_path: Path) -> None:
    plot_window(window, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("name", "words"), [("a.foo", "no picture can be"), ("none/a.png", "there is no folder")])
def test_a_picture_that_cannot_be_drawn_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        refuse_format(tmp_path / name)


def test_quick_levels_have_the_key_under_which_they_are_asked_for_and_the_order_of_experiment() -> None:
    """Vertical ionisation energies rise from methylamine (9.6 eV) over dimethyl ether (10.1) to water (12.6)."""
    found = [quick_levels(smiles) for smiles in ("CN", "COC", "O")]
    assert [one.key for one in found] == [quick_key(smiles) for smiles in ("CN", "COC", "O")]
    for one in found:
        assert one.homo_eV < one.lumo_eV
        assert one.vertical_affinity_eV < one.vertical_ionisation_eV
    energies = [one.vertical_ionisation_eV for one in found]
    assert energies == sorted(energies)

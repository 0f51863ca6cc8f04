"""What the twin says of lithium's share, of oxidation and of heat: limits, signs and trends."""

import numpy as np
import pytest

from chemistry.catalogue import additive, polymer, salt
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.units import molality
from sim.twin import (
    TwinFilm,
    truth_glass_transition_C,
    truth_oxidation_limit_V,
    truth_transference_number,
)
from sim.twin.oxidation import combined_V
from sim.twin.polarisation import LithiumDisc, LithiumInterfaces

TIME_s = np.geomspace(0.2, 4e5, 200)


def formulation(host: str, ions: str = "LiTFSI", plasticiser: str = "", share: float = 0.2) -> Formulation:
    own, lithium = polymer(host), salt(ions)
    added = (AdditiveContent(additive=additive(plasticiser), weight_fraction=share),) if plasticiser else ()
    loading = molality(0.06, "Li/O", own, lithium)
    return Formulation(polymer=own, salt=lithium, salt_molality_mol_kg=loading, additives=added)


def disc(transference: float, growth: float = 0.0) -> LithiumDisc:
    interfaces = LithiumInterfaces(100.0, growth, False, 1e-6, 0.9, 0.0, 2.0)
    return LithiumDisc(200.0, transference, 100.0, 0.785, 60.0, 1.5e-3, 8.0, interfaces, 1e-6, 2e-10)


def test_lithium_s_share_is_small_in_polyethers_and_larger_in_polycarbonates() -> None:
    ether, carbonate = (truth_transference_number(formulation(name)) for name in ("PEO", "PEC"))
    assert 0.1 < ether < 0.25
    assert 0.4 < carbonate < 0.8
    assert truth_transference_number(formulation("PEC", plasticiser="tetraglyme")) < carbonate


def test_the_weakest_member_decides_the_oxidation() -> None:
    limits = {name: truth_oxidation_limit_V(formulation(name), 60) for name in ("PEO", "PEC", "PAN")}
    assert 3.9 < limits["PEO"] < 4.3 < limits["PEC"] < 5.0 < limits["PAN"]
    assert truth_oxidation_limit_V(formulation("PEC", plasticiser="tetraglyme"), 60) < 4.4
    assert truth_oxidation_limit_V(formulation("PEC", "LiI"), 60) < 3.6
    assert truth_oxidation_limit_V(formulation("PEO"), 80) < limits["PEO"]
    assert combined_V([(1.0, 4.0), (1.0, 5.0)]) < combined_V([(1.0, 4.1), (1.0, 5.0)])


def test_the_current_goes_from_ohm_s_law_to_that_of_lithium_alone() -> None:
    cell = disc(0.2)
    current = cell.current_A(0.01, TIME_s)
    whole = cell.resistance_ohm + 100.0 / cell.area_cm2
    assert current[0] == pytest.approx(0.01 / whole, rel=0.03)
    assert current[-1] == pytest.approx(0.01 / (whole + cell.concentration_ohm), rel=1e-3)
    assert (np.diff(current) < 1e-9).all()


def test_where_lithium_alone_moves_nothing_is_polarised() -> None:
    current = disc(1 - 1e-9).current_A(0.01, TIME_s)[5:]
    assert np.ptp(current) / current.mean() < 1e-3


def test_spectrum_and_current_agree_at_the_end_of_time() -> None:
    cell = disc(0.3)
    slow = cell.impedance_ohm(np.array([1e-9]), 0.0)[0]
    assert slow.real == pytest.approx(0.01 / cell.current_A(0.01, TIME_s)[-1], rel=1e-3)


def test_a_conductive_film_takes_none_of_the_potential_and_a_poor_one_hides_its_oxidation() -> None:
    volts = np.linspace(2.5, 6, 400)
    discs = TwinFilm(formulation("PEO"), 100.0, seed=3, preset="ideal").discs
    hot, cold = (discs.voltage_sweep(at_C, volts, 0.5, 1).current_density_A_cm2 for at_C in (80.0, -20.0))
    assert np.interp(discs.oxidation_limit_V(80.0), volts, hot) == pytest.approx(1e-5, rel=0.15)
    assert cold[-1] < hot[-1] / 10


def test_heat_flow_steps_at_the_glass_transition_and_melting_takes_heat() -> None:
    T = np.linspace(-130, 120, 501)
    discs = TwinFilm(formulation("PEO"), 100.0, seed=3, preset="ideal").discs
    capacity = discs.heat_scan(T, 10.0, 8.0, 1).heat_flow_mW / (8 / 6)
    glass = discs.glass_transition_C
    assert glass == pytest.approx(truth_glass_transition_C(formulation("PEO")))
    rise = np.interp(glass + 20, T, capacity) - np.interp(glass - 20, T, capacity)
    assert 0.1 < rise - 40 * 0.003 < 0.8
    assert capacity.max() > capacity[T < 0].max() + 1, "crystals of poly(ethylene oxide) melt"
    assert 20 < T[np.argmax(capacity)] < 70


@pytest.mark.parametrize("preset", ["ideal", "clean"])
def test_without_scatter_a_film_has_the_truth_of_its_formulation(preset: str) -> None:
    made = formulation("PCL")
    discs = TwinFilm(made, 100.0, seed=8, preset=preset).discs
    assert discs.transference_number == pytest.approx(truth_transference_number(made))
    assert discs.oxidation_limit_V(60.0) == pytest.approx(truth_oxidation_limit_V(made, 60.0))


def test_a_reading_is_a_function_of_its_seed() -> None:
    discs = TwinFilm(formulation("PEO"), 100.0, seed=8).discs
    volts = np.linspace(2.5, 6, 200)
    one, same, other = (discs.voltage_sweep(60.0, volts, 0.5, seed).current_density_A_cm2 for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()

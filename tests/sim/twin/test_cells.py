"""Laws of the electrical cell: limits of the circuit, noise of the meter, the rule of `no intercept`."""

import numpy as np
import pytest

from sim.twin.cells import NO_INTERCEPT_RATIO, random_cell
from sim.twin.circuit import CellCircuit, InterfaceArc, geometric_capacitance_F
from sim.twin.meter import Meter, elapsed_share, sweep_frequencies_Hz

CELL = CellCircuit(1e5, 225e-12, 0.97, 3e-6, 0.66)
KINDS = ("fitted", "other", "no_intercept", "bad_contact", "drifting")


def test_peo_film_of_150_um_has_the_published_capacitance():
    assert geometric_capacitance_F(8, 150, 0.785) == pytest.approx(37e-12, rel=0.02)


@pytest.mark.parametrize(("relaxation", "width"), [("cpe", 0), ("havriliak_negami", 0.3), ("lognormal", 1.0)])
def test_direct_current_limit_of_every_bulk_is_R(relaxation, width):
    cell = CellCircuit(1e5, 225e-12, 0.97, 1e30, 0.66, relaxation=relaxation, relaxation_width=width)
    assert cell.impedance_ohm(np.array([1e-3])) == pytest.approx(1e5, rel=1e-4)


def test_resistance_scales_the_arc_and_capacitance_its_frequency():
    assert CELL.bulk_frequency_Hz == pytest.approx(1 / (2 * np.pi * 1e5 * 225e-12))
    f = np.array([CELL.bulk_frequency_Hz])
    pure = CellCircuit(1e5, 225e-12, 1.0, 1e30, 0.66)
    assert pure.impedance_ohm(f)[0] == pytest.approx(0.5e5 * (1 - 1j))


@pytest.mark.parametrize("relaxation", ["cpe", "havriliak_negami", "lognormal"])
def test_a_circuit_is_passive(relaxation):
    cell = CellCircuit(1e5, 225e-12, 0.95, 3e-6, 0.66, 1e-6, relaxation, 0.4, InterfaceArc(1e4, 1e-7, 0.85))
    assert np.all(cell.impedance_ohm(sweep_frequencies_Hz()).real > 0)


def test_noise_is_relative_where_current_flows_and_absolute_where_none_does():
    rng, n = np.random.default_rng(1), 4000
    meter = Meter(relative_noise=0.01)
    middle = meter.reading_ohm(np.full(n, 1e5 + 0j), rng)
    assert np.std(middle.real) == pytest.approx(1e3, rel=0.1)
    beyond = meter.reading_ohm(np.full(n, 1e4 * meter.maximum_impedance_ohm + 0j), rng)
    assert np.median(np.abs(beyond)) < 3 * meter.maximum_impedance_ohm
    small = meter.reading_ohm(np.full(n, 1e-4 + 0j), rng)
    assert np.std(small.real) == pytest.approx(0.002, rel=0.1)


def test_a_perfect_meter_reads_the_truth():
    z = CELL.impedance_ohm(sweep_frequencies_Hz())
    perfect = Meter(relative_noise=0, current_floor_A=0, impedance_floor_ohm=0)
    assert perfect.reading_ohm(z, np.random.default_rng(0)) == pytest.approx(z)


def test_most_of_a_sweep_is_spent_at_its_low_end():
    f = sweep_frequencies_Hz()
    gone = elapsed_share(f)
    assert np.all(np.diff(gone) > 0)
    assert np.interp(1.0, np.log10(f)[::-1], gone[::-1]) < 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_cells_are_drawn_within_the_published_ranges_and_repeat(kind):
    for seed in range(20):
        cell = random_cell(np.random.default_rng(seed), kind)
        again = random_cell(np.random.default_rng(seed), kind)
        assert np.array_equal(cell.impedance_ohm, again.impedance_ohm)
        assert cell.frequency_Hz.shape == cell.impedance_ohm.shape == (45,)
        assert 75 <= cell.geometry.thickness_um <= 380
        if kind != "no_intercept":
            assert 17 <= cell.true_resistance_ohm <= 1e8


def test_without_intercept_the_phase_stays_capacitive():
    """At the rule's limit the loss tangent of R is 1/ratio; the exponent of the CPE adds its own."""
    bound = 1 / NO_INTERCEPT_RATIO + np.tan(np.pi / 2 * 0.07) + 0.06
    for seed in range(50):
        cell = random_cell(
            np.random.default_rng(seed), "no_intercept", meter=Meter(relative_noise=0, current_floor_A=0)
        )
        assert np.all(cell.impedance_ohm.real[1:] < bound * np.abs(cell.impedance_ohm.imag[1:]) + 30)


def test_conductivity_range_decides_the_resistance():
    cell = random_cell(np.random.default_rng(3), "fitted", log10_sigma=(-5, -5))
    thickness, area = cell.geometry
    assert cell.true_resistance_ohm == pytest.approx(thickness * 1e-4 / (1e-5 * area))

"""Laws of the Kramers-Kronig test and of the noise that is read off it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.kramers_kronig import kramers_kronig_test
from models.spectrum_noise import relative_noise

FREQUENCY = np.geomspace(1e6, 1.0, 45)


def film(resistance_ohm: float, factor: np.ndarray | float = 1.0) -> NDArray[np.complex128]:
    """L–(R‖CPE)–CPE with values of a real cell, ohm; `factor` multiplies R at each frequency."""
    s = 2j * np.pi * FREQUENCY
    R = resistance_ohm * factor
    return 1e-6 * s + R / (1 + (s * R * 2.2e-10) ** 0.96) + 1 / (3e-6 * s**0.66)


@pytest.mark.parametrize("resistance", [20.0, 1e3, 1e5, 1e7, 1e9])
def test_a_blocking_cell_is_causal_whatever_its_resistance(resistance: float) -> None:
    assert kramers_kronig_test(FREQUENCY, film(resistance)).rms < 0.0015


@pytest.mark.parametrize("resistance", [1e4, 1e5, 1e6])
def test_a_film_that_drifts_during_the_sweep_is_seen(resistance: float) -> None:
    drift = 1 + 0.2 * np.linspace(0, 1, 45) ** 4
    assert kramers_kronig_test(FREQUENCY, film(resistance, drift)).rms > 0.003


def test_the_residual_is_the_noise() -> None:
    rng = np.random.default_rng(1)
    clean = film(1e5)
    found = []
    for _ in range(30):
        noise = 0.01 * (rng.standard_normal(45) + 1j * rng.standard_normal(45))
        found.append(kramers_kronig_test(FREQUENCY, clean * (1 + noise)).rms)
    assert np.mean(found) == pytest.approx(0.01, rel=0.1)


def test_the_test_does_not_depend_on_the_unit_of_impedance() -> None:
    rng = np.random.default_rng(2)
    measured: NDArray[np.complex128] = film(1e4) * (1 + 0.01 * rng.standard_normal(45))
    one, thousand = (kramers_kronig_test(FREQUENCY, factor * measured).residual for factor in (1.0, 1e3))
    np.testing.assert_allclose(one, thousand, atol=1e-9)


def test_a_current_floor_shows_where_the_impedance_is_large() -> None:
    rng = np.random.default_rng(3)
    clean = film(1e8)
    sd = np.hypot(0.003, 1e-9 * np.abs(clean))
    scatter = sd * (rng.standard_normal(45) + 1j * rng.standard_normal(45))
    noisy = clean * (1 + scatter)
    found = relative_noise(np.abs(noisy), kramers_kronig_test(FREQUENCY, np.asarray(noisy, dtype=np.complex128)))
    assert found[-1] > 5 * found[0]
    assert found[-1] == pytest.approx(sd[-1], rel=0.6)


def test_few_points_leave_degrees_of_freedom() -> None:
    frequency = np.geomspace(1e5, 10, 8)
    test = kramers_kronig_test(frequency, np.asarray(1e3 / (1 + 2e-6j * np.pi * frequency), dtype=np.complex128))
    assert test.parameters < 2 * len(frequency)

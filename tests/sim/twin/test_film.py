"""What instruments read of a film: repeatability, the shared film effect, scatter, faults."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.twin import Preset, TwinFilm, preset_named, truth_log10_conductivity
from sim.twin.meter import sweep_frequencies_Hz

F = sweep_frequencies_Hz()


def conductivity_decades(film, twin_film, T):
    """Departure of the cell's log10 σ from the truth."""
    sigma = 150e-4 / (twin_film.resistance_ohm(T) * 0.785)
    return np.log10(sigma) - truth_log10_conductivity(film, T)


def test_a_reading_repeats_with_its_seed_and_not_without(film):
    one, again, other = (TwinFilm(film(), 150, 0.785, 3, "default").spectrum(60, F, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_an_ideal_film_shows_its_resistance_in_its_spectrum(film):
    ideal = TwinFilm(film(), 150, 0.785, 0, "ideal")
    assert conductivity_decades(film(), ideal, 60) == pytest.approx(0, abs=1e-12)
    resistance = ideal.resistance_ohm(-60)
    below_the_arc = np.array([0.02 / (2 * np.pi * resistance * 225e-12)])
    assert ideal.spectrum(-60, below_the_arc, 0).real[0] == pytest.approx(resistance, rel=0.05)


def test_all_temperatures_share_the_film_effect(film):
    twin_film = TwinFilm(film(), 150, 0.785, 11, "default")
    effects = [conductivity_decades(film(), twin_film, T) for T in (30, 60, 90)]
    assert np.ptp(effects) < 1e-9


def test_default_scatter_is_a_tenth_of_a_decade_and_one_cell_in_twenty_fails(film):
    formulation = film()
    effects = [conductivity_decades(formulation, TwinFilm(formulation, 150, 0.785, s), 80) for s in range(800)]
    failed = np.array(effects) < -0.5
    assert 0.025 < failed.mean() < 0.085
    assert np.std(np.array(effects)[~failed]) == pytest.approx(0.10, abs=0.015)


def test_rough_cells_have_the_published_heavy_tails(film):
    """Standard deviations of groups of nominally identical cells: .11 .24 .43 1.10 2.39 at 10 25 50 75 90 %."""
    groups = []
    for i in range(80):
        formulation = film(r=0.05 + 1e-3 * i)
        cells = [conductivity_decades(formulation, TwinFilm(formulation, 150, 0.785, s, "rough"), 50) for s in range(6)]
        groups.append(np.std(cells, ddof=1))
    for quantile, published in ((10, 0.11), (50, 0.43), (90, 2.39)):
        assert np.log10(np.percentile(groups, quantile)) == pytest.approx(np.log10(published), abs=0.35)


def test_bad_contact_shows_in_the_blocking_electrode(film):
    preset = Preset(name="failing", contact_failures=1, film_sd_decades=0, unfitted_circuits=0, drifting_sweeps=0)
    low = np.array([1.0])
    for seed in range(5):
        failing, sound = (TwinFilm(film(), 150, 0.785, seed, p).spectrum(90, low, 0) for p in (preset, "clean"))
        assert abs(failing[0]) > 2.5 * abs(sound[0])


def test_modulus_without_seed_is_the_film_and_with_seed_a_reading(film):
    twin_film = TwinFilm(film(), 150)
    assert twin_film.storage_modulus_MPa(30) == twin_film.storage_modulus_MPa(30)
    readings = [twin_film.storage_modulus_MPa(30, seed) for seed in range(200)]
    assert np.std(np.log(readings)) == pytest.approx(0.05, rel=0.3)


def test_bad_input_is_refused(film):
    with pytest.raises(BadInput, match="rough"):
        preset_named("nasty")
    with pytest.raises(BadInput):
        TwinFilm(film(), 0.0)

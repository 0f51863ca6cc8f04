"""Laws of the equivalent circuits and of their fits."""

import numpy as np
import pytest

from models.circuit_fit import fit_circuit
from models.circuits import FILM, FILM_WITH_DISTRIBUTION, FILM_WITH_INTERFACE, Circuit, logit
from models.film_fit import fit_film, plain_starts

FREQUENCY = np.geomspace(1e6, 1.0, 45)
CIRCUITS = [FILM, FILM_WITH_INTERFACE, FILM_WITH_DISTRIBUTION]
VALUES = np.array([np.log(1e-6), np.log(1e5), np.log(2.2e-10), logit(0.96), np.log(3e-6), logit(0.66)])


@pytest.mark.parametrize("circuit", CIRCUITS, ids=lambda circuit: circuit.name)
def test_derivatives_are_those_of_the_impedance(circuit: Circuit) -> None:
    values, _ = circuit.prior
    _, slopes = circuit.evaluate(values, FREQUENCY)
    for k in range(len(values)):
        step = np.zeros_like(values)
        step[k] = 1e-6
        numeric = (circuit.impedance(values + step, FREQUENCY) - circuit.impedance(values - step, FREQUENCY)) / 2e-6
        np.testing.assert_allclose(slopes[:, k], numeric, rtol=1e-5, atol=1e-6 * np.abs(numeric).max())


@pytest.mark.parametrize("circuit", CIRCUITS, ids=lambda circuit: circuit.name)
def test_passive_circuits_have_a_positive_real_part(circuit: Circuit) -> None:
    rng = np.random.default_rng(4)
    mean, sd = circuit.prior
    values = mean + np.minimum(sd, 2.0) * rng.standard_normal((200, len(mean)))
    assert np.all(circuit.impedance(values, FREQUENCY).real > 0)


def test_the_film_is_a_capacitor_at_high_and_a_resistor_at_middle_frequencies() -> None:
    plain = VALUES.copy()
    plain[0], plain[3], plain[4] = -40.0, 30.0, 10.0  # no inductance, an ideal capacitor, ideal electrodes
    high = FILM.impedance(plain, np.array([1e9]))[0]
    assert (1 / high).imag == pytest.approx(2 * np.pi * 1e9 * 2.2e-10, rel=0.02)
    assert FILM.impedance(plain, np.array([100.0]))[0].real == pytest.approx(1e5, rel=0.05)


def test_an_arc_without_asymmetry_is_the_plain_one() -> None:
    symmetric = np.insert(VALUES, 4, 40.0)
    np.testing.assert_allclose(
        FILM_WITH_DISTRIBUTION.impedance(symmetric, FREQUENCY), FILM.impedance(VALUES, FREQUENCY), rtol=1e-9
    )


@pytest.mark.parametrize("resistance", [20.0, 1e3, 1e5, 1e7])
def test_a_fit_returns_what_was_put_in(resistance: float) -> None:
    values = VALUES.copy()
    values[1] = np.log(resistance)
    impedance = FILM.impedance(values, FREQUENCY)
    sd = 1e-4 * np.abs(impedance)
    fit = fit_circuit(FILM, FREQUENCY, impedance, sd, plain_starts(FREQUENCY, impedance))
    assert fit.value("resistance_ohm") == pytest.approx(np.log(resistance), abs=1e-3)


def test_twice_the_noise_is_twice_the_error_bar() -> None:
    impedance = FILM.impedance(VALUES, FREQUENCY)
    fits = [fit_circuit(FILM, FREQUENCY, impedance, share * np.abs(impedance), VALUES[None]) for share in (1e-3, 2e-3)]
    assert fits[1].sd("resistance_ohm") == pytest.approx(2 * fits[0].sd("resistance_ohm"), rel=0.02)


def test_an_interface_arc_is_told_from_the_bulk() -> None:
    values = np.concatenate([VALUES[:4], [np.log(3e4), np.log(1e-7), logit(0.85)], VALUES[4:]])
    rng = np.random.default_rng(5)
    noise = 0.003 * (rng.standard_normal(45) + 1j * rng.standard_normal(45))
    impedance = FILM_WITH_INTERFACE.impedance(values, FREQUENCY) * (1 + noise)
    candidates = fit_film(FREQUENCY, impedance, np.full(45, 0.003), 1.2)
    assert candidates.best.circuit is FILM_WITH_INTERFACE
    assert candidates.best.value("resistance_ohm") == pytest.approx(np.log(1e5), abs=0.02)
    assert candidates.weights.sum() == pytest.approx(1)


def test_the_plain_circuit_is_kept_where_it_fits() -> None:
    rng = np.random.default_rng(6)
    noise = 0.003 * (rng.standard_normal(45) + 1j * rng.standard_normal(45))
    candidates = fit_film(FREQUENCY, FILM.impedance(VALUES, FREQUENCY) * (1 + noise), np.full(45, 0.003), 1.3)
    assert [fit.circuit for fit in candidates.fits] == [FILM]

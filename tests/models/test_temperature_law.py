"""Laws of temperature: each is found where it rules, an outlier is told, and nothing is read too far off."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from models.temperature_law import NoLaw, NoReading, fit_temperature_law, read_at
from models.temperature_shapes import GAS_CONSTANT_kJ_mol_K, LawKind, fit_shape, shape_slopes, shape_value

T = np.arange(30.0, 81.0, 10.0)
R = GAS_CONSTANT_kJ_mol_K * np.log(10)


def arrhenius(temperature_C: np.ndarray) -> np.ndarray:
    return 3 - 60 / (R * (temperature_C + 273.15))


def vtf(temperature_C: np.ndarray) -> np.ndarray:
    """PEO/LiTFSI, r .06 to .09, with T0 190 K."""
    return np.log10(0.242) - 7.24 / (R * (temperature_C + 273.15 - 190))


def kinked(temperature_C: np.ndarray) -> np.ndarray:
    """A melting host: 120 kJ/mol below 60 °C, 35 above."""
    x = 1 / (temperature_C + 273.15) - 1 / 333.15
    return -3.5 - np.where(temperature_C < 60, 120, 35) / R * x


def points(values: np.ndarray, at: np.ndarray = T) -> list[tuple[float, float, float]]:
    return [(float(t), float(y), 0.003) for t, y in zip(at, values, strict=True)]


def law_of(values: np.ndarray, at: np.ndarray = T, shared_sd: float = 0.0):
    return fit_temperature_law(at.tolist(), values.tolist(), [0.003] * len(at), shared_sd)


@pytest.mark.parametrize(("truth", "kind"), [(arrhenius, "arrhenius"), (vtf, "vtf"), (kinked, "two_branch")])
def test_each_law_is_found_where_it_rules(truth, kind: str) -> None:
    law = law_of(truth(T) + 0.005 * np.random.default_rng(2).standard_normal(6))
    assert law.kind == kind
    assert law.log10_conductivity(45.0) == pytest.approx(float(truth(np.array([45.0]))[0]), abs=0.03)


def test_parameters_come_back_with_errors_that_hold_them() -> None:
    law = law_of(arrhenius(T) + 0.01 * np.random.default_rng(3).standard_normal(6))
    error = law.parameters["activation_energy_kJ_mol"] - 60
    assert abs(error) < 3 * law.parameters_sd["activation_energy_kJ_mol"]


def test_the_kink_is_found() -> None:
    law = law_of(kinked(T))
    assert law.parameters["kink_temperature_K"] == pytest.approx(333.15, abs=2)


def test_an_error_that_all_temperatures_share_bends_no_law() -> None:
    plain, shifted = law_of(arrhenius(T)), law_of(arrhenius(T) + 0.3, shared_sd=0.1)
    assert plain.kind == shifted.kind == "arrhenius"
    assert shifted.sd(45.0) == pytest.approx(np.hypot(plain.sd(45.0), 0.1), rel=1e-3)
    assert shifted.parameters["activation_energy_kJ_mol"] == pytest.approx(60, abs=0.1)


def test_one_outlier_is_flagged_and_left_out() -> None:
    values = arrhenius(T)
    values[3] -= 1.5
    law = law_of(values)
    assert law.outliers == (3,)
    assert law.log10_conductivity(60.0) == pytest.approx(float(arrhenius(np.array([60.0]))[0]), abs=0.02)
    reading = read_at(60.0, points(values), law)
    assert not reading.measured
    assert reading.log10_conductivity == pytest.approx(float(arrhenius(np.array([60.0]))[0]), abs=0.02)


def test_no_point_of_a_clean_series_is_an_outlier() -> None:
    rng = np.random.default_rng(4)
    for truth in (arrhenius, vtf, kinked):
        assert law_of(truth(T) + 0.01 * rng.standard_normal(6)).outliers == ()


def test_the_order_of_the_points_does_not_matter() -> None:
    values = vtf(T) + 0.005 * np.random.default_rng(5).standard_normal(6)
    one, other = law_of(values), law_of(values[::-1].copy(), T[::-1].copy())
    assert one.log10_conductivity(45.0) == pytest.approx(other.log10_conductivity(45.0), abs=1e-6)


def test_a_measured_temperature_is_read_not_the_law() -> None:
    values = arrhenius(T)
    values[0] += 0.05
    reading = read_at(30.3, points(values), law_of(values))
    assert reading.measured
    assert reading.log10_conductivity == pytest.approx(values[0] + 0.3 * 60 / (R * 303.2**2), abs=0.002)
    assert reading.sd == pytest.approx(0.003)


def test_between_temperatures_the_law_is_read_with_its_error() -> None:
    reading = read_at(45.0, points(arrhenius(T)), law_of(arrhenius(T)))
    assert not reading.measured
    assert 0 < reading.sd < 0.05


def test_the_error_grows_outside_and_far_outside_nothing_is_read() -> None:
    law = law_of(vtf(T))
    assert law.sd(22.0) > law.sd(55.0)
    with pytest.raises(NoReading, match="outside the measured 30 to 80"):
        read_at(15.0, points(vtf(T)), law)
    with pytest.raises(NoReading, match="no law"):
        read_at(15.0, points(vtf(T)), None)


def test_too_few_temperatures_carry_no_law() -> None:
    with pytest.raises(NoLaw, match="2 temperatures"):
        fit_temperature_law([30, 40], [-5, -4.8], [0.01, 0.01])
    with pytest.raises(NoLaw, match="0 temperatures"):
        fit_temperature_law([], [], [])
    assert law_of(arrhenius(T[:3]), T[:3]).kind == "arrhenius"


def test_series_of_unlike_length_are_refused() -> None:
    with pytest.raises(BadInput):
        fit_temperature_law([30, 40, 50], [-5, -4.8], [0.01, 0.01])


@pytest.mark.parametrize("kind", list(LawKind))
def test_slopes_are_those_of_the_shape(kind: LawKind) -> None:
    kelvin = np.arange(300.0, 361.0, 7.0)
    fit = fit_shape(kind, kelvin, kinked(kelvin - 273.15), np.full(len(kelvin), 0.01))
    assert fit is not None
    slopes = shape_slopes(kind, fit.parameters, kelvin)
    for k in range(len(fit.parameters)):
        step = np.zeros_like(fit.parameters)
        step[k] = 1e-4
        up, down = (shape_value(kind, fit.parameters + sign * step, kelvin) for sign in (1, -1))
        np.testing.assert_allclose(slopes[:, k], (up - down) / 2e-4, rtol=1e-3, atol=1e-8)

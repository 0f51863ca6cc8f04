"""From spectra to conductivities and verdicts: accuracy, honesty, and no exception whatever comes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.measurement import ImpedanceSpectrum
from models.analysis import Limits, Verdict, analyse_spectrum
from models.circuit_fit import _covariance
from models.spectrum_plot import plot_spectrum

FREQUENCY = np.geomspace(1e6, 1.0, 45)


def film(
    resistance: float, *, blocking_Q: float = 3e-6, inductance: float = 1e-6, factor: np.ndarray | float = 1.0
) -> np.ndarray:
    """L–(R‖CPE)–CPE, ohm."""
    s = 2j * np.pi * FREQUENCY
    R = resistance * factor
    return inductance * s + R / (1 + (s * R * 2.2e-10) ** 0.96) + 1 / (blocking_Q * s**0.66)


def spectrum(impedance: np.ndarray, seed: int = 0, noise: float = 0.003, **fields: object) -> ImpedanceSpectrum:
    """The impedance with noise, in a 150 µm film on 0.785 cm²."""
    rng = np.random.default_rng(seed)
    n = len(impedance)
    measured = impedance * (1 + noise * (rng.standard_normal(n) + 1j * rng.standard_normal(n)))
    defaults: dict[str, object] = {
        "frequency_Hz": tuple(FREQUENCY[:n].tolist()),
        "real_ohm": tuple(measured.real.tolist()),
        "imaginary_ohm": tuple(measured.imag.tolist()),
        "thickness_um": 150.0,
        "area_cm2": 0.785,
    }
    return ImpedanceSpectrum.model_validate(defaults | fields)


@pytest.mark.parametrize("resistance", [20.0, 1e2, 1e4, 1e6, 1e8])
def test_conductivity_is_length_over_resistance_and_area(resistance: float) -> None:
    result = analyse_spectrum(spectrum(film(resistance)))
    assert result.verdict is Verdict.ACCEPTED, result.reason
    assert result.log10_conductivity == pytest.approx(np.log10(0.015 / 0.785 / resistance), abs=0.01)


def test_the_error_bar_holds_the_geometry() -> None:
    measured = spectrum(film(1e5))
    exact = analyse_spectrum(measured, Limits(thickness_relative_sd=0, area_relative_sd=0))
    rough = analyse_spectrum(measured, Limits(thickness_relative_sd=0.1, area_relative_sd=0))
    assert exact.log10_conductivity_sd == exact.log10_resistance_sd
    assert rough.log10_conductivity_sd == pytest.approx(np.hypot(exact.log10_resistance_sd or 0, 0.1 / np.log(10)))


def test_stated_intervals_cover_the_truth() -> None:
    inside = 0
    for seed in range(40):
        result = analyse_spectrum(spectrum(film(10 ** (2 + seed / 8)), seed=seed))
        assert result.resistance_ohm is not None
        assert result.log10_resistance_sd is not None
        error = np.log10(result.resistance_ohm) - (2 + seed / 8)
        inside += abs(error) < 1.645 * result.log10_resistance_sd
    assert 32 <= inside <= 40


def test_order_and_repeats_of_the_points_do_not_matter() -> None:
    plain = spectrum(film(1e5))
    shuffled = np.random.default_rng(1).permutation(45)
    columns = {name: np.array(getattr(plain, name)) for name in ("frequency_Hz", "real_ohm", "imaginary_ohm")}
    other = plain.model_copy(update={name: tuple(values[shuffled].tolist()) for name, values in columns.items()})
    twice = plain.model_copy(
        update={name: (*values.tolist(), *values[:5].tolist()) for name, values in columns.items()}
    )
    first, second, third = (analyse_spectrum(x) for x in (plain, other, twice))
    assert first.log10_conductivity == pytest.approx(second.log10_conductivity, abs=1e-6)
    assert first.log10_conductivity == pytest.approx(third.log10_conductivity, abs=5e-3)
    assert second.circuit is not None
    fitted = np.abs(second.circuit.fitted_ohm)
    assert np.allclose(fitted, np.abs(np.array(other.real_ohm) + 1j * np.array(other.imaginary_ohm)), rtol=0.05)


@pytest.mark.parametrize("resistance", [1e10, 1e12])
def test_a_film_that_hardly_conducts_has_no_intercept_but_a_bound(resistance: float) -> None:
    result = analyse_spectrum(spectrum(film(resistance)))
    assert result.verdict is Verdict.NO_INTERCEPT
    assert result.log10_conductivity is None
    assert result.log10_conductivity_below is not None
    assert result.log10_conductivity_below > np.log10(0.015 / 0.785 / resistance)


def test_a_tail_alone_has_no_intercept() -> None:
    result = analyse_spectrum(spectrum(film(1e-2, inductance=0.0)))
    assert result.verdict is Verdict.NO_INTERCEPT
    assert result.log10_conductivity_below is None


def test_a_bad_contact_is_told_by_its_blocking_capacitance() -> None:
    result = analyse_spectrum(spectrum(film(1e5 / 0.1, blocking_Q=3e-7)))
    assert result.verdict is Verdict.BAD_CONTACT
    assert result.log10_conductivity is None
    assert result.resistance_ohm == pytest.approx(1e6, rel=0.02)


def test_a_film_that_changes_during_the_sweep_is_not_causal() -> None:
    drift = 1 + 0.4 * np.linspace(0, 1, 45) ** 4
    assert analyse_spectrum(spectrum(film(1e5, factor=drift))).verdict is Verdict.NOT_CAUSAL


def test_a_battery_like_cell_is_no_film() -> None:
    s = 2j * np.pi * FREQUENCY
    z = 50 / (1 + s * 50 * 1e-5) + 29
    assert analyse_spectrum(spectrum(z)).verdict is Verdict.MISFIT


def test_a_short_circuit_is_not_reported_as_a_superb_film() -> None:
    s = 2j * np.pi * FREQUENCY
    result = analyse_spectrum(spectrum(0.02 + 1e-7 * s + 1 / (400 * s**0.6)))
    assert result.verdict is not Verdict.ACCEPTED


def test_an_aborted_sweep_is_said_to_be_one() -> None:
    result = analyse_spectrum(spectrum(film(1e5)[:20], complete=False))
    assert result.verdict is not Verdict.ACCEPTED
    assert "aborted" in result.reason


def test_without_geometry_the_resistance_is_still_told() -> None:
    result = analyse_spectrum(spectrum(film(1e5), thickness_um=None))
    assert result.verdict is Verdict.INCOMPLETE
    assert "thickness_um" in result.reason
    assert result.resistance_ohm == pytest.approx(1e5, rel=0.01)


def test_too_few_points_are_refused_with_the_number() -> None:
    result = analyse_spectrum(spectrum(film(1e5)[:5]))
    assert result.verdict is Verdict.INCOMPLETE
    assert "5 frequencies" in result.reason


def test_an_impossible_modulus_is_refused_with_its_place() -> None:
    z = film(1e5)
    z[7] = 0
    result = analyse_spectrum(spectrum(z, noise=0))
    assert result.verdict is Verdict.INCOMPLETE
    assert f"{FREQUENCY[7]:.4g} Hz" in result.reason


finite = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(min_value=1e-3, max_value=1e8, allow_nan=False), finite, finite), min_size=0, max_size=20
    )
)
def test_any_finite_spectrum_gets_a_verdict(points: list[tuple[float, float, float]]) -> None:
    frequency, real, imaginary = zip(*points, strict=True) if points else ((), (), ())
    result = analyse_spectrum(
        ImpedanceSpectrum(
            frequency_Hz=frequency, real_ohm=real, imaginary_ohm=imaginary, thickness_um=150, area_cm2=0.785
        )
    )
    assert result.reason


FLAT = [
    (1.0, 111741303646.0, 0.0),
    (2.0, 931518755.0, 1.0),
    (19.0, 5326702930.0, 1.0),
    (62.0, 2281926083.0, 2.0),
    (38.0, 0.0, 224589518537.0),
    (113604.0, 23779.0, 3.0),
    (6823357.0, 5.7e-06, 0.0),
    (33452076.0, 51456140251.0, 6.0),
]
"""Points on which some parameters of the circuit have no bearing: the normal matrix of the fit is singular."""
STEEP = [
    (1.0, 0.0, 55992480969.0),
    (1.0, 0.0, 55992480972.0),
    (1.0, 0.0, 44608262797.0),
    (2.0, 69196721780.0, 1.0),
    (27.0, 0.0, 112561046526.0),
    (31.0, 127023708501.0, 0.0),
    (8706830.0, 487936067949.0, 0.0),
    (1.375, 0.0, 62705523049.0),
    (5008747.625, 0.0, 1e-05),
    (0.5, 0.0, 907079022110.0),
]
"""Points of which one weighs so much that the rest is lost in the squares: singular in floating point, quite."""


@pytest.mark.parametrize("points", [FLAT, STEEP])
def test_points_that_leave_parameters_free_get_a_verdict(points: list[tuple[float, float, float]]) -> None:
    test_any_finite_spectrum_gets_a_verdict.hypothesis.inner_test(points)  # pyright: ignore[reportFunctionMemberAccess]


def test_a_covariance_without_squares_is_the_inverse_of_the_normal_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    jacobian = np.random.default_rng(1).normal(size=(40, 6)) * np.logspace(-2, 2, 6)
    expected = _covariance(jacobian)

    def singular(_: np.ndarray) -> np.ndarray:
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(np.linalg, "inv", singular)
    np.testing.assert_allclose(_covariance(jacobian), expected, rtol=1e-9)


@pytest.mark.parametrize("z", [1.0, -5.0, 1j, -1j * 1e9, 1e-5 + 1e-5j, 1e14])
def test_constant_impedances_get_a_verdict(z: complex) -> None:
    assert not analyse_spectrum(spectrum(np.full(45, z, complex), noise=0)).accepted


def test_results_survive_a_round_trip_as_json() -> None:
    result = analyse_spectrum(spectrum(film(1e5)))
    assert type(result).model_validate_json(result.model_dump_json()) == result


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    measured = spectrum(film(1e5))
    target = tmp_path / "spectrum.png"
    plot_spectrum(measured, analyse_spectrum(measured), target)
    assert target.read_bytes().startswith(b"\x89PNG")

"""Polarisation, voltage sweep and scan of heat: known answers come back, what says nothing is refused and told so."""

import numpy as np
import pytest

from ledger.measurement import Calorimetry, ImpedanceSpectrum, Polarisation, VoltageSweep
from models.film_judgement import judge_film
from models.glass_transition import analyse_calorimetry
from models.lithium_spectrum import fit_lithium_spectrum
from models.oxidation import OxidationLimits, analyse_voltage_sweep
from models.property_result import PropertyVerdict
from models.transference import analyse_polarisation

FREQUENCY_Hz = np.logspace(6, -1, 50)
TIME_s = np.union1d(np.geomspace(0.2, 3e4, 120), np.linspace(0.2, 3e4, 120))
VOLTS = np.linspace(2.5, 6, 700)
SCAN_C = np.linspace(-130, 120, 501)
FILM_ohm, INTERFACE_ohm = 100.0, 80.0


def lithium_spectrum(film: float = FILM_ohm, interface: float = INTERFACE_ohm, noise: float = 0.0) -> ImpedanceSpectrum:
    s = 2j * np.pi * FREQUENCY_Hz
    Z = film / (1 + s * film * 2.3e-10) + interface / (1 + (s * interface * 2e-6) ** 0.9) + 0.02 * film / np.sqrt(s)
    rng = np.random.default_rng(4)
    Z = Z * (1 + noise * (rng.standard_normal(len(s)) + 1j * rng.standard_normal(len(s))))
    return ImpedanceSpectrum(
        frequency_Hz=tuple(FREQUENCY_Hz),
        real_ohm=tuple(Z.real),
        imaginary_ohm=tuple(Z.imag),
        thickness_um=100.0,
        area_cm2=0.785,
    )


def polarisation(
    transference: float, tau_s: float = 2000.0, voltage_V: float = 0.01, **changes: object
) -> Polarisation:
    """Ohm's law at first, the square root of time then, one exponential at last."""
    settled = 1 - 8 / np.pi**2 * sum(np.exp(-(n**2) * TIME_s / tau_s) / n**2 for n in range(1, 400, 2))
    resistance = FILM_ohm + INTERFACE_ohm + FILM_ohm * (1 / transference - 1) * settled
    noise = 1 + 5e-4 * np.random.default_rng(1).standard_normal(len(TIME_s))
    content = {
        "voltage_V": voltage_V,
        "time_s": tuple(TIME_s),
        "current_A": tuple(voltage_V / resistance * noise),
        "before": lithium_spectrum(),
        "after": lithium_spectrum(),
        "temperature_C": 70.0,
    }
    return Polarisation.model_validate({**content, **changes})


def sweep(limit_V: float = 4.2, leak: float = 1e-8, slope_V: float = 0.08, film_ohm_cm2: float = 50.0) -> VoltageSweep:
    inner = np.arange(2.5, 7, 1e-3)
    density = 2e-8 + leak * (inner - 2.5) + 1e-5 * np.exp((inner - limit_V) / slope_V)
    read = np.interp(VOLTS, inner + film_ohm_cm2 * density, density)
    read = read + 2e-9 * np.random.default_rng(2).standard_normal(len(VOLTS))
    return VoltageSweep(
        potential_V=tuple(VOLTS),
        current_density_A_cm2=tuple(read),
        rate_mV_s=0.5,
        resistance_ohm_cm2=film_ohm_cm2,
        temperature_C=70.0,
    )


def scan(glass_C: float, step: float = 0.4, melting_J_g: float = 0.0, noise: float = 2e-3) -> Calorimetry:
    capacity = 1.3 + 0.003 * SCAN_C + step / (1 + np.exp(-np.clip((SCAN_C - glass_C) / 2.0, -60, 60)))
    capacity += melting_J_g / 15 * np.exp(-0.5 * ((SCAN_C - 55) / 6) ** 2)
    capacity += noise * np.random.default_rng(3).standard_normal(len(SCAN_C))
    return Calorimetry(
        sample_temperature_C=tuple(SCAN_C), heat_flow_mW=tuple(capacity * 8 / 6), rate_K_min=10.0, mass_mg=8.0
    )


def test_a_lithium_spectrum_is_parted_into_film_and_interfaces() -> None:
    found = fit_lithium_spectrum(lithium_spectrum(noise=0.003))
    assert found is not None
    assert found.film_ohm == pytest.approx(FILM_ohm, rel=0.02)
    assert found.interface_ohm == pytest.approx(INTERFACE_ohm, rel=0.03)


@pytest.mark.parametrize("transference", [0.1, 0.25, 0.5, 0.9])
def test_the_transference_number_comes_back_within_its_error(transference: float) -> None:
    result = analyse_polarisation(polarisation(transference))
    assert result.accepted, result.reason
    assert result.value is not None
    assert result.sd is not None
    assert abs(result.value - transference) < max(3 * result.sd, 0.01)
    assert result.sd < 0.05


def test_without_concentration_polarisation_lithium_carries_all() -> None:
    result = analyse_polarisation(polarisation(1.0))
    assert result.accepted, result.reason
    assert result.value == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("bad", "verdict", "word"),
    [
        (polarisation(0.3, voltage_V=0.1), PropertyVerdict.NOT_SMALL, "10 mV"),
        (polarisation(0.3, tau_s=2e5), PropertyVerdict.NOT_STEADY, "longer"),
        (polarisation(0.3, current_A=(-1e-5,) * len(TIME_s)), PropertyVerdict.NOT_OHMIC, "sign"),
        (polarisation(0.3, before=lithium_spectrum(300.0)), PropertyVerdict.NOT_OHMIC, "first current"),
        (polarisation(0.3, time_s=(1.0, 2.0), current_A=(1e-5, 1e-5)), PropertyVerdict.INCOMPLETE, "2 points"),
        (polarisation(1.25), PropertyVerdict.IMPOSSIBLE, "outside 0 to 1"),
    ],
    ids=lambda value: str(value) if isinstance(value, PropertyVerdict) else "",
)
def test_a_polarisation_that_says_nothing_is_refused(bad: Polarisation, verdict: PropertyVerdict, word: str) -> None:
    result = analyse_polarisation(bad)
    assert result.verdict is verdict, result.reason
    assert word in result.reason
    assert result.value is None


def test_a_film_that_conducts_too_little_for_its_salt_to_follow_is_refused() -> None:
    """Its current looks steady: nothing has moved yet."""
    still = 1e4 * FILM_ohm + INTERFACE_ohm
    slow = lithium_spectrum(film=1e4 * FILM_ohm)
    result = analyse_polarisation(polarisation(0.3, current_A=(0.01 / still,) * len(TIME_s), before=slow, after=slow))
    assert result.verdict is PropertyVerdict.NOT_STEADY
    assert "conducts so little" in result.reason


@pytest.mark.parametrize("limit_V", [3.6, 4.2, 5.1])
def test_the_oxidation_limit_comes_back_with_what_the_threshold_makes(limit_V: float) -> None:
    result = analyse_voltage_sweep(sweep(limit_V))
    assert result.accepted, result.reason
    assert result.value == pytest.approx(limit_V, abs=0.01)
    assert result.sd is not None
    assert result.sd > 0.08 * np.log(2) / np.sqrt(3) * 0.9
    higher = analyse_voltage_sweep(sweep(limit_V), OxidationLimits(threshold_A_cm2=2e-5))
    assert higher.value == pytest.approx(limit_V + 0.08 * np.log(2), abs=0.01)


def test_what_the_film_takes_of_the_potential_is_taken_off() -> None:
    values = [analyse_voltage_sweep(sweep(film_ohm_cm2=ohm)).value for ohm in (0.0, 1e4)]
    assert values[0] == pytest.approx(values[1], abs=0.01)


@pytest.mark.parametrize(
    ("bad", "verdict"),
    [
        (sweep(7.5), PropertyVerdict.NOT_REACHED),
        (sweep(leak=4e-6), PropertyVerdict.BAD_BASELINE),
        (sweep(film_ohm_cm2=1e5), PropertyVerdict.UNCERTAIN),
        (sweep(2.4), PropertyVerdict.BAD_BASELINE),
    ],
    ids=lambda value: str(value) if isinstance(value, PropertyVerdict) else "",
)
def test_a_sweep_that_says_nothing_is_refused(bad: VoltageSweep, verdict: PropertyVerdict) -> None:
    result = analyse_voltage_sweep(bad)
    assert result.verdict is verdict, result.reason
    assert result.value is None
    assert (result.above is not None) == (verdict is PropertyVerdict.NOT_REACHED)


def test_a_limit_that_is_not_reached_is_a_lower_bound() -> None:
    assert analyse_voltage_sweep(sweep(7.5)).above == pytest.approx(6.0, abs=0.01)


@pytest.mark.parametrize("melting_J_g", [0.0, 100.0], ids=["amorphous", "with crystals"])
@pytest.mark.parametrize("glass_C", [-80.0, -40.0, 10.0])
def test_the_glass_transition_comes_back_with_and_without_melting(glass_C: float, melting_J_g: float) -> None:
    result = analyse_calorimetry(scan(glass_C, melting_J_g=melting_J_g))
    assert result.accepted, result.reason
    assert result.value == pytest.approx(glass_C, abs=1.0)
    assert result.sd is not None
    assert 0.3 < result.sd < 3


@pytest.mark.parametrize("melting_J_g", [0.0, 100.0], ids=["nothing", "crystals only"])
def test_no_step_is_found_where_there_is_none(melting_J_g: float) -> None:
    result = analyse_calorimetry(scan(-40.0, step=0.0, melting_J_g=melting_J_g))
    assert result.verdict is PropertyVerdict.NO_STEP, result
    assert result.value is None


def test_noise_hides_a_small_step() -> None:
    assert analyse_calorimetry(scan(-40.0, step=0.1, noise=0.3)).verdict is PropertyVerdict.NO_STEP


def test_a_judgement_reads_what_is_asked_for_and_says_what_is_missing() -> None:
    measured = [polarisation(0.3), scan(-40.0), sweep(4.2)]
    asked = [("transference_number", 70.0), ("glass_transition", None), ("oxidation_limit", 70.0)]
    judged = judge_film(measured, asked)
    assert not judged.reason
    assert {(reading.property, reading.temperature_C) for reading in judged.readings} == set(asked)
    assert judged.measured_in == (0, 1, 2)
    assert [result.accepted for result in judged.results] == [True] * 3


def test_a_film_without_what_is_asked_for_is_discarded_with_the_reason() -> None:
    judged = judge_film([sweep(7.5)], [("oxidation_limit", 70.0), ("glass_transition", None)])
    assert "oxidation limit: not_reached" in judged.reason
    assert "no glass transition was measured" in judged.reason
    elsewhere = judge_film([sweep(4.2)], [("oxidation_limit", 40.0)])
    assert "no oxidation limit was measured" in elsewhere.reason

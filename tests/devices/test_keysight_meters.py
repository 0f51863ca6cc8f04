"""The Keysight impedance meters against the dialogue that their manuals give."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from devices.drivers.impedance_sweep import frequencies_Hz, point_count
from devices.drivers.keysight_e4980a import KeysightE4980A, KeysightE4980ASettings
from devices.drivers.keysight_e4990a import KeysightE4990A, KeysightE4990ASettings
from devices.drivers.protocols import Task
from devices.errors import InstrumentError
from devices.impedance_meter import ImpedanceMeter
from tests.devices.simulated_dialogue import SimulatedDialogue

Meter = KeysightE4980A | KeysightE4990A


def sweep(high_Hz: float, low_Hz: float, points_per_decade: int = 2) -> Task:
    written = {"high_Hz": high_Hz, "low_Hz": low_Hz, "points_per_decade": points_per_decade}
    return Task("one", "film", "Sweep", written)


@pytest.fixture
def lcr(tmp_path: Path) -> Callable[[str], KeysightE4980A]:
    dialogue = SimulatedDialogue(tmp_path, "e4980a")
    return lambda host: KeysightE4980A(KeysightE4980ASettings(**dialogue.settings(host)))


@pytest.fixture
def analyser_dialogue(tmp_path: Path) -> SimulatedDialogue:
    return SimulatedDialogue(tmp_path, "e4990a")


@pytest.fixture
def analyser(analyser_dialogue: SimulatedDialogue) -> KeysightE4990A:
    return KeysightE4990A(KeysightE4990ASettings(**analyser_dialogue.settings("analyser")))


def never() -> bool:
    return False


@pytest.mark.parametrize("points_per_decade", [1, 5, 7])
def test_a_sweep_goes_from_high_to_low_in_equal_steps_of_the_logarithm(points_per_decade: int):
    points = frequencies_Hz(sweep(1e6, 20.0, points_per_decade))
    assert len(points) == point_count(sweep(1e6, 20.0, points_per_decade))
    assert (points[0], points[-1]) == (pytest.approx(1e6), pytest.approx(20.0))
    steps = [math.log(a / b) for a, b in itertools.pairwise(points)]
    assert min(steps) > 0
    assert max(steps) == pytest.approx(min(steps))
    assert 1 / math.log10(points[0] / points[1]) == pytest.approx(points_per_decade, rel=0.2)


def test_the_lcr_meter_measures_point_by_point(lcr: Callable[[str], KeysightE4980A]):
    meter = lcr("meter")
    assert "E4980A" in meter.connect()
    task = sweep(1e6, 100.0)
    result = meter.perform(task, never)
    assert set(result) == set(ImpedanceMeter.results)
    assert result["frequency_Hz"] == pytest.approx(frequencies_Hz(task), rel=1e-3)
    assert result["frequency_Hz"] != frequencies_Hz(task), "as the meter rounded them"
    assert result["real_ohm"] == [1200.0] * point_count(task)
    assert result["imaginary_ohm"] == [-340.0] * point_count(task)
    meter.safe()
    meter.close()


def test_the_analyser_hands_its_sweep_over_from_high_to_low(analyser: KeysightE4990A):
    assert "E4990A" in analyser.connect()
    result = analyser.perform(sweep(1e5, 100.0, 1), never)
    assert set(result) == set(ImpedanceMeter.results)
    assert result["frequency_Hz"] == [1e5, 1e4, 1e3, 1e2]
    assert result["real_ohm"] == [1.0, 10.0, 100.0, 1000.0], "the point that was measured there"
    assert result["imaginary_ohm"] == [2 * real for real in result["real_ohm"]]
    analyser.safe()


def test_frequencies_outside_of_its_range_are_refused_before_anything_is_sent(
    lcr: Callable[[str], KeysightE4980A], analyser: KeysightE4990A
):
    meter = lcr("meter")  # neither is connected
    assert meter.refusal(sweep(2e6, 20.0)) is None
    assert analyser.refusal(sweep(120e6, 20.0)) is None
    for refusal in (
        meter.refusal(sweep(3e6, 20.0)),
        meter.refusal(sweep(1e6, 1.0)),
        analyser.refusal(sweep(130e6, 20.0)),
        analyser.refusal(sweep(1e6, 10.0)),
    ):
        assert refusal is not None
        assert "it measures from 20 to" in refusal
    assert "1601 at most" in str(analyser.refusal(sweep(100e6, 20.0, 400)))
    assert "down to" in str(meter.refusal(sweep(100.0, 1e4)))


def test_what_the_instrument_refuses_is_told_in_its_own_words(
    lcr: Callable[[str], KeysightE4980A], analyser: KeysightE4990A
):
    """Both have less than the driver was told: what only they know."""
    meter: Meter
    for meter in (lcr("meter"), analyser):
        meter.connect()
        task = sweep(2e6 if isinstance(meter, KeysightE4980A) else 50e6, 100.0)
        assert meter.refusal(task) is None
        with pytest.raises(InstrumentError) as refused:
            meter.perform(task, never)
        assert refused.value.words == '-222,"Data out of range"'


def test_an_overload_is_no_impedance(lcr: Callable[[str], KeysightE4980A]):
    meter = lcr("overloaded")
    meter.connect()
    with pytest.raises(InstrumentError, match="status \\+1, overload"):
        meter.perform(sweep(1e6, 100.0), never)


def test_another_instrument_at_its_address_is_refused(lcr: Callable[[str], KeysightE4980A]):
    meter = lcr("voltmeter")
    with pytest.raises(InstrumentError, match=r"another instrument answers at TCPIP0::voltmeter.*34401A"):
        meter.connect()
    with pytest.raises(InstrumentError, match="not connected"):
        meter.safe()


def test_nobody_at_its_address(lcr: Callable[[str], KeysightE4980A]):
    with pytest.raises(InstrumentError, match="nobody answers at TCPIP0::nowhere"):
        lcr("nowhere").connect()


def test_silence_ends_after_the_time_limit(lcr: Callable[[str], KeysightE4980A]):
    meter = lcr("mute")
    meter.connect()
    with pytest.raises(InstrumentError, match=r"no answer to SYST:ERR\? within 0.2 s"):
        meter.perform(sweep(1e6, 100.0), never)


def test_a_sweep_that_is_called_off_stops(
    lcr: Callable[[str], KeysightE4980A], analyser: KeysightE4990A, analyser_dialogue: SimulatedDialogue
):
    meter = lcr("neverdone")
    meter.connect()
    with pytest.raises(InstrumentError, match=r"stopped at 1e.06 Hz"):
        meter.perform(sweep(1e6, 100.0), lambda: True)
    analyser.connect()
    analyser_dialogue.tell("analyser", "SIMULATE:OPER 0")
    with pytest.raises(InstrumentError, match="stopped in the middle"):
        analyser.perform(sweep(1e5, 100.0), lambda: True)


def test_a_measurement_that_does_not_end_is_given_up(tmp_path: Path):
    dialogue = SimulatedDialogue(tmp_path, "e4980a")
    meter = KeysightE4980A(KeysightE4980ASettings(**dialogue.settings("neverdone", point_limit_s=0.05)))
    meter.connect()
    with pytest.raises(InstrumentError, match=r"no measurement at 1e.06 Hz within 0.05 s"):
        meter.perform(sweep(1e6, 100.0), never)

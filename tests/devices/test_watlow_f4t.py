"""The temperature chamber against the dialogue that its manuals give."""

import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from devices.drivers.protocols import Task
from devices.drivers.watlow_f4t import WatlowF4T, WatlowF4TSettings
from devices.errors import InstrumentError
from devices.thermal_stage import ThermalStage
from tests.devices.simulated_dialogue import SimulatedDialogue
from tests.served import until

OFF = Task("off", "", "HeaterOff", {"target_C": 0.0})


def heat(target_C: float) -> Task:
    return Task("heat", "film", "SetTemperature", {"target_C": target_C})


class Chamber:
    """The driver, and the chamber that it speaks with."""

    def __init__(self, folder: Path, host: str = "chamber", **settings: Any) -> None:
        self.dialogue = SimulatedDialogue(folder, "f4t")
        given = {"coldest_C": -20.0, "hottest_C": 150.0, "dwell_s": 0.05, "look_s": 0.01, **settings}
        self.driver = WatlowF4T(WatlowF4TSettings(**self.dialogue.settings(host, **given)))

    def says(self, question: str) -> str:
        return self.dialogue.ask("chamber", question)

    def becomes(self, temperature_C: float) -> None:
        self.dialogue.tell("chamber", f"SIMULATE:PVALUE {temperature_C}")


@pytest.fixture
def chamber(tmp_path: Path) -> Chamber:
    chamber = Chamber(tmp_path)
    assert "Watlow" in chamber.driver.connect()
    return chamber


def test_connecting_moves_nothing_and_speaks_celsius(chamber: Chamber):
    assert chamber.says(":UNIT:TEMPERATURE?") == "C"
    assert float(chamber.says(":SOURCE:CLOOP1:SPOINT?")) == 25.0
    assert chamber.says(":OUTPUT1:STATE?") == "OFF"


def test_a_temperature_is_reached_when_it_has_stayed_there(chamber: Chamber):
    result: dict[str, Any] = {}
    thread = threading.Thread(target=lambda: result.update(chamber.driver.perform(heat(60.0), lambda: False)))
    thread.start()
    until(lambda: chamber.says(":OUTPUT1:STATE?") == "ON", 5)
    assert float(chamber.says(":SOURCE:CLOOP1:SPOINT?")) == 60.0
    assert thread.is_alive(), "it is at 25 °C still"
    chamber.becomes(60.1)
    thread.join(5)
    assert set(result) == set(ThermalStage.results)
    assert result["temperature_C"] == pytest.approx(60.1)


def test_a_temperature_that_was_only_passed_is_not_reached(tmp_path: Path):
    chamber = Chamber(tmp_path, dwell_s=0.2, settle_limit_s=0.3)
    chamber.driver.connect()
    over = threading.Event()

    def swinging() -> None:
        while not over.wait(0.03):
            chamber.becomes(60.0)
            chamber.becomes(61.0)

    threading.Thread(target=swinging, daemon=True).start()
    with pytest.raises(InstrumentError, match=r"not settled at 60 °C within 0.3 s"):
        chamber.driver.perform(heat(60.0), lambda: False)
    over.set()


def test_the_heater_goes_off(chamber: Chamber):
    chamber.becomes(60.0)
    chamber.driver.perform(heat(60.0), lambda: False)
    assert chamber.driver.perform(OFF, lambda: False)["temperature_C"] == pytest.approx(60.0)
    assert chamber.says(":OUTPUT1:STATE?") == "OFF"
    chamber.driver.safe()
    assert chamber.says(":OUTPUT1:STATE?") == "OFF"


def test_called_off_it_stays_where_it_has_come_to(chamber: Chamber):
    chamber.becomes(41.5)
    with pytest.raises(InstrumentError, match=r"stopped at 41.5 °C"):
        chamber.driver.perform(heat(60.0), lambda: True)
    assert float(chamber.says(":SOURCE:CLOOP1:SPOINT?")) == 41.5


def test_what_the_lab_file_does_not_allow_is_refused(chamber: Chamber):
    assert chamber.driver.refusal(heat(149.0)) is None
    assert chamber.driver.refusal(heat(160.0)) == "160 °C is outside -20 to 150 °C"


def test_a_set_point_that_the_chamber_does_not_take_is_noticed(chamber: Chamber):
    """It ends at 130 °C, which the lab file does not know."""
    with pytest.raises(InstrumentError, match=r"it does not take :SOURCE:CLOOP1:SPOINT 140.00: it says 25"):
        chamber.driver.perform(heat(140.0), lambda: False)
    assert chamber.says(":OUTPUT1:STATE?") == "OFF"


def test_a_broken_thermometer_stops_heating_and_never_stands_against_turning_off(chamber: Chamber):
    chamber.dialogue.tell("chamber", "SIMULATE:ERROR ERROR")
    assert chamber.driver.refusal(heat(60.0)) == "its temperature input reports ERROR"
    with pytest.raises(InstrumentError, match="temperature input reports ERROR"):
        chamber.driver.perform(heat(60.0), lambda: False)
    assert chamber.driver.refusal(OFF) is None


def test_firmware_that_speaks_fahrenheit_only_is_refused(tmp_path: Path):
    with pytest.raises(InstrumentError, match="does not take :UNIT:TEMPERATURE C: it says F"):
        Chamber(tmp_path, "old").driver.connect()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"coldest_C": 200.0}, "must be below hottest_C"),
        ({"dwell_s": 1e6}, "below settle_limit_s"),
        ({"look_s": 5}, "less than or equal to 1"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(tmp_path: Path, wrong: dict[str, Any], words: str):
    with pytest.raises(ValidationError, match=words):
        Chamber(tmp_path, **wrong)

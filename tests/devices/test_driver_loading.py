"""The `driver:` of a lab file: what is wrong with it is told with its line, its value and what to do."""

from pathlib import Path

import pytest

from chemistry.errors import BadInput
from chemistry.value_file import read_yaml_value
from devices.drivers.loading import driver_of
from devices.drivers.protocols import Driver
from devices.drivers.watlow_f4t import WatlowF4T
from devices.lab_file import LabFile

GOOD = """
name: bare
factory: devices.epics.epics_lab
stations:
  one:
    thermal_stage:
      class: devices.thermal_stage.ThermalStage
      prefix: "A:"
      driver:
        class: devices.drivers.watlow_f4t.WatlowF4T
        resource: TCPIP0::192.0.2.7::5025::SOCKET
        coldest_C: -20
        hottest_C: 150
"""


def load(folder: Path, text: str) -> Driver:
    path = folder / "bare.yaml"
    path.write_text(text)
    entry = read_yaml_value(LabFile, path).stations["one"]["thermal_stage"]
    assert entry.driver is not None
    return driver_of(entry.driver, path, "one", "thermal_stage")


def test_a_driver_is_built_and_connects_to_nothing(tmp_path: Path):
    assert isinstance(load(tmp_path, GOOD), WatlowF4T)


def test_a_lab_file_with_drivers_is_written_down_and_read_again_as_it_was(tmp_path: Path):
    path = tmp_path / "bare.yaml"
    path.write_text(GOOD)
    lab_file = read_yaml_value(LabFile, path)
    again = LabFile.model_validate(lab_file.model_dump(mode="json"))
    assert again == lab_file
    entry = again.stations["one"]["thermal_stage"].driver
    assert entry is not None
    assert entry.settings == {"resource": "TCPIP0::192.0.2.7::5025::SOCKET", "coldest_C": -20, "hottest_C": 150}


@pytest.mark.parametrize(
    ("good", "wrong", "told"),
    [
        ("hottest_C: 150", "hotest_C: 150", ("Line 13: unknown key", "did you mean `hottest_C`?", "lacks the key")),
        ("hottest_C: 150", "hottest_C: warm", ("Line 13: `stations.one.thermal_stage.driver.hottest_C`", "'warm'")),
        ("hottest_C: 150", "hottest_C: -30", ("must be below hottest_C",)),
        (
            "resource: TCPIP0::192.0.2.7::5025::SOCKET\n",
            "timeout_s: 0\n",
            ("`resource`", "timeout_s", "above 0"),
        ),
        ("WatlowF4T", "WatlowF5T", ("the driver class", "cannot be imported", "driver.class`: ")),
        ("devices.drivers.watlow_f4t.WatlowF4T", "devices.clock.RealClock", ("is no driver class", "connect")),
        ("devices.drivers.watlow_f4t.WatlowF4T", "nowhere", ("cannot be imported", "dotted path")),
    ],
)
def test_a_mistake_is_told_with_line_value_and_remedy(tmp_path: Path, good: str, wrong: str, told: tuple[str, ...]):
    with pytest.raises(BadInput) as refused:
        load(tmp_path, GOOD.replace(good, wrong))
    words = str(refused.value)
    assert "bare.yaml" in words
    for part in told:
        assert part in words
    assert refused.value.remedy

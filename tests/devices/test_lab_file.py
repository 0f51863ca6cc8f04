from pathlib import Path

import pytest

from chemistry.errors import BadInput
from chemistry.value_file import read_yaml_value
from devices.lab import Lab, LabFile
from devices.lab_file import instrument_class

GOOD = """
name: small
factory: sim.lab.simulated_lab
stations:
  one:
    dispenser: {class: devices.dispenser.Dispenser, prefix: "A:"}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "lab.yaml"
    path.write_text(text)
    return path


def test_the_example_can_be_read(lab_file: LabFile):
    assert len(lab_file.stations) == 4
    assert lab_file.stock == {"default": 20000}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD + "colour: red\n", "colour"),
        (GOOD.replace('prefix: "A:"', 'prefix: ""'), "stations.one.dispenser.prefix"),
        (GOOD + '    spare: {class: devices.dispenser.Dispenser, prefix: "A:"}\n', "same prefix"),
        ("name: [", "YAML"),
        ("- 1", "key: value"),
        ("name: x\nfactory: y\n", "stations"),
    ],
)
def test_a_fault_is_named_with_file_and_place(tmp_path: Path, text: str, named: str):
    with pytest.raises(BadInput, match=r"lab\.yaml") as refused:
        read_yaml_value(LabFile, write(tmp_path, text))
    assert named in str(refused.value)


def test_a_missing_or_binary_file_is_bad_input(tmp_path: Path):
    with pytest.raises(BadInput, match="no such file"):
        read_yaml_value(LabFile, tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\x89\xff\xfe\x00")
    with pytest.raises(BadInput, match="not a text file"):
        read_yaml_value(LabFile, binary)


@pytest.mark.parametrize("path", ["devices.nowhere.Thing", "devices.dispenser.Thing", "Dispenser", "devices.lab.Lab"])
def test_a_class_that_is_no_instrument_is_bad_input(tmp_path: Path, path: str):
    lab_file = read_yaml_value(LabFile, write(tmp_path, GOOD.replace("devices.dispenser.Dispenser", path)))
    with pytest.raises(BadInput, match=r"stations\.one\.dispenser"):
        instrument_class(lab_file.stations["one"]["dispenser"], "stations.one.dispenser")


def test_a_plan_that_needs_what_the_lab_lacks_is_told_so(lab: Lab):
    with pytest.raises(BadInput, match="rheometer"):
        lab.station_with(["thermal_stage", "rheometer"])
    with pytest.raises(BadInput, match="has no dispenser"):
        lab.stations["measuring-1"].instrument("dispenser")
    assert len(lab.stations_with(["thermal_stage"])) == 3

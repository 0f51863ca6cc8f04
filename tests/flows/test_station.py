"""`ionloop lab station` before anything is served: what cannot be meant is refused in one paragraph."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from chemistry.value_file import read_yaml_value
from devices.drivers.loading import driver_of
from devices.lab_file import LabFile
from tests.flows.command import Command
from tests.flows.small_campaign import EXAMPLES

BARE = EXAMPLES / "bare_lab.yaml"


def written(folder: Path, **changes: object) -> Path:
    """The example, on no port of its own: the tests' process has one already."""
    content = yaml.safe_load(BARE.read_text())
    del content["channel_access"]
    path = folder / "bare.yaml"
    path.write_text(yaml.safe_dump({**content, **changes}))
    return path


def test_every_driver_of_the_example_can_be_built() -> None:
    for station, entries in read_yaml_value(LabFile, BARE).stations.items():
        for role, entry in entries.items():
            assert entry.driver is not None
            driver_of(entry.driver, BARE, station, role)


@pytest.mark.parametrize(
    ("station", "changes", "words"),
    [
        ("synthesis", {}, ("no station 'synthesis'", "It has measuring")),
        ("measuring", {"clock": "SIM:CLOCK:"}, ("names a clock ('SIM:CLOCK:')", "Remove the line")),
        (
            "one",
            {"stations": {"one": {"dispenser": {"class": "devices.dispenser.Dispenser", "prefix": "A:"}}}},
            ("no instrument of station 'one' has a driver", "Add `driver:"),
        ),
    ],
)
def test_what_cannot_be_served_is_refused(
    ionloop: Command, tmp_path: Path, station: str, changes: dict[str, object], words: tuple[str, ...]
) -> None:
    said = ionloop("lab", "station", written(tmp_path, **changes), station, "--folder", tmp_path / "memory")
    assert said.status == 2
    for part in words:
        assert part in said.err
    assert not (tmp_path / "memory").exists()


def test_the_settings_of_a_driver_can_be_asked_for(ionloop: Command) -> None:
    said = ionloop("schema", "devices.drivers.watlow_f4t.WatlowF4T")
    assert {"resource", "coldest_C", "hottest_C"} <= set(json.loads(said.out)["required"])
    assert ionloop("schema", "devices.drivers.nothing.Here").status == 2


def test_a_driver_loads_neither_its_library_nor_ophyd_before_it_connects() -> None:
    """Ophyd reads where PVs are looked for when it is imported, and a schema need not wait for either."""
    drivers = "keysight_e4980a", "keysight_e4990a", "watlow_f4t", "loading"
    program = f"import sys; {'; '.join(f'import devices.drivers.{name}' for name in drivers)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyvisa", "ophyd", "epics", "numpy"} & set(loaded)

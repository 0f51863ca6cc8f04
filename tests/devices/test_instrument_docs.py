"""The lab files in the documentation of the instruments can be used as they stand, and its tables are true."""

import re
from pathlib import Path
from typing import Any

import pytest

from chemistry.value import Value
from chemistry.value_file import read_yaml_value
from devices.drivers.file_potentiostat import FilePotentiostat
from devices.drivers.loading import driver_of
from devices.drivers.opentrons import OpentronsDispenser
from devices.lab_file import LabFile, instrument_class

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "instruments_opentrons_and_files.md"
DRIVERS = (OpentronsDispenser, FilePotentiostat)
BLOCKS = [block.split("```")[0] for block in PAGE.read_text().split("```yaml\n")[1:]]


@pytest.mark.parametrize(("kind", "block"), list(zip(DRIVERS, BLOCKS, strict=True)), ids=["opentrons", "files"])
def test_a_lab_file_of_the_page_is_whole(kind: type[Any], block: str, tmp_path: Path) -> None:
    file = tmp_path / "LAB.yaml"
    # Absolute paths of the page are somebody else's.
    file.write_text(re.sub(r": /\S+/", f": {tmp_path}/", block))
    lab_file = read_yaml_value(LabFile, file)
    ((role, entry),) = lab_file.stations["bench"].items()
    assert instrument_class(entry, role)
    assert entry.driver is not None
    assert isinstance(driver_of(entry.driver, file, "bench", role), kind)


@pytest.mark.parametrize("kind", DRIVERS, ids=lambda kind: kind.__name__)
def test_the_tables_name_every_setting_and_its_default(kind: type[Any]) -> None:
    settings: type[Value] = kind.Settings
    section = PAGE.read_text().split(kind.__name__)[-1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", section, re.MULTILINE))
    assert rows.keys() == settings.model_fields.keys()
    for name, field in settings.model_fields.items():
        default = field.default
        if field.is_required():
            assert rows[name] == "required"
        elif isinstance(default, float):
            assert float(rows[name]) == default
        else:
            words = ", ".join(default) if isinstance(default, tuple) else str(default)
            assert rows[name].replace("`", "") == {"False": "no", "": "any"}.get(words, words)

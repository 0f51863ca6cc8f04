"""The lab files in the documentation of the instruments can be used as they stand."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chemistry.value import Value
from devices.drivers.file_potentiostat import FilePotentiostat
from devices.drivers.opentrons import OpentronsDispenser

PAGE = Path(__file__).parents[2] / "docs" / "instruments_opentrons_and_files.md"
DRIVERS = {f"{kind.__module__}.{kind.__name__}": kind.Settings for kind in (OpentronsDispenser, FilePotentiostat)}


def examples() -> list[dict[str, Any]]:
    blocks = PAGE.read_text().split("```yaml\n")[1:]
    instruments = [yaml.safe_load(block.split("```")[0])["stations"]["bench"] for block in blocks]
    return [instrument["driver"] for roles in instruments for instrument in roles.values()]


@pytest.mark.parametrize("driver", examples(), ids=lambda driver: driver["class"].rpartition(".")[2])
def test_an_example_of_the_page_is_accepted(driver: dict[str, Any]) -> None:
    settings: type[Value] = DRIVERS[driver.pop("class")]
    assert settings.model_validate(driver)

"""A folder into which a potentiostat writes, and the driver that watches it."""

from pathlib import Path
from typing import Any

import pytest

from devices.drivers.file_potentiostat import FilePotentiostat
from tests.devices.file_potentiostat.bench import fast_settings, restarted


@pytest.fixture
def content(tmp_path: Path) -> dict[str, Any]:
    return fast_settings(tmp_path)


@pytest.fixture
def folder(content: dict[str, Any]) -> Path:
    return Path(content["folder"])


@pytest.fixture
def driver(content: dict[str, Any]) -> FilePotentiostat:
    return restarted(content)

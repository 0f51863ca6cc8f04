"""A served ledger for each test, and one for those that only read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.web.served import Served, served, write_ledger


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger to copy."""
    place = tmp_path_factory.mktemp("web") / "ledger.sqlite"
    write_ledger(place)
    return place


@pytest.fixture
def web(written: Path, tmp_path: Path) -> Iterator[Served]:
    """A ledger of the test's own, served."""
    with served(shutil.copy(written, tmp_path / "ledger.sqlite")) as running:
        yield running


@pytest.fixture(scope="module")
def reading(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A ledger for tests that leave it as it is."""
    with served(shutil.copy(written, tmp_path_factory.mktemp("reading") / "ledger.sqlite")) as running:
        yield running

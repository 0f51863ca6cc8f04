"""Fixtures of the tests of the documentation: a finished campaign, and the command in this process."""

import shutil
from pathlib import Path

import pytest

from tests.flows.conftest import finished, ionloop
from tests.flows.small_campaign import Place

__all__ = ["finished", "ionloop"]


@pytest.fixture
def campaign(finished: Place, tmp_path: Path) -> Place:
    """A copy of the finished campaign, which may be changed."""
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    return Place(tmp_path, tmp_path / "home")

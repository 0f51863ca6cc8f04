"""Fixtures of the flows' tests."""

import os
from collections.abc import Iterator

import pytest

from tests.flows.held_server import HeldServer, server_held


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldServer]:
    """One Prefect server for all tests, in however many processes they run: it is made to be shared."""
    folder = tmp_path_factory.getbasetemp()
    with server_held((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "prefect home") as server:
        yield server

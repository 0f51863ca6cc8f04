"""A robot that keeps the published contract, and the driver that speaks with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.drivers.opentrons import OpentronsDispenser
from tests.devices.opentrons.bench import fast_settings, restarted
from tests.devices.opentrons.contract import ContractServer


@pytest.fixture(scope="module")
def only_server() -> Iterator[ContractServer]:
    server = ContractServer()
    yield server
    server.close()


@pytest.fixture
def server(only_server: ContractServer) -> ContractServer:
    only_server.renew()
    return only_server


@pytest.fixture
def given_settings(server: ContractServer, tmp_path: Path) -> dict[str, Any]:
    return fast_settings(server.address, tmp_path)


@pytest.fixture
def driver(given_settings: dict[str, Any]) -> OpentronsDispenser:
    return restarted(given_settings)

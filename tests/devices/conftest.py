"""Fixtures that the tests of driven instruments share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.instrument import Instrument
from devices.thermal_stage import ThermalStage
from tests.devices.scripted_driver import Bench, Build, ScriptedDriver


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Makes an instrument around a driver; with the same memory as the one before it, which must be gone by then."""
    benches: list[Bench] = []

    def one(driver: ScriptedDriver | None = None, kind: type[Instrument] = ThermalStage) -> Bench:
        benches.append(Bench(tmp_path, driver or ScriptedDriver(), kind).start())
        return benches[-1]

    yield one
    for bench in benches:
        bench.close()

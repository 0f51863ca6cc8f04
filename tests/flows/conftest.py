"""Fixtures of the flows' tests."""

import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.command import Command, Said
from tests.flows.held_server import HeldServer, server_held
from tests.flows.ready_process import Nursery, open_nursery
from tests.flows.small_campaign import Place, run_here, write_campaign


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of the tests."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldServer]:
    """One Prefect server for all tests, in however many processes they run: it is made to be shared."""
    with server_held(shared_folder(tmp_path_factory) / "prefect home") as server:
        yield server


@pytest.fixture(scope="session")
def nursery(prefect: HeldServer) -> Nursery:
    """Where processes are born that have imported everything, and use the one Prefect server."""
    return open_nursery(prefect.home, prefect.address)


HOSTILE = "Which film & <script>window.hostile = true</script> is 'best' at \"30 °C\"?"
"""A question that would run in the report's page if it were not escaped."""


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A finished campaign of six experiments, the last two the model's; for tests that only read it."""
    folder = shared_folder(tmp_path_factory) / "finished"
    place = Place(folder, folder / "home")
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():  # the other worker's turn has not come before
            write_campaign(folder, experiments=6, batch=2, start=3, question=HOSTILE)
            run_here(place)
    return place


@pytest.fixture
def ionloop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command `ionloop` in this process, in an empty folder: what each new process imports takes seconds."""
    from flows.cli.main import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["ionloop", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        return Said(int(end.value.code or 0), output.out, output.err)

    return run

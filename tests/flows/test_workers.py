"""Calculations run in processes of their own, as tasks of the flow, and end with it."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from prefect import flow
from prefect.settings import PREFECT_API_URL, temporary_settings

from chemistry.errors import BadInput
from flows.computing.slurm import slurm_settings
from flows.computing.spec import Computing, Slurm
from flows.step import step
from flows.theory.workers import CutShort, Workers
from tests.flows.held_server import HeldServer
from tests.flows.stand_in_slurm import stand_in_slurm


def process_and_double(number: int) -> tuple[int, int]:
    return os.getpid(), 2 * number


def refuse(place: str) -> None:
    raise BadInput("no such thing", place=place, remedy="Give another")


def sleep_long() -> None:
    time.sleep(600)


def test_a_calculation_runs_elsewhere_fails_as_itself_and_ends_with_the_campaign(prefect: HeldServer) -> None:
    told: list[Any] = []

    @flow(name="calculations", persist_result=False)
    def campaign() -> None:
        workers = Workers(Computing())
        told.append(step("ask", "within a task", lambda: workers.run("doubled", process_and_double, number=21)))
        try:
            workers.run("refused", refuse, place="here")
        except BadInput as error:
            told.append(error)

        def cut_short() -> None:
            try:
                workers.run("long", sleep_long)
            except CutShort as error:
                told.append(error)

        thread = threading.Thread(target=cut_short)
        thread.start()
        time.sleep(1)
        begun = time.monotonic()
        workers.stop()
        thread.join(timeout=60)
        told.append(time.monotonic() - begun)
        with pytest.raises(CutShort):
            workers.run("late", process_and_double, number=1)

    with temporary_settings({PREFECT_API_URL: prefect.address}):
        campaign()
    (process, number), refused, cut, took = told
    assert number == 42
    assert process != os.getpid()
    assert isinstance(refused, BadInput)
    assert (refused.problem, refused.place, refused.remedy) == ("no such thing", "here", "Give another")
    assert isinstance(cut, CutShort)
    assert took < 20


def test_outside_a_flow_it_is_just_called() -> None:
    assert Workers(Computing()).run("doubled", process_and_double, number=1) == (os.getpid(), 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("queue", "long; rm"), ("queue", ""), ("memory", "8 parsec"), ("memory", "0 GB"), ("account", "a\nb")],
)
def test_what_slurm_could_not_read_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Slurm.model_validate({"queue": "long", name: value})


def test_a_slurm_job_asks_for_what_the_file_says(tmp_path: Path) -> None:
    from dask_jobqueue.slurm import SLURMJob

    slurm = Slurm(queue="long", walltime=1.5, account="polymers", before=("module load python",))
    with stand_in_slurm(tmp_path):
        settings = dict(slurm_settings(slurm, cores=8))
    assert settings.pop("scheduler_options") == {"dashboard_address": "127.0.0.1:0"}  # a page that asks nobody who
    script = SLURMJob("tcp://10.0.0.1:8786", name="ionloop", **settings).job_script()
    for line in ("-p long", "-A polymers", "--cpus-per-task=8", "-t 01:30:00", "module load python"):
        assert line in script


def test_what_slurm_refuses_is_told_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="no network interface 'ib9'"):
        slurm_settings(Slurm(queue="long", interface="ib9"), cores=1)
    with stand_in_slurm(tmp_path), pytest.raises(BadInput, match="invalid partition specified"):
        slurm_settings(Slurm(queue="forbidden"), cores=1)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(BadInput, match="`sbatch` cannot be asked"):
        slurm_settings(Slurm(queue="long"), cores=1)


def test_a_calculation_runs_as_a_slurm_job(prefect: HeldServer, tmp_path: Path) -> None:
    """SLURM is stood in for by two commands that begin the very job scripts on this machine."""
    told: list[tuple[int, int]] = []

    @flow(name="calculations by SLURM", persist_result=False)
    def campaign() -> None:
        workers = Workers(Computing(slurm=Slurm(queue="long", interface="lo", before=("echo begun",))))
        try:
            with ThreadPoolExecutor(1) as calculations:  # as a campaign has them
                told.append(
                    calculations.submit(workers.run, "doubled", process_and_double, number=21).result(timeout=120)
                )
        finally:
            workers.stop()

    before = signal.getsignal(signal.SIGINT)
    with stand_in_slurm(tmp_path), temporary_settings({PREFECT_API_URL: prefect.address}):
        campaign()
    assert signal.getsignal(signal.SIGINT) is before
    ((process, number),) = told
    assert number == 42
    assert process != os.getpid()
    (said,) = tmp_path.glob("job.*")
    assert "begun" in said.read_text()


def test_one_place_is_enough() -> None:
    with pytest.raises(ValueError, match="leave one of them out"):
        Computing(scheduler="tcp://10.0.0.1:8786", slurm=Slurm(queue="long"))


def test_a_session_is_opened_before_prefect_is_imported() -> None:
    """Prefect reads the address of its server when it is imported, and the server is found after the files are read."""
    code = "import sys, flows.crew, flows.session; print(*(name for name in sys.modules if name.startswith('prefect')))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.split() == []

"""Calculations run in processes of their own, as tasks of the flow, and end with it."""

import contextvars
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from prefect import flow
from prefect.settings import PREFECT_API_URL, temporary_settings

from chemistry.errors import BadInput
from flows.theory.computing import Computing, Slurm
from flows.theory.workers import CutShort, Workers, slurm_settings
from tests.flows.held_server import HeldServer


def process_and_double(number: int) -> tuple[int, int]:
    return os.getpid(), 2 * number


def refuse(place: str) -> None:
    raise BadInput("no such thing", place=place, remedy="Give another")


def sleep_long() -> None:
    time.sleep(600)


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    """As the crew runs it: within the context of the flow run."""
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,))
    thread.start()
    return thread


def test_a_calculation_runs_elsewhere_fails_as_itself_and_ends_with_the_campaign(prefect: HeldServer) -> None:
    told: list[Any] = []

    @flow(name="calculations", persist_result=False)
    def campaign() -> None:
        workers = Workers(Computing())
        told.append(workers.run("doubled", process_and_double, number=21))
        try:
            workers.run("refused", refuse, place="here")
        except BadInput as error:
            told.append(error)

        def cut_short() -> None:
            try:
                workers.run("long", sleep_long)
            except CutShort as error:
                told.append(error)

        thread = in_a_thread(cut_short)
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


def test_a_slurm_job_asks_for_what_the_file_says() -> None:
    from dask_jobqueue.slurm import SLURMJob

    slurm = Slurm(queue="long", walltime=1.5, account="polymers", before=("module load python",))
    script = SLURMJob(
        "tcp://10.0.0.1:8786", name="ionloop", **slurm_settings(Computing(cores=8, slurm=slurm), slurm)
    ).job_script()
    for line in ("-p long", "-A polymers", "--cpus-per-task=8", "-t 01:30:00", "module load python"):
        assert line in script


def test_one_place_is_enough() -> None:
    with pytest.raises(ValueError, match="leave one of them out"):
        Computing(scheduler="tcp://10.0.0.1:8786", slurm=Slurm(queue="long"))

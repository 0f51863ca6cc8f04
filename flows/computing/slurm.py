"""What dask-jobqueue is told of SLURM, and a cluster of its jobs."""

import math
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from chemistry.errors import BadInput
from flows.computing.spec import Slurm

LOOK_S = 60.0
"""How long SLURM may take to say whether it would take a job; how often it is told that none has begun."""


def slurm_settings(slurm: Slurm, cores: int) -> Mapping[str, Any]:
    """A job is one worker that does one thing at a time on all its cores.

    Raises:
        BadInput: SLURM is not here, or takes no such job.
    """
    _refuse_no_interface(slurm.interface)
    minutes = max(1, math.ceil(round(60 * slurm.walltime, 6)))  # no minute at all means for ever
    settings: dict[str, Any] = {
        "queue": slurm.queue,
        "account": slurm.account,
        "cores": 1,
        "job_cpu": cores,
        "processes": 1,
        "memory": slurm.memory,
        "walltime": f"{minutes // 60:02d}:{minutes % 60:02d}:00",
        "scheduler_options": {"dashboard_address": "127.0.0.1:0"},
        "job_script_prologue": [*slurm.before, f"export OMP_NUM_THREADS={cores}"],
    }
    if slurm.interface is not None:
        settings["interface"] = slurm.interface
    _refuse_what_slurm_refuses(settings)
    return settings


@contextmanager
def slurm_jobs(slurm: Slurm, told: Callable[[str], None]) -> Iterator[str]:
    """Jobs of one core each for as long as the block lasts, which begins with the first of them.

    Args:
        slurm: the jobs.
        told: hears that they are waited for.

    Yields:
        The address of their scheduler, in this process.

    Raises:
        BadInput: SLURM is not here, or takes no such job.
    """
    settings = slurm_settings(slurm, cores=1)
    with _jobqueue().SLURMCluster(**settings) as cluster:
        cluster.adapt(minimum_jobs=slurm.jobs, maximum_jobs=slurm.jobs)  # another follows one that ends too soon
        told(f"waiting for the first of {slurm.jobs} SLURM jobs")
        while True:
            try:
                cluster.wait_for_workers(1, timeout=LOOK_S)
                break
            except TimeoutError:
                told("no SLURM job has begun yet; `squeue` tells why, and slurm-*.out here what one said that ended")
        yield cluster.scheduler_address


def _jobqueue() -> Any:
    """dask-jobqueue, which takes Ctrl-C for itself when it is imported, and can do so in the main thread alone."""
    import_module("distributed")
    with patch.object(signal, "signal"):
        return import_module("dask_jobqueue")  # its types say that a cluster is a coroutine


def _refuse_no_interface(name: str | None) -> None:
    import psutil

    there = psutil.net_if_addrs()
    if name is not None and name not in there:
        raise BadInput(
            f"this machine has no network interface {name!r}",
            place="interface",
            remedy=f"Use one of {', '.join(sorted(there))}",
        )


def _refuse_what_slurm_refuses(settings: Mapping[str, Any]) -> None:
    """Ask SLURM beforehand: Dask would log the error, and wait for the job for ever."""
    _jobqueue()
    from dask_jobqueue.slurm import SLURMJob

    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        of_a_job = {name: value for name, value in settings.items() if name != "scheduler_options"}
        file.write(SLURMJob("tcp://127.0.0.1:8786", name="ionloop", **of_a_job).job_script())
        file.flush()
        try:
            asked = ["sbatch", "--test-only", file.name]
            said = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=LOOK_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BadInput(
                f"SLURM's `sbatch` cannot be asked ({error})", remedy="Run on a machine that submits jobs"
            ) from error
    if said.returncode:
        raise BadInput(
            f"SLURM takes no such job ({' '.join(said.stderr.split())})",
            remedy="Change queue, account, walltime or memory",
        )

"""Runs calculations in processes of their own, as Prefect tasks on Dask, while instruments go on."""

import contextvars
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from chemistry.errors import IonloopError
from flows.computing.slurm import slurm_settings
from flows.computing.spec import Computing

if TYPE_CHECKING:
    from prefect_dask.task_runners import DaskTaskRunner

Result = TypeVar("Result")


class CutShort(IonloopError):
    """A calculation that ended because the campaign did; it is begun again where the campaign goes on."""


class Workers:
    """Where calculations run; a cluster is started with the first of them."""

    def __init__(self, computing: Computing) -> None:
        self._computing = computing
        self._runner: DaskTaskRunner | None = None
        self._starting = threading.Lock()
        self._stopped = False
        self._flow = contextvars.copy_context()
        """The flow run that calculations belong to, whichever of its tasks asks for them: tasks do not travel."""

    @property
    def cores(self) -> int:
        """Of one calculation."""
        return self._computing.cores

    def run(self, label: str, function: Callable[..., Result], /, **given: Any) -> Result:
        """What a function of a module returns for arguments that can be pickled, worked out elsewhere.

        Within a flow it is a task run of that name; outside of one it is just called.

        Raises:
            CutShort: the campaign ended meanwhile.
            Exception: what the function raised.
        """
        return self._flow.copy().run(self._run, label, function, given)

    def _run(self, label: str, function: Callable[..., Result], given: dict[str, Any]) -> Result:
        from prefect import Task
        from prefect.cache_policies import NO_CACHE
        from prefect.context import FlowRunContext

        if FlowRunContext.get() is None:
            return function(**given)
        task = Task(function, name="calculate", task_run_name=label, cache_policy=NO_CACHE, persist_result=False)
        try:
            return self._started().submit(task, parameters=given).result()
        except BaseException as error:
            if self._stopped:
                raise CutShort(f"{label} was cut short") from error
            raise

    def stop(self) -> None:
        """End whatever runs, and the cluster; `run` raises in every thread that waits for it."""
        with self._starting:
            self._stopped = True
            runner, self._runner = self._runner, None
        if runner is not None:
            runner.__exit__(None, None, None)

    def _started(self) -> "DaskTaskRunner":
        with self._starting:
            if self._stopped:
                raise CutShort("the campaign has ended")
            if self._runner is None:
                logging.getLogger("distributed").setLevel(logging.WARNING)  # each connection, else
                self._runner = _runner(self._computing)
                self._runner.__enter__()
            return self._runner


def _runner(computing: Computing) -> "DaskTaskRunner":
    from prefect_dask.task_runners import DaskTaskRunner

    if computing.scheduler is not None:
        return DaskTaskRunner(address=computing.scheduler)
    if computing.slurm is not None:
        kind, settings = "dask_jobqueue.SLURMCluster", slurm_settings(computing.slurm, computing.cores)
        limits = {"minimum": 0, "maximum": computing.slurm.jobs}
        return DaskTaskRunner(cluster_class=kind, cluster_kwargs=dict(settings), adapt_kwargs=limits)
    local = {
        "n_workers": computing.at_once,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
        "env": {"OMP_NUM_THREADS": str(computing.cores)},
    }
    return DaskTaskRunner(cluster_class="distributed.LocalCluster", cluster_kwargs=local)

"""One step of a flow as a Prefect task run with a name that people can read."""

from collections.abc import Callable
from typing import TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext

Result = TypeVar("Result")


def step(kind: str, name: str, work: Callable[[], Result]) -> Result:
    """Run `work` as a Prefect task of the present flow run and return what it returns; outside a flow, just run it.

    Nothing is retried or cached here: the ledger knows what is done, and a consuming step is never repeated.
    The devices and the ledger travel inside `work`, so Prefect has no arguments to walk through.
    """
    if FlowRunContext.get() is None:
        return work()
    return Task(lambda: work(), name=kind, task_run_name=name, cache_policy=NO_CACHE, persist_result=False, retries=0)()

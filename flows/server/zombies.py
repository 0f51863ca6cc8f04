"""Runs that Prefect takes for alive and whose process is gone, closed; and what nobody was there to begin, thinned out.

A run that a worker of this machine began is a process that carries the run's id in its environment. A campaign that
was begun by hand holds a lease in its ledger. Whether a process of another machine lives is known by its heartbeat
alone: an automation of the server closes it (`flows.server.automations`).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed

from flows.server.run_processes import runs_alive_here
from flows.stopping import CANCELLED

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

WORKER = "prefect.worker.name"
BEGINNING = timedelta(seconds=60)
"""So long a run that was given out may take to become a process."""
LATE = timedelta(seconds=30)
"""A run that is due for longer waits for a queue that is full, or was due while nobody took it."""
PAGE = 200
UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING, StateType.PAUSED]
MISSED = "another run of it has been waiting since; it is made up for once"
GONE = "its process is gone"


def close_zombies(client: "SyncPrefectClient", worker: str, noted: Iterable[str] = ()) -> list[FlowRun]:
    """Close every run that is alive for Prefect alone; returns them.

    Args:
        client: Of the server.
        worker: Name of this machine's worker: only its runs can be judged from here.
        noted: Ids of runs of campaigns that nobody runs any more, as their ledgers say.
    """
    alive, dead = runs_alive_here(), set(noted)
    closed = []
    for run in list(_runs(client, UNDER_WAY)):
        began_here = run.labels.get(WORKER) == worker
        if str(run.id) in alive or run.state is None or not (began_here or str(run.id) in dead):
            continue
        if run.state.is_pending() and datetime.now(UTC) - run.state.timestamp < BEGINNING:
            continue
        ended = Cancelled(message=CANCELLED) if run.state.is_cancelling() else Crashed(message=GONE)
        client.set_flow_run_state(run.id, ended, force=True)
        closed.append(run)
    return closed


def drop_missed(client: "SyncPrefectClient", pool: str) -> int:
    """Of what was due while nobody could begin it, leave the last run of each deployment; says how many went."""
    now, waiting = datetime.now(UTC), {}
    for run in list(_runs(client, [StateType.SCHEDULED], pool=pool)):
        due = run.expected_start_time
        if run.auto_scheduled and due is not None and now - due > LATE:
            waiting.setdefault(run.deployment_id, []).append(run)
    dropped = 0
    for runs in waiting.values():
        for run in sorted(runs, key=lambda run: run.expected_start_time)[:-1]:
            client.set_flow_run_state(run.id, Cancelled(name="Skipped", message=MISSED), force=True)
            dropped += 1
    return dropped


def has_open_run(client: "SyncPrefectClient", is_meant: Callable[[FlowRun], bool]) -> bool:
    """Whether a run that is meant is at work, or about to be: one that is due, and not one of next week."""
    soon = datetime.now(UTC) + timedelta(minutes=1)
    return any(
        is_meant(run)
        and run.state is not None
        and (not run.state.is_scheduled() or run.expected_start_time is None or run.expected_start_time < soon)
        for run in _runs(client, [*UNDER_WAY, StateType.SCHEDULED])
    )


def _runs(client: "SyncPrefectClient", states: list[StateType], pool: str | None = None) -> Iterator[FlowRun]:
    asked = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)))
    within = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])) if pool else None
    offset = 0
    while True:
        some = client.read_flow_runs(
            flow_run_filter=asked, work_pool_filter=within, sort=FlowRunSort.ID_DESC, limit=PAGE, offset=offset
        )
        yield from some
        if len(some) < PAGE:
            return
        offset += PAGE

"""Runs of what is served that failed or crashed, as Prefect's records say.

Prefect makes an event of each state of a run, and an automation could answer it. But an event waits for that of the
state before it, and the state in which a schedule plans a run has none: where a run begins within five minutes of
being planned, everything that it tells comes a quarter of an hour late.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from chemistry.wording import shortened
from flows.server.deployments import WATCHED
from flows.server.news import LONGEST_SUBJECT, Told

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

BAD_ENDS = [StateType.FAILED, StateType.CRASHED]
MOST = 200
"""Runs that the server gives at once; after a long absence the latest of them are told."""


def now_us() -> int:
    """Microseconds since 1970."""
    return _us(datetime.now(UTC))


def failures_of(client: "SyncPrefectClient", pool: str, after_us: int) -> Iterator[tuple[int, Told]]:
    """What failed or crashed after a time, the earliest first, and when that was, microseconds since 1970."""
    after = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=after_us)
    asked = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=BAD_ENDS)),
        end_time=FlowRunFilterEndTime.model_validate({"after_": after}),
        tags=FlowRunFilterTags(all_=[WATCHED]),
    )
    within = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    runs = client.read_flow_runs(
        flow_run_filter=asked, work_pool_filter=within, sort=FlowRunSort.END_TIME_DESC, limit=MOST
    )
    for run in reversed(runs):
        if run.end_time is not None and _us(run.end_time) > after_us:
            yield _us(run.end_time), _told(run)


def _told(run: FlowRun) -> Told:
    words = (run.state and run.state.message) or "Its page in the Prefect UI has the log."
    return Told("failed", run.name, shortened(f"{run.name}: {run.state_name}", LONGEST_SUBJECT), words)


def _us(when: datetime) -> int:
    return round(when.timestamp() * 1e6)

"""Campaigns whose runs the watch looks after: those of the configuration, and those that somebody began from a form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from flows.home import campaign_folder
from flows.server.configuration import Configuration
from flows.server.new_campaign import file_of
from flows.session import whole_ledger

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

MOST = 200
"""Runs that the server gives at once: the latest of all forms together are looked after."""
NO_NEWS_AFTER = timedelta(days=1)
"""A campaign of a form that ended so long ago is looked after no longer."""


@dataclass(frozen=True)
class Watched:
    """One campaign, and how a further run of it is begun."""

    name: str
    ledger: str
    """Path or URL."""
    resumes: bool
    """Whether a run that was cut off goes on by itself."""
    deployment: UUID
    forms: frozenset[UUID]
    """Deployments by which somebody may have begun one of this name, too."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of its runs, where the deployment is a form; else those of the deployment."""

    def has(self, run: FlowRun) -> bool:
        """Whether a run is one of this campaign."""
        if run.deployment_id in self.forms:
            return _name(run) == self.name
        return run.deployment_id == self.deployment


def watched(
    client: "SyncPrefectClient", configuration: Configuration, deployments: Mapping[str, UUID]
) -> Iterator[Watched]:
    """Every campaign to be looked after, each name once: what is served itself first.

    Args:
        client: Of the server.
        configuration: What is served.
        deployments: Their ids by `flow/name`.
    """
    served = configuration.campaigns
    resumes = {
        deployments[f"new campaign/like {name}"]: one.asked.resumes for name, one in served.items() if one.asked.form
    }
    forms = frozenset(resumes)
    for name, one in served.items():
        yield Watched(name, one.ledger, one.asked.resumes, deployments[f"campaign/{name}"], forms)
    seen = set(served)
    for run in _latest_runs(client, forms):
        name = _name(run)
        if run.deployment_id is not None and name not in seen and _is_worth_a_look(run):
            seen.add(name)
            place = campaign_folder(name, Path(run.parameters["runs"]) / name)
            ledger = whole_ledger(place, run.parameters.get("ledger_url"))
            yield Watched(name, ledger, resumes[run.deployment_id], run.deployment_id, forms, run.parameters)


def _latest_runs(client: "SyncPrefectClient", forms: frozenset[UUID]) -> list[FlowRun]:
    if not forms:
        return []
    asked = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=list(forms)))
    return client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=MOST)


def _is_worth_a_look(run: FlowRun) -> bool:
    """Not one that was refused, or that ended long ago."""
    if run.state is None or run.state.is_failed():
        return False
    over = run.state.is_completed() or run.state.is_cancelled()
    if over and datetime.now(UTC) - run.state.timestamp > NO_NEWS_AFTER:
        return False
    return Path(str(run.parameters.get("runs", ""))).is_absolute() and file_of(run.parameters) is not None


def _name(run: FlowRun) -> str:
    return str((run.parameters.get("campaign") or {}).get("name", ""))

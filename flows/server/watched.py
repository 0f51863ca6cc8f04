"""Campaigns whose runs the watch looks after: those of the configuration, and those that somebody began from a form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from flows.home import campaign_folder
from flows.server.configuration import Configuration
from flows.session import whole_ledger

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

MOST = 200
"""Runs that the server gives at once; of a form the latest of them are looked after."""


@dataclass(frozen=True)
class Watched:
    """One campaign, and how a further run of it is begun."""

    name: str
    ledger: str
    """Path or URL."""
    resumes: bool
    """Whether a run that was cut off goes on by itself."""
    deployment: UUID
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of its runs, where the deployment is a form; else those of the deployment."""

    def has(self, run: FlowRun) -> bool:
        """Whether a run is one of this campaign."""
        return run.deployment_id == self.deployment and (not self.parameters or _name(run) == self.name)


def watched(
    client: "SyncPrefectClient", configuration: Configuration, deployments: Mapping[str, UUID]
) -> Iterator[Watched]:
    """Every campaign to be looked after.

    Args:
        client: Of the server.
        configuration: What is served.
        deployments: Their ids by `flow/name`.
    """
    served = configuration.campaigns
    for name, campaign in served.items():
        yield Watched(name, campaign.ledger, campaign.asked.resumes, deployments[f"campaign/{name}"])
    for name, campaign in served.items():
        if campaign.asked.form:
            begun = _begun_by(client, deployments[f"new campaign/like {name}"], resumes=campaign.asked.resumes)
            yield from (one for one in begun if one.name not in served)


def _begun_by(client: "SyncPrefectClient", form: UUID, *, resumes: bool) -> Iterator[Watched]:
    """What was begun from a form: its runs say where each campaign's file and ledger are."""
    asked = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[form]))
    seen: set[str] = set()
    for run in client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=MOST):
        name, given = _name(run), run.parameters
        if name in seen or not (Path(given["folder"]) / f"{name}.yaml").is_file():
            continue  # the form was refused, and nothing was begun
        seen.add(name)
        place = campaign_folder(name, Path(given["runs"]) / name)
        yield Watched(name, whole_ledger(place, given.get("ledger_url")), resumes, form, given)


def _name(run: FlowRun) -> str:
    return str((run.parameters.get("campaign") or {}).get("name", ""))

"""The deployments of a configuration on the Prefect server: made, brought up to date, and removed where left out.

They belong to a work pool of their own, with a queue for each station and two for what moves nothing. A queue counts
what runs when it gives something out. The limits that Prefect has for a deployment, or globally, are leases that a run
must renew: it is ended in the middle of a film when the server is away for a minute, so none is used.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import DeploymentSort
from prefect.exceptions import ObjectAlreadyExists
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from flows.campaign import campaign as campaign_flow
from flows.server import jobs
from flows.server.configuration import Campaign, Configuration
from flows.server.new_campaign import form_like, new_campaign
from flows.server.serve_spec import ALERTS, HOUSE, THEORY, Served

if TYPE_CHECKING:
    from pathlib import Path

    from prefect import Flow
    from prefect.client.orchestration import SyncPrefectClient

WATCHED = "ionloop served"
"""The tag of what is told of where it fails; what tells of it has it not."""


@dataclass(frozen=True)
class Deployment:
    """One deployment as it should be."""

    flow: "Flow[..., Any]"
    entrypoint: str
    """Dotted: a file path would put `flows/` itself on the module path of the runs."""
    name: str
    queue: str
    description: str
    parameters: dict[str, Any]
    when: Served | None = None
    tags: tuple[str, ...] = (WATCHED,)
    schema: dict[str, Any] | None = None
    """Of the form; that of the flow's parameters where left out. The server holds what is filled in to it."""


def wanted(configuration: Configuration, file: "Path | None") -> Iterator[Deployment]:
    """Every deployment of a configuration; `file` is where it stands, where it does."""
    spec = configuration.spec
    for campaign in configuration.campaigns.values():
        yield _of_campaign(campaign)
        if campaign.asked.form:
            yield _form_like(campaign, configuration)
    for fit in spec.retrain:
        of = configuration.campaigns[fit.campaign]
        given = {**_place(of), "model": fit.model}
        words = f"Fits {fit.model} anew on what {fit.campaign} knows, as a version that challenges the champion."
        yield _job("retrain", jobs.retrain, f"{fit.campaign} {fit.model}", THEORY, words, given, fit)
    for check in spec.validate_best:
        of = configuration.campaigns[check.campaign]
        given = {**_place(of), "recipe": check.recipe, "best": check.best}
        words = f"Asks {check.recipe} about the best films of {check.campaign}; answers are kept in its ledger."
        yield _job("validate", jobs.validate, f"{check.campaign} {check.recipe}", THEORY, words, given, check)
    for pool in spec.screen:
        given = pool.model_dump(exclude={"schedule", "time_zone", "name"})
        given |= {key: str(configuration.path(given[key])) for key in ("pool", "table", "fitted", "out") if given[key]}
        words = f"Ranks the polymers of {pool.pool} with {pool.salts}."
        yield _job("screen", jobs.screen, pool.name, THEORY, words, given, pool)
    if file is None:
        return
    house: dict[str, tuple[Callable[..., Any], str, Served | None]] = {
        "health_check": (jobs.health_check, "Looks at instruments, ledgers, disk and back-ups.", spec.health_check),
        "back_up": (jobs.back_up, "Copies the ledgers and Prefect's records, and looks at the copies.", spec.back_up),
    }
    for function, (flow, words, when) in house.items():
        if when is not None:
            yield _job(function, flow, spec.name, HOUSE, words, {"configuration": str(file.resolve())}, when)
    if spec.alerts is not None:
        words = "Sends an alert to everybody whom the configuration names."
        given = {"configuration": str(file.resolve()), "subject": "A trial", "text": "Nothing has happened."}
        yield _job("alert", jobs.alert, spec.name, ALERTS, words, given, None, tags=())


def _of_campaign(campaign: Campaign) -> Deployment:
    return Deployment(
        flow=campaign_flow,
        entrypoint="flows.campaign.campaign",
        name=campaign.spec.name,
        queue=campaign.queue,
        description=campaign.spec.question,
        parameters={
            "campaign_file": str(campaign.file),
            "folder": str(campaign.folder.path),
            "ledger_url": campaign.ledger_url,
            "hardware": campaign.asked.hardware,
        },
        when=campaign.asked,
    )


def _form_like(campaign: Campaign, configuration: Configuration) -> Deployment:
    schema, first = form_like(campaign, configuration)
    return Deployment(
        flow=new_campaign,
        entrypoint="flows.server.new_campaign.new_campaign",
        name=f"like {campaign.spec.name}",
        queue=campaign.queue,
        description=f"Begins a campaign of your own, like {campaign.spec.name} and at its bench: *Run*, *Custom run*.",
        parameters=first,
        schema=schema,
    )


def _place(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign_file": str(campaign.file),
        "folder": str(campaign.folder.path),
        "ledger_url": campaign.ledger_url,
    }


def _job(
    function: str,
    flow: Any,
    name: str,
    queue: str,
    description: str,
    parameters: dict[str, Any],
    when: Served | None,
    tags: tuple[str, ...] = (WATCHED,),
) -> Deployment:
    return Deployment(flow, f"flows.server.jobs.{function}", name, queue, description, parameters, when, tags)


def bring_up_to_date(
    client: "SyncPrefectClient", configuration: Configuration, deployments: list[Deployment]
) -> dict[str, UUID]:
    """Make the server hold just these deployments in the pool; the id of each, by `flow/name`.

    A second time changes nothing but what has changed in the file. What a schedule planned for the future is planned
    anew, and what was due while nobody took it stays due.
    """
    pool = configuration.spec.name
    _pool(client, configuration)
    found: dict[str, UUID] = {}
    for wish in deployments:
        found[f"{wish.flow.name}/{wish.name}"] = _put(client, pool, wish, configuration.spec.time_zone)
    for there in list(_deployments_of(client, pool)):
        if there.id not in found.values():
            client.delete_deployment(there.id)
    return found


def _pool(client: "SyncPrefectClient", configuration: Configuration) -> None:
    name, limit = configuration.spec.name, configuration.spec.at_once
    template = ProcessWorker.get_default_base_job_template()
    with contextlib.suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))
    client.update_work_pool(name, WorkPoolUpdate(concurrency_limit=limit, is_paused=False))
    for queue, asked in configuration.queues.items():
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_queue(queue, work_pool_name=name)
        there = client.read_work_queue_by_name(queue, work_pool_name=name)
        client.update_work_queue(there.id, concurrency_limit=asked.at_once, is_paused=False)


def _put(client: "SyncPrefectClient", pool: str, wish: Deployment, time_zone: str) -> UUID:
    when, schedules = wish.when, []
    if when is not None and when.schedule is not None:
        cron = CronSchedule(cron=when.schedule, timezone=when.time_zone or time_zone)
        schedules = [DeploymentScheduleCreate(schedule=cron, active=True)]
    return client.create_deployment(
        client.create_flow(wish.flow),
        wish.name,
        description=wish.description,
        tags=list(wish.tags),
        parameters=wish.parameters,
        parameter_openapi_schema=wish.schema or parameter_schema(wish.flow.fn).model_dump_for_openapi(),
        enforce_parameter_schema=True,
        entrypoint=wish.entrypoint,
        schedules=schedules,
        paused=False,
        work_pool_name=pool,
        work_queue_name=wish.queue,
        # Without it Prefect starts a process that looks for a workspace before it starts the run's own.
        job_variables={"command": "python -m prefect.engine"},
    )


def _deployments_of(client: "SyncPrefectClient", pool: str) -> Iterator[Any]:
    asked = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    offset, page = 0, 100
    while True:
        # The sort must be given: the client's own default is refused by the server.
        some = client.read_deployments(work_pool_filter=asked, sort=DeploymentSort.NAME_ASC, limit=page, offset=offset)
        yield from some
        if len(some) < page:
            return
        offset += page

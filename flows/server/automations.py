"""Automations of the Prefect server: what closes runs of other machines that fell silent, and what sends alerts.

News are events of Prefect, `ionloop.campaign.ended`, `.waits`, `.drifts`, `.hangs` and `ionloop.run.failed`: anybody
may hang further automations on them in the Prefect UI.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import AutomationSort
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.server.alert_spec import Alerts, News
from flows.server.news import Told

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

SERVED_BY = "ionloop.served-by"
SILENT = timedelta(seconds=90)
"""A run that gave a sign of life and gives none for so long is taken for crashed; it gives one every 30 s."""
MOST = 200
"""Automations that a server is asked for; it gives no more at once."""
_ENDS = ("Completed", "Failed", "Cancelled", "Crashed")


def tell(client: "SyncPrefectClient", pool: str, news: Told) -> None:
    """Make news an event of the Prefect server; raises `httpx.HTTPError` where it was not taken."""
    event = {
        "id": str(uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": event_of(news.kind),
        "resource": {
            "prefect.resource.id": f"{_about(news.kind)}.{news.of}",
            "prefect.resource.name": news.of,
            SERVED_BY: pool,
        },
        "payload": {"subject": news.subject, "text": news.text, "ledger_event": news.event},
    }
    client.request("POST", "/events", json=[event])


def event_of(kind: News) -> str:
    """The name of Prefect's event."""
    return f"{_about(kind)}.{kind}"


def _about(kind: News) -> str:
    return "ionloop.run" if kind == "failed" else "ionloop.campaign"


def put_automations(client: "SyncPrefectClient", pool: str, alerts: Alerts | None, alert: UUID | None) -> None:
    """Make the server hold the automations of a configuration, and none of an earlier one.

    Args:
        client: Of the server.
        pool: Name of the configuration's work pool.
        alerts: Whom to tell what.
        alert: The deployment that sends an alert.
    """
    wanted = [_closes_silent_runs(pool)]
    if alerts is not None and alert is not None:
        wanted.append(_tells_news(pool, alerts, alert))
    names = {automation.name for automation in wanted}
    there: dict[str, UUID] = {}
    for found in client.read_automations(sort=AutomationSort.NAME_ASC, limit=MOST):
        if not found.name.startswith(f"{pool}: "):
            continue
        if found.name in names and found.name not in there:
            there[found.name] = found.id
        else:
            client.delete_automation(found.id)
    for automation in wanted:
        if automation.name in there:
            client.update_automation(there[automation.name], automation)
        else:
            client.create_automation(automation)


def _closes_silent_runs(pool: str) -> AutomationCore:
    heartbeat = "prefect.flow-run.heartbeat"
    return AutomationCore(
        name=f"{pool}: close runs that fell silent",
        description="A run whose process is gone, on whatever machine, does not stay Running for ever.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={heartbeat},
            expect={heartbeat, *(f"prefect.flow-run.{end}" for end in _ENDS)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            threshold=1,
            within=SILENT,
        ),
        actions=[
            ChangeFlowRunState(
                name=None, state=StateType.CRASHED, message=f"no sign of life for {SILENT.seconds} s", force=False
            )
        ],
    )


def _tells_news(pool: str, alerts: Alerts, alert: UUID) -> AutomationCore:
    return AutomationCore(
        name=f"{pool}: tell news",
        description="Ends, questions to people, drifts, silence and failures, as the configuration asks.",
        trigger=EventTrigger(
            posture=Posture.Reactive,
            expect={event_of(kind) for kind in alerts.when},
            match=ResourceSpecification({SERVED_BY: [pool]}),
            threshold=1,
            within=timedelta(0),
        ),
        actions=[_sends(alert, "{{ event.payload.subject }}", "{{ event.payload.text }}")],
    )


def _sends(alert: UUID, subject: str, text: str) -> RunDeployment:
    def filled(template: str) -> dict[str, Any]:
        return {"__prefect_kind": "jinja", "template": template}

    said = {"subject": filled(subject), "text": filled(text)}
    return RunDeployment(source="selected", deployment_id=alert, parameters=said, job_variables=None)

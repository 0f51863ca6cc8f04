"""The form "step in" of the Prefect UI: pause, resume, stop and abort of a campaign, or of one of its experiments.

It is the form of a deployment without a process: whoever fills it in makes a run that is due, and the watch of the
campaign takes it, writes the command to the ledger and closes the run. What is filled in while no process runs the
campaign waits, and the next one obeys, as with `ionloop abort`.
"""

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ParameterTypeError, SignatureMismatchError
from prefect.states import Completed, Failed
from prefect.utilities.callables import parameter_schema
from pydantic import Field

from flows.shown_pause import BY
from ledger.errors import LedgerError
from ledger.store import Ledger

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import FlowRunResponse


@flow(name="step in")
def step_in(
    command: Literal["pause", "resume", "stop", "abort"],
    name: Annotated[str, Field(pattern=r"\S")],
    experiment: Annotated[int, Field(ge=1)] | None = None,
    note: str = "",
) -> None:
    """Command a campaign, or one of its experiments.

    Args:
        command: Stop finishes what is wet; abort makes everything safe now, and films under way are lost.
        name: Who commands it.
        experiment: Number of the one experiment that is meant; none means the campaign.
        note: Why.
    """


def form_of(client: "SyncPrefectClient", campaign: str, ledger_place: str) -> UUID:
    """The deployment whose form steps into the campaign of this ledger; made where it is not there yet."""
    # Two campaigns of one name may share a server, each with a ledger of its own.
    mark = hashlib.sha256(ledger_place.encode()).hexdigest()[:6]
    return client.create_deployment(
        client.create_flow(step_in),
        f"{campaign} {mark}",
        description=f"Step into the campaign `{campaign}` whose ledger is `{ledger_place}`: *Run*, then *Custom run*.",
        tags=["step in"],
        parameter_openapi_schema=parameter_schema(step_in.fn).model_dump_for_openapi(),
        enforce_parameter_schema=True,
    )


def run_beside_form(client: "SyncPrefectClient", form: UUID, flow_id: UUID, parameters: dict[str, Any]) -> FlowRun:
    """A flow run that belongs to the form's deployment: the UI shows *Pause* and *Cancel* only where there is one."""
    # The client has no argument for it, and what it makes of a deployment is a run of that deployment's own flow.
    wanted = {"flow_id": str(flow_id), "parameters": parameters, "deployment_id": str(form)}
    answer = client.request("POST", "/flow_runs/", json=wanted)
    return FlowRun.model_validate(answer.json())


class Forms:
    """Takes what was filled in for one run of a campaign."""

    def __init__(self, ledger: Ledger, campaign_id: int, client: "SyncPrefectClient", run_id: UUID, place: str) -> None:
        self._ledger, self._campaign_id, self._client, self._run_id = ledger, campaign_id, client, run_id
        self._place = place
        self._form: UUID | None = None

    def look(self) -> None:
        """Obey every form that is due, oldest first; each is closed and says what became of it."""
        if self._form is None:
            self._form = form_of(self._client, self._ledger.campaign(self._campaign_id).name, self._place)
        due = self._client.get_scheduled_flow_runs_for_deployments([self._form])  # which also says that we are there
        for run in due:
            if run.id != self._run_id:
                # The ledger first: after a kill in between the command is given once more, and changes nothing.
                state = self._obey(run)
                self._client.set_flow_run_state(run.id, state, force=True)

    def _obey(self, run: "FlowRunResponse") -> Any:
        campaign = self._ledger.campaign(self._campaign_id)
        if run.created is not None and run.created < campaign.begun_at:
            return Failed(message=f"It was meant for what was before run {campaign.run} of {campaign.name}.")
        try:
            filled_in = step_in.validate_parameters(run.parameters)
            command, name, experiment = filled_in["command"], filled_in["name"], filled_in.get("experiment")
            row = self._ledger.give_command(
                self._campaign_id,
                command,
                by=f"{name} ({BY})",
                note=filled_in.get("note", ""),
                experiment=experiment,
            )
        except (ParameterTypeError, SignatureMismatchError) as unfit:  # such as *Retry* of a campaign's run
            return Failed(message=f"Not a command ({unfit}). A campaign is begun, and goes on, with `ionloop run`.")
        except LedgerError as refused:
            return Failed(message=str(refused))
        return Completed(message=f"{command} is in the ledger as event {row.event}")

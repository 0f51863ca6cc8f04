"""`ionloop pause|resume|stop|abort` behind their options: a command in the ledger, which plans read at checkpoints.

A calculation has no checkpoints and moves nothing: to abort one is to close it in the ledger, and what its engine may
still say of it is left.
"""

import contextlib
import json
from pathlib import Path

import typer

from chemistry.errors import BadInput
from flows.home import campaign_folder
from flows.leasing import runner_of
from flows.person import person
from flows.session import calculation_of, experiment_of, latest_run, open_ledger
from flows.spec import read_campaign
from ledger.errors import LedgerError
from ledger.kinds import CalculationState
from ledger.store import Ledger
from ledger.tables import CampaignRow


def give_command(
    campaign_file: Path,
    command: str,
    *,
    experiment: int | None,
    by: str | None,
    note: str,
    folder: Path | None,
    ledger_url: str | None,
    as_json: bool,
) -> None:
    """Write a command to the latest run of a campaign.

    Raises:
        BadInput: there is no such run or experiment, the run is over, or `by` is no name.
    """
    who = person(by)
    name = read_campaign(campaign_file).name
    with contextlib.closing(open_ledger(campaign_folder(name, folder), ledger_url, create=False)) as ledger:
        run = latest_run(ledger, name)
        event = commanded(ledger, run, command, experiment=experiment, who=who, note=note)
        runner = runner_of(ledger, name)
    told = {
        "campaign": name,
        "run": run.run,
        "command": command,
        "experiment": experiment,
        "by": who,
        "event": event,
    }
    if as_json:
        typer.echo(json.dumps({**told, "running": runner is not None}))
        return
    whom = f"run {run.run} of {name}" if experiment is None else f"experiment {experiment} of run {run.run} of {name}"
    when = (
        f"{runner[0].upper()}{runner[1:]} obeys" if runner else "No process runs it now; the next `ionloop run` obeys"
    )
    typer.echo(f"{command.capitalize()} {whom}: written to the ledger as event {event}. {when}.")


def commanded(ledger: Ledger, run: CampaignRow, command: str, *, experiment: int | None, who: str, note: str) -> int:
    """Write a command to a run; returns its event.

    Raises:
        BadInput: there is no such experiment, or the run is over.
    """
    if experiment is not None:
        experiment_of(ledger, run, experiment)
    try:
        return ledger.give_command(run.id, command, by=who, note=note, experiment=experiment).event
    except LedgerError as refused:
        remedy = "`ionloop status CAMPAIGN.yaml` says how it stands."
        raise BadInput(f"the command `{command}` cannot be given ({refused})", remedy=remedy) from refused


def abort_calculation(
    campaign_file: Path,
    number: int,
    *,
    command: str,
    experiment: int | None,
    by: str | None,
    note: str,
    folder: Path | None,
    ledger_url: str | None,
    as_json: bool,
) -> None:
    """Abort one calculation of the latest run of a campaign.

    Raises:
        BadInput: there is no such run or calculation, it is over, or it is commanded what it cannot do.
    """
    if command != "abort" or experiment is not None:
        raise BadInput(
            f"a calculation cannot be told to {command}" if command != "abort" else "an experiment is named beside it",
            place="--calculation",
            remedy="`ionloop abort CAMPAIGN.yaml --calculation N` calls one off; it has no checkpoint to be held at.",
        )
    who = person(by)
    name = read_campaign(campaign_file).name
    with contextlib.closing(open_ledger(campaign_folder(name, folder), ledger_url, create=False)) as ledger:
        run = latest_run(ledger, name)
        event = calculation_aborted(ledger, run, number, who=who, note=note)
    if as_json:
        told = {"campaign": name, "run": run.run, "command": command, "calculation": number, "by": who, "event": event}
        typer.echo(json.dumps(told))
        return
    typer.echo(
        f"Calculation {number} of run {run.run} of {name} is called off: event {event}. Its result is not taken."
    )


def calculation_aborted(ledger: Ledger, run: CampaignRow, number: int, *, who: str, note: str) -> int | None:
    """Call one calculation of a run off; returns the event.

    Raises:
        BadInput: there is no such calculation, or it is over.
    """
    why = f"aborted by {who}" + (f": {note}" if note else "")
    try:
        ledger.end_calculation(calculation_of(ledger, run, number).id, CalculationState.CANCELLED, why)
    except LedgerError as refused:
        remedy = "`ionloop status CAMPAIGN.yaml` says how it stands."
        raise BadInput(f"the calculation cannot be aborted ({refused})", remedy=remedy) from refused
    return calculation_of(ledger, run, number).closed_event

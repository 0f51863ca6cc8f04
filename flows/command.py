"""`ionloop pause|resume|stop|abort` behind their options: a command in the ledger, which plans read at checkpoints."""

import contextlib
import json
from pathlib import Path

import typer

from chemistry.errors import BadInput
from flows.home import campaign_folder
from flows.leasing import runner_of
from flows.person import person
from flows.session import experiment_of, latest_run, open_ledger
from flows.spec import read_campaign
from ledger.errors import LedgerError


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
        if experiment is not None:
            experiment_of(ledger, run, experiment)
        try:
            row = ledger.give_command(run.id, command, by=who, note=note, experiment=experiment)
        except LedgerError as refused:
            remedy = "`ionloop status CAMPAIGN.yaml` says how it stands."
            raise BadInput(f"the command `{command}` cannot be given ({refused})", remedy=remedy) from refused
        runner = runner_of(ledger, name)
    told = {
        "campaign": name,
        "run": run.run,
        "command": command,
        "experiment": experiment,
        "by": who,
        "event": row.event,
    }
    if as_json:
        typer.echo(json.dumps({**told, "running": runner is not None}))
        return
    whom = f"run {run.run} of {name}" if experiment is None else f"experiment {experiment} of run {run.run} of {name}"
    when = (
        f"{runner[0].upper()}{runner[1:]} obeys" if runner else "No process runs it now; the next `ionloop run` obeys"
    )
    typer.echo(f"{command.capitalize()} {whom}: written to the ledger as event {row.event}. {when}.")

"""`ionloop approvals|approve|refuse` behind their options."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from chemistry.errors import BadInput
from flows.home import campaign_folder
from flows.person import person
from flows.session import experiment_of, latest_run, open_ledger
from flows.spec import read_campaign
from ledger.approvals import Approvals
from ledger.errors import LedgerError
from ledger.kinds import ApprovalState
from ledger.store import Ledger
from ledger.tables import ApprovalRow, CampaignRow


def list_approvals(campaign_file: Path, *, folder: Path | None, ledger_url: str | None, as_json: bool) -> None:
    """Print every request of the latest run."""
    with _latest(campaign_file, folder, ledger_url) as (ledger, run):
        told = [told_of(ledger, row) for row in Approvals(ledger).of(run.id)]
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    if not told:
        typer.echo(f"Run {run.run} of {run.name} has asked for no approval.")
    for row in told:
        how = row["state"] + (f" by {row['by']}" if row["by"] else "") + (f": {row['note']}" if row["note"] else "")
        typer.echo(f"Experiment {row['experiment']}, {row['formulation']}: {how}")
        for reason in row["reasons"]:
            typer.echo(f"    {reason}")
        if row["state"] == ApprovalState.WAITING:
            until = row["expires_at"][:16].replace("T", " ")
            typer.echo(
                f"    until {until} UTC: ionloop approve|refuse {campaign_file} {row['experiment']}; "
                f"in the Prefect UI with the code {row['code']}"
            )


def give_answer(
    campaign_file: Path,
    experiment: int,
    *,
    approved: bool,
    by: str | None,
    note: str,
    folder: Path | None,
    ledger_url: str | None,
    as_json: bool,
) -> None:
    """Write an answer to the ledger.

    Raises:
        BadInput: nothing waits for it, or `by` is no name.
    """
    who = person(by)
    with _latest(campaign_file, folder, ledger_url) as (ledger, run):
        row = answered(ledger, run, experiment, approved=approved, who=who, note=note)
        told = told_of(ledger, row)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(
        f"Experiment {experiment} of run {run.run} of {run.name} is {row.state}; the ledger has it as event "
        f"{row.decided_event}."
    )


def answered(
    ledger: Ledger,
    run: CampaignRow,
    experiment: int,
    *,
    approved: bool,
    who: str,
    note: str,
    via: str = "command line",
) -> ApprovalRow:
    """Answer for an experiment of a run.

    Raises:
        BadInput: there is no such experiment, or nothing waits for an answer there.
    """
    experiment_of(ledger, run, experiment)
    try:
        return Approvals(ledger).answer(run.id, experiment, approved=approved, by=who, note=note, via=via)
    except LedgerError as refused:
        raise BadInput(
            f"experiment {experiment} cannot be answered for ({refused})",
            remedy="`ionloop approvals CAMPAIGN.yaml` lists what waits.",
        ) from refused


@contextlib.contextmanager
def _latest(campaign_file: Path, folder: Path | None, ledger_url: str | None) -> Iterator[tuple[Ledger, CampaignRow]]:
    name = read_campaign(campaign_file).name
    with contextlib.closing(open_ledger(campaign_folder(name, folder), ledger_url, create=False)) as ledger:
        run = latest_run(ledger, name)
        Approvals(ledger).expire(run.id)
        yield ledger, run


def told_of(ledger: Ledger, row: ApprovalRow) -> dict[str, Any]:
    """A request and its answer; what waits comes with its one-time code."""
    experiment = ledger.experiment(row.experiment_id)
    told = row.model_dump(mode="json", include={"state", "by", "note", "via", "reasons", "expires_at"})
    code = {"code": row.code} if row.state == ApprovalState.WAITING else {}
    return {"experiment": experiment.number, "formulation": experiment.formulation.label, **told, **code}

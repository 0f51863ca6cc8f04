"""`ionloop report` behind its options."""

import contextlib
import json
from pathlib import Path

import typer

from flows.home import campaign_folder
from flows.outputs import refuse_over_another
from flows.report.page import write_report
from flows.session import latest_run, open_ledger
from flows.spec import read_campaign


def write_report_of(
    campaign: Path, *, folder: Path | None, ledger_url: str | None, out: Path | None, as_json: bool
) -> None:
    """Write the report of the latest run of a campaign and name the file."""
    refuse_over_another({"--out": out})
    spec = read_campaign(campaign)
    place = campaign_folder(spec.name, folder)
    with contextlib.closing(open_ledger(place, ledger_url, create=False)) as ledger:
        row = latest_run(ledger, spec.name)
        written = write_report(ledger, row.id, out or place.report)
    typer.echo(json.dumps({"report": str(written)}) if as_json else f"Report: {written}")

"""`ionloop report`: write the report of a campaign."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    campaign: Annotated[Path, typer.Argument(help="the campaign file")],
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    out: Annotated[Path | None, typer.Option(help="the file to write [default: report.html in the folder]")] = None,
    pdf: Annotated[Path | None, typer.Option(help="a PDF of it too, A4; wants Chromium on this machine")] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="rehearse the campaign on a simulated lab and set that beside it")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Write the report of a campaign, finished or not, as one HTML file, and as PDF if you like."""
    from flows.report.command import write_report_of

    write_report_of(campaign, folder=folder, ledger_url=ledger, out=out, pdf=pdf, forecast=forecast, as_json=json)

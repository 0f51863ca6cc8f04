"""`ionloop report` behind its options."""

import contextlib
import json
from pathlib import Path

import typer

from flows.home import campaign_folder
from flows.outputs import refuse_over_another, refuse_unwritable
from flows.session import latest_run, open_ledger
from flows.spec import read_campaign


def write_report_of(
    campaign: Path,
    *,
    folder: Path | None,
    ledger_url: str | None,
    out: Path | None,
    pdf: Path | None,
    forecast: bool,
    as_json: bool,
) -> None:
    """Write the report of the latest run of a campaign, and print it where a PDF is wanted too; name the files."""
    from flows.report.pdf import browser, print_page

    refuse_over_another({"--out": out})
    if pdf is not None:
        refuse_unwritable({"--pdf": pdf}, {}, [campaign, out])
        refuse_over_another({"--pdf": pdf}, begin=b"%PDF-", kind="PDF")
    printer = browser() if pdf is not None else ""
    spec = read_campaign(campaign)
    place = campaign_folder(spec.name, folder)
    with contextlib.closing(open_ledger(place, ledger_url, create=False)) as ledger:
        row = latest_run(ledger, spec.name)
        from flows.report.page import write_report

        rehearsed = None
        if forecast:
            from flows.forecast import forecast_campaign

            rehearsed = forecast_campaign(campaign, folder, ledger_url)
        written = {"report": str(write_report(ledger, row.id, out or place.report, forecast=rehearsed))}
    if pdf is not None:
        written["pdf"] = str(print_page(printer, Path(written["report"]), pdf))
    if as_json:
        typer.echo(json.dumps(written))
        return
    typer.echo(f"Report: {written['report']}")
    if pdf is not None:
        typer.echo(f"On paper: {written['pdf']}")

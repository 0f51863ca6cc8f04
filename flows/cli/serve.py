"""`ionloop serve`: the Prefect server and the campaign on a schedule."""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    campaign: Annotated[Path, typer.Argument(help="the campaign file to serve")],
    cron: Annotated[str | None, typer.Option(help='schedule, such as "0 20 * * *" (every night at eight)')] = None,
    timezone: Annotated[str, typer.Option(help="time zone of the schedule")] = "UTC",
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    hardware: Annotated[bool, typer.Option("--hardware", help="allow a lab file that drives real instruments")] = False,
    port: Annotated[int, typer.Option(help="port of the Prefect server on loopback")] = 4200,
) -> None:
    """Start the Prefect server and serve the campaign: on its schedule, and from the button in the Prefect UI."""
    from flows.server.serve import serve_campaign

    serve_campaign(
        campaign, cron=cron, timezone=timezone, folder=folder, ledger_url=ledger, hardware=hardware, port=port
    )

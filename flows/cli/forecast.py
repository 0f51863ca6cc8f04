"""`ionloop forecast`: hours and consumables before anything moves."""

from pathlib import Path
from typing import Annotated

import typer


def forecast(
    campaign: Annotated[Path, typer.Argument(help="the campaign file")],
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Say how many lab hours and how many grams a campaign will take, and what runs out first.

    The campaign's own plans are run on the simulated lab with space-filling suggestions and a clock that jumps;
    nothing is written.
    """
    from flows.lab_files import read_files

    read_files(campaign, hardware=True)  # sets up Channel Access, which must come before what imports ophyd

    from flows.forecast import forecast_campaign, show_forecast

    show_forecast(forecast_campaign(campaign, folder, ledger), as_json=json)

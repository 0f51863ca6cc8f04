"""`ionloop run`: run a campaign, or go on where it was."""

from pathlib import Path
from typing import Annotated

import typer


def run(
    campaign: Annotated[Path, typer.Argument(help="the campaign file, such as examples/peo_salts.yaml")],
    folder: Annotated[
        Path | None, typer.Option(help="where ledger, lab record and report go [default: runs/NAME]")
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(help="database URL of the ledger, such as postgresql://… [default: SQLite in the folder]"),
    ] = None,
    hardware: Annotated[bool, typer.Option("--hardware", help="allow a lab file that drives real instruments")] = False,
    faults: Annotated[
        Path | None,
        typer.Option(help="a fault file, such as examples/faults.yaml: what goes wrong in the simulated lab"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print the outcome as one JSON object, no live display")] = False,
) -> None:
    """Run a campaign, or resume it where a stop, a crash or a kill left it.

    A finished campaign of the same name is followed by a new run of it in the same ledger.
    """
    from devices.interrupt import nothing_begun

    with nothing_begun():
        from flows.run import run_campaign
    run_campaign(campaign, folder=folder, ledger_url=ledger, hardware=hardware, as_json=json, faults=faults)

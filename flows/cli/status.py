"""`ionloop status`: where a campaign stands."""

from pathlib import Path
from typing import Annotated

import typer


def status(
    campaign: Annotated[Path, typer.Argument(help="the campaign file")],
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="recompute every suggestion from its ledger event and compare")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Show the experiments of a campaign, the best so far, and what waits; moves nothing."""
    from flows.status import show_status

    show_status(campaign, folder=folder, ledger_url=ledger, verify=verify, as_json=json)

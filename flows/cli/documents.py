"""`ionloop documents`: the raw Bluesky documents of a campaign, in a Tiled catalogue."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Bring raw Bluesky documents into a Tiled catalogue.", no_args_is_help=True)
_Campaign = Annotated[Path, typer.Argument(help="the campaign file")]
_Folder = Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")]


@app.command()
def send(
    campaign: _Campaign,
    folder: _Folder = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    to: Annotated[
        str | None, typer.Option(help="address of the catalogue, or `local` [default: tiled_uri of the lab file]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Send what the catalogue does not have yet; the key is taken from TILED_API_KEY."""
    from flows.catalogue.command import send_documents

    send_documents(campaign, folder=folder, ledger_url=ledger, uri=to, as_json=json)


@app.command()
def serve(campaign: _Campaign, folder: _Folder = None) -> None:
    """Serve the catalogue in the campaign's folder on loopback, until Ctrl-C."""
    from flows.catalogue.command import serve_documents

    serve_documents(campaign, folder=folder)

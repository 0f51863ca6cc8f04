"""`ionloop web`: the dashboard and the REST interface over a ledger."""

from pathlib import Path
from typing import Annotated

import typer


def web(
    ledger: Annotated[str | None, typer.Option(help="path or database URL [default: ledger.sqlite here]")] = None,
    campaign: Annotated[Path | None, typer.Option(help="a campaign file: serve that campaign's own ledger")] = None,
    host: Annotated[str, typer.Option(help="address to listen at; others than loopback need an account")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen at")] = 4280,
    proxy: Annotated[str, typer.Option(help="address of the TLS proxy in front, which is believed who asks")] = "",
) -> None:
    """Serve what a ledger knows to programs and people, who sign in (`ionloop people`). Ends with Ctrl-C."""
    from flows.cli.data import ledger_place
    from flows.web.process import is_loopback, serve_web

    place = ledger_place(ledger, campaign)
    typer.echo(f"http://{host}:{port}/", err=True)
    if not is_loopback(host) and not proxy:
        typer.echo("Passwords and tokens travel in the clear: put a proxy with TLS in front, and name it with --proxy.")
    serve_web(place, host=host, port=port, proxy=proxy)

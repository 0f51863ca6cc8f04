"""`ionloop stock`: what is left in the containers of a campaign's lab, and what people say of it."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="See what is left in the containers; say what was filled or weighed.", no_args_is_help=True)

_Campaign = Annotated[Path, typer.Argument(help="the campaign file")]
_Component = Annotated[str, typer.Argument(help="name or SMILES of the component")]
_Mass = Annotated[float, typer.Argument(help="mass, mg")]
_By = Annotated[str | None, typer.Option(help="who says so [default: who is logged in]")]
_Note = Annotated[str, typer.Option(help="for whoever reads the ledger")]
_Folder = Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")]
_Ledger = Annotated[str | None, typer.Option(help="database URL of the ledger")]
_Json = Annotated[bool, typer.Option("--json", help="print one JSON list")]


@app.command("show")
def stock_show(campaign: _Campaign, folder: _Folder = None, ledger: _Ledger = None, json: _Json = False) -> None:
    """Say what is left of each component."""
    from flows.stock import show_stock

    show_stock(campaign, folder=folder, ledger_url=ledger, as_json=json)


@app.command("fill")
def stock_fill(
    campaign: _Campaign,
    component: _Component,
    mass: _Mass,
    lot: Annotated[str, typer.Option(help="lot number of what is in it")] = "",
    by: _By = None,
    note: _Note = "",
    folder: _Folder = None,
    ledger: _Ledger = None,
) -> None:
    """Say that a full container was put in the place of the old one."""
    from flows.stock import fill

    fill(campaign, component, mass, lot=lot, by=by, note=note, folder=folder, ledger_url=ledger)


@app.command("weigh")
def stock_weigh(
    campaign: _Campaign,
    component: _Component,
    mass: _Mass,
    by: _By = None,
    note: _Note = "",
    folder: _Folder = None,
    ledger: _Ledger = None,
) -> None:
    """Say what is left in a container, as somebody weighed it."""
    from flows.stock import weigh

    weigh(campaign, component, mass, by=by, note=note, folder=folder, ledger_url=ledger)

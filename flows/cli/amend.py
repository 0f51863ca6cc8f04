"""`ionloop amend`: correct a result, or take it back; history stays."""

from pathlib import Path
from typing import Annotated

import typer


def amend(
    campaign: Annotated[Path, typer.Argument(help="the campaign file")],
    experiment: Annotated[int, typer.Argument(help="number of the experiment")],
    thickness: Annotated[
        float | None, typer.Option("--thickness-um", help="the film's true thickness, µm: moves its conductivities")
    ] = None,
    name: Annotated[str | None, typer.Option("--property", help="the property that is meant")] = None,
    at: Annotated[float | None, typer.Option(help="at which temperature, °C [default: all]")] = None,
    value: Annotated[float | None, typer.Option(help="the better number, in the unit of the property")] = None,
    sd: Annotated[float | None, typer.Option(help="its standard deviation [default: as it was]")] = None,
    retract: Annotated[
        bool, typer.Option("--retract", help="take the readings back; without --property all of the film")
    ] = False,
    also_by_hand: Annotated[
        bool, typer.Option("--also-by-hand", help="what somebody set by hand before follows too [default: it is kept]")
    ] = False,
    by: Annotated[str | None, typer.Option(help="who says so [default: who is logged in]")] = None,
    note: Annotated[str, typer.Option(help="why, for whoever reads the ledger")] = "",
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Correct a result of the latest run, or take it back.

    What was known before stays in the ledger, the surrogate learns again before it is asked the next time, and every
    later decision that used the number is marked.
    """
    from flows.amend import Correction, amend_experiment

    correction = Correction(thickness, name, at, value, sd, retract, also_by_hand)
    amend_experiment(campaign, experiment, correction, by=by, note=note, folder=folder, ledger_url=ledger, as_json=json)

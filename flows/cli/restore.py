"""`ionloop restore`: the way back from a back-up."""

from pathlib import Path
from typing import Annotated

import typer


def restore(
    configuration: Annotated[Path, typer.Argument(help="the configuration of `ionloop serve`: where ledgers belong")],
    back_up: Annotated[Path, typer.Argument(help="a back-up: the folder named after its moment", metavar="BACK_UP")],
    only: Annotated[
        list[str] | None, typer.Option("--only", help="a campaign; may be given several times [default: all]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Put the ledgers of a back-up where a configuration has them, each whole or not at all.

    A ledger that holds anything is never overwritten: move it away first. What a simulated bench remembers, and
    Prefect's records, are put back only where they are gone. End `ionloop serve` before.
    """
    from dataclasses import asdict

    from flows.cli.figures import print_figures
    from flows.server.configuration import read_configuration
    from flows.server.only_one import only_one
    from flows.server.restore import restore as put_back

    asked = read_configuration(configuration)
    with only_one(asked.spec.name):
        told = put_back(asked, back_up, only or ())
    figures = [asdict(one) if json else f"{one.file} → {one.to}: {one.words}" for one in told]
    print_figures({"restored": figures}, json, title=f"From {back_up}:")
    if not json:
        typer.echo("Before anything is begun: `ionloop reconcile CAMPAIGN.yaml`, and a look at the benches.")

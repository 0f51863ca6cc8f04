"""`ionloop serve`: the Prefect server, and what a configuration file, or one campaign, has on schedules."""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    file: Annotated[
        Path, typer.Argument(help="a configuration, such as examples/serve.yaml, or one campaign file", metavar="FILE")
    ],
    cron: Annotated[
        str | None, typer.Option(help='schedule of one campaign, such as "0 20 * * *" (every night at eight)')
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="time zone of the schedule [default: UTC]")] = None,
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    hardware: Annotated[bool, typer.Option("--hardware", help="allow a lab file that drives real instruments")] = False,
    port: Annotated[int | None, typer.Option(help="port of the Prefect server on loopback [default: 4200]")] = None,
) -> None:
    """Start the Prefect server and serve what a configuration names: on schedules, and from the Prefect UI.

    With a campaign file in its place, that one campaign is served, and the options say the rest.
    """
    from flows.server.configuration import configuration_of_campaign, is_configuration, read_configuration
    from flows.server.serve import refuse_options
    from flows.server.serve import serve as serve_all

    if is_configuration(file):
        options = {"--cron": cron, "--timezone": timezone, "--folder": folder, "--ledger": ledger}
        refuse_options({**options, "--hardware": hardware, "--port": port})
        serve_all(read_configuration(file), file)
        return
    short = configuration_of_campaign(
        file,
        cron=cron,
        time_zone=timezone or "UTC",
        folder=folder,
        ledger_url=ledger,
        hardware=hardware,
        port=4200 if port is None else port,
    )
    serve_all(short, None)

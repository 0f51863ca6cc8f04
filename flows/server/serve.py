"""`ionloop serve` behind its options: the Prefect server, and the campaign with its schedule."""

import asyncio
import contextlib
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from chemistry.errors import BadInput
from flows.home import campaign_folder, home
from flows.lab_files import read_files
from flows.session import open_ledger, whole_ledger

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment


def serve_campaign(
    campaign_file: Path,
    *,
    cron: str | None,
    timezone: str,
    folder: Path | None,
    ledger_url: str | None,
    hardware: bool,
    port: int,
) -> None:
    """Serve one campaign until interrupted. Each scheduled run resumes what is unfinished, else begins anew."""
    if not 0 < port < 2**16:
        raise BadInput(f"--port {port}", remedy="A port is a number from 1 to 65535.")
    spec, _ = read_files(campaign_file, hardware=hardware)
    _check_schedule(cron, timezone)
    home()
    open_ledger(campaign_folder(spec.name, folder), ledger_url).close()  # now, and not at night
    from flows.server.prefect_server import dashboard, prefect_server

    typer.echo("Finding or starting the Prefect server …")
    with prefect_server(port) as address:
        parameters = {
            "campaign_file": str(campaign_file.resolve()),
            "folder": str(campaign_folder(spec.name, folder).path),
            "ledger_url": ledger_url and whole_ledger(campaign_folder(spec.name, folder), ledger_url),
            "hardware": hardware,
        }
        deployment = _deployment(spec.name, spec.question, parameters, cron, timezone)
        when = f"on the schedule `{cron}` ({timezone})" if cron else "when you press Run"
        typer.echo(f"Prefect UI: {dashboard(address)}")
        typer.echo(f"Serving {spec.name}: it runs {when}. Ctrl-C ends the server and the serving.")
        _serve(deployment)


def _serve(deployment: "RunnerDeployment") -> None:
    """Start runs as they fall due, until interrupted. `prefect.serve`, but that SIGTERM ends it as Ctrl-C does."""
    from prefect.runner import Runner

    class OneWayOut(Runner):
        def handle_sigterm(self, *args: object, **kwargs: object) -> None:
            signal.raise_signal(signal.SIGINT)  # Prefect's own way leaves a coroutine behind, and says so

    # In the background of a shell a process is born deaf to SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runner = OneWayOut(pause_on_shutdown=True)
    runner.add_deployment(deployment)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(runner.start())


def _deployment(
    name: str, question: str, parameters: dict[str, str | bool | None], cron: str | None, timezone: str
) -> "RunnerDeployment":
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.campaign import campaign

    made = campaign.to_deployment(
        name=name,
        description=question,
        parameters=parameters,
        schedule=Cron(cron, timezone=timezone) if cron else None,
        # By its dotted name: a file path would put `flows/` itself on the module path of the runs.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return cast("RunnerDeployment", made)  # outside an event loop Prefect has waited for it


def _check_schedule(cron: str | None, timezone: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from cronsim import CronSim, CronSimError

    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(f"there is no time zone `{timezone}`", remedy="Say one like Europe/Berlin or UTC.") from error
    try:
        if cron is not None:
            CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        remedy = 'Five fields are needed: minute hour day month weekday, such as "0 20 * * *".'
        raise BadInput(f"`{cron}` is no cron schedule ({error})", remedy=remedy) from error

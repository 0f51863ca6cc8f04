"""`ionloop serve` behind its options: the Prefect server, and the campaign with its schedule."""

from pathlib import Path
from typing import Any

from chemistry.errors import BadInput
from flows.home import campaign_folder
from flows.session import read_files


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
    spec, _ = read_files(campaign_file, hardware=hardware)
    _check_schedule(cron, timezone)
    place = campaign_folder(spec.name, folder)
    from flows.prefect_server import dashboard, prefect_server

    print("Finding or starting the Prefect server …", flush=True)
    with prefect_server(port) as address:
        from flows.campaign import campaign
        from prefect.schedules import Cron

        # Served from its dotted name, so that the runs import `flows.campaign` like everybody else.
        deployment = campaign.to_deployment(
            name=spec.name,
            description=spec.question,
            parameters=_parameters(campaign_file, place.path, ledger_url, hardware=hardware),
            schedule=Cron(cron, timezone=timezone) if cron else None,
            entrypoint_type=_dotted(),
            concurrency_limit=1,
        )
        when = f"on the schedule `{cron}` ({timezone})" if cron else "when you press Run"
        print(
            f"Prefect UI: {dashboard(address)}\nServing {spec.name}: it runs {when}. Ctrl-C ends the server and the serving.",
            flush=True,
        )
        from prefect import serve

        serve(deployment, print_starting_message=False)


def _parameters(campaign_file: Path, folder: Path, ledger_url: str | None, *, hardware: bool) -> dict[str, Any]:
    return {
        "campaign_file": str(campaign_file.resolve()),
        "folder": str(folder),
        "ledger_url": ledger_url,
        "hardware": hardware,
    }


def _check_schedule(cron: str | None, timezone: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(f"there is no time zone `{timezone}`", remedy="Say one like Europe/Berlin or UTC.") from error
    if cron is not None and not _is_cron(cron):
        raise BadInput(
            f"`{cron}` is no cron schedule",
            remedy='Five fields are needed: minute hour day month weekday, such as "0 20 * * *".',
        )


def _is_cron(text: str) -> bool:
    from cronsim import CronSim, CronSimError
    from datetime import UTC, datetime

    try:
        CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError:
        return False
    return True


def _dotted() -> Any:
    from prefect.deployments.runner import EntrypointType

    return EntrypointType.MODULE_PATH

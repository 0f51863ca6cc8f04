"""`ionloop serve`: the Prefect server, what is served, and the watch over it, as one configuration says."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import typer

from chemistry.errors import BadInput, IonloopError
from flows.home import home
from flows.server.configuration import Configuration
from flows.server.only_one import only_one
from flows.server.serve_spec import Served
from flows.session import open_ledger


class NotServed(IonloopError):
    """The Prefect server did not take it."""


def serve(configuration: Configuration, file: Path | None) -> None:
    """Serve everything that a configuration names, until interrupted.

    It may be killed and started again at any moment: what it makes on the server is made once, its schedules go on, and
    so do campaigns that were cut off with it.

    Args:
        configuration: What to serve.
        file: Where it stands; None where it was made of a campaign file.

    Raises:
        BadInput: a ledger cannot be used; the dashboard would be open to others, and nobody has an account.
        AlreadyServed: by another process.
    """
    from flows.server.prefect_server import dashboard, prefect_server, refuse_open_server
    from flows.web.process import refuse_unguarded
    from ledger.people import People

    server = configuration.spec.server
    refuse_open_server(server.host)
    home()
    pages = configuration.spec.dashboard
    for campaign in configuration.campaigns.values():  # now, and not at night
        with contextlib.closing(open_ledger(campaign.folder, campaign.ledger_url)) as ledger:
            if pages is not None and campaign.ledger == configuration.dashboard_ledger:
                refuse_unguarded(People(ledger), pages.host)
    with only_one(configuration.spec.name):
        typer.echo("Finding or starting the Prefect server …")
        with prefect_server(server.port, host=server.host, database=server.database) as address:
            typer.echo(f"Prefect UI: {dashboard(address)}")
            with _watched(configuration, file, address):
                for line in in_words(configuration):
                    typer.echo(line)
                if pages is not None:
                    typer.echo(f"Dashboard: http://{pages.host}:{pages.port}/")
                typer.echo("Ctrl-C ends the server and the serving.")
                from flows.server.worker import work

                work(configuration)


def in_words(configuration: Configuration) -> list[str]:
    """One sentence for everything that is served: when it runs."""
    spec = configuration.spec
    served: list[tuple[str, Served]] = [(name, it.asked) for name, it in configuration.campaigns.items()]
    served += [(f"retrain {fit.campaign} {fit.model}", fit) for fit in spec.retrain]
    served += [(f"validate {check.campaign} {check.recipe}", check) for check in spec.validate_best]
    served += [(f"screen {pool.name}", pool) for pool in spec.screen]
    served += [("health check", spec.health_check)] if spec.health_check else []
    served += [("back-up", spec.back_up)] if spec.back_up else []
    return [f"Serving {name}: it runs {_when(it, spec.time_zone)}." for name, it in served]


def _when(served: Served, time_zone: str) -> str:
    if served.schedule is None:
        return "when you press Run"
    return f"on the schedule `{served.schedule}` ({served.time_zone or time_zone})"


@contextlib.contextmanager
def _watched(configuration: Configuration, file: Path | None, address: str) -> Iterator[None]:
    """The deployments are there and the watch looks, for as long as the block lasts."""
    from prefect.client.orchestration import get_client

    from flows.server.automations import put_automations
    from flows.server.dashboard import keep_dashboard
    from flows.server.deployments import bring_up_to_date, wanted
    from flows.server.prefect_server import keep_server
    from flows.server.watch import Watch
    from flows.server.worker import worker_name

    spec = configuration.spec
    with _refused_in_words(), get_client(sync_client=True) as client:
        deployments = bring_up_to_date(client, configuration, list(wanted(configuration, file)))
        put_automations(client, spec.name, spec.alerts, deployments.get(f"alert/{spec.name}"))
    watch, ended = Watch(configuration, deployments, worker_name(spec.name)), threading.Event()
    threads = [
        threading.Thread(target=watch.keep_looking, args=(ended,), name="watch", daemon=True),
        threading.Thread(target=keep_server, args=(address, spec.server, ended), name="server-watch", daemon=True),
        threading.Thread(target=keep_dashboard, args=(configuration, ended), name="dashboard", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def _refused_in_words() -> Iterator[None]:
    import httpx

    try:
        yield
    except httpx.HTTPError as error:
        log = home() / "server.log"
        raise NotServed(
            f"The Prefect server did not take what is to be served: {error}. Its words are in {log}."
        ) from error


def refuse_options(given: dict[str, object]) -> None:
    """Options of the short form have no place beside a configuration file, which says all of it itself.

    Raises:
        BadInput: naming the first that was given.
    """
    for option, value in given.items():
        if value:
            raise BadInput(
                f"{option} is for a campaign file, and this is a configuration of `ionloop serve`",
                place=option,
                remedy="Write it into the file; `ionloop schema serve` says where.",
            )

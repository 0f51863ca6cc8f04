"""The worker of another machine than the server's."""

import os
from urllib.parse import urlsplit

import typer

from chemistry.errors import BadInput, IonloopError
from flows.server.prefect_server import client_environment


class NoServer(IonloopError):
    """The server does not answer, or does not serve what was asked for."""


def work_for(address: str, pool: str, queues: list[str]) -> None:
    """Run what the queues of a server hand out, until a signal ends it.

    Raises:
        BadInput: the address is none.
        NoServer: nobody answers there, or the pool and its queues are not there.
    """
    place = urlsplit(address)
    if place.scheme not in ("http", "https") or not place.hostname:
        remedy = "Give one such as http://ionloop.example.org:4200/api."
        raise BadInput(f"{address!r} is no address of a Prefect server", place="SERVER", remedy=remedy)
    os.environ.update(client_environment(address))
    _refuse_absent(address, pool, queues)
    from flows.server.worker import take_from, worker_name

    typer.echo(f"Taking from {', '.join(queues)} of {pool} at {address}. Ctrl-C ends it.")
    # Another name than that of the server's own worker, which judges by it whose processes it can see.
    take_from(pool, queues, f"{worker_name(pool)}: {', '.join(queues)}")


def _refuse_absent(address: str, pool: str, queues: list[str]) -> None:
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    try:
        with get_client(sync_client=True) as client:
            for queue in queues:
                client.read_work_queue_by_name(queue, work_pool_name=pool)
    except ObjectNotFound as error:
        raise NoServer(
            f"The server at {address} has no pool {pool} with the queues {', '.join(queues)}: `name` and `queues` of "
            "the configuration that is served there say what there is."
        ) from error
    except httpx.HTTPError as error:
        raise NoServer(f"The server at {address} cannot be asked: {error}.") from error

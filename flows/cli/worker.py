"""`ionloop worker`: runs on this machine what a server elsewhere hands out."""

from typing import Annotated

import typer


def worker(
    server: Annotated[str, typer.Argument(help="address of the Prefect server, such as http://HOST:4200/api")],
    queue: Annotated[list[str], typer.Option("--queue", help="a queue to take from; may be given several times")],
    pool: Annotated[str, typer.Option(help="the `name` in the configuration that is served")] = "ionloop",
) -> None:
    """Take what falls due in queues of `ionloop serve` on another machine, and run it here.

    For the computer of a station, or a cluster that does theory. Campaign and lab files lie at the same paths here as
    there, and the ledger is a database that both reach. SIGTERM lets runs make their instruments safe first.
    """
    from flows.server.elsewhere import work_for

    work_for(server, pool, queue)

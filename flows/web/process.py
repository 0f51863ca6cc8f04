"""The web application as a process: uvicorn, on loopback unless another address is named."""

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from ledger.people import People

LOOPBACK, PORT = "127.0.0.1", 4280


def serve_web(ledger: str | Path, *, host: str = LOOPBACK, port: int = PORT, proxy: str = "") -> None:
    """Serve the application over a ledger, the dashboard on it, until it is told to stop.

    Args:
        ledger: path of an SQLite file, or `postgresql://…`; it must be there.
        host: address to listen at.
        port: port to listen at.
        proxy: address of the proxy in front, which is believed when it says who asks, and by https or not.

    Raises:
        BadInput: there is no ledger; or anybody could reach the server, and nobody has an account.
    """
    from flows.web.app import create_app
    from flows.web.pages import add_pages

    app = create_app(ledger)
    app.state.desk.browsing.prepare()
    add_pages(app, app.state.desk)
    server_of(app, host=host, port=port, proxy=proxy).run()


def server_of(app: "FastAPI", *, host: str = LOOPBACK, port: int = PORT, proxy: str = "") -> "uvicorn.Server":
    """The server of an application, to be run.

    Raises:
        BadInput: anybody could reach it, and nobody has an account.
    """
    import uvicorn

    refuse_unguarded(app.state.desk.people, host)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxy),
            forwarded_allow_ips=proxy or None,
            timeout_graceful_shutdown=5,
        )
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_unguarded(people: "People", host: str) -> None:
    """Raises `BadInput` where an address is open to others before anybody has an account."""
    if not is_loopback(host) and not people.all():
        raise BadInput(
            f"`{host}` can be reached from other machines, and nobody has an account yet",
            remedy="Make one with `ionloop people add NAME --role admin`, or serve on 127.0.0.1. "
            "Passwords and tokens need TLS on their way: put a proxy in front.",
        )

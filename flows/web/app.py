"""The web application: the REST interface over one ledger, on which pages may be put."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

from flows.web import refusals
from flows.web.api import router
from flows.web.desk import Desk
from flows.web.limits import Limits
from ledger.passwords import STRONG, Cost
from ledger.store import Ledger

_ABOUT = """
Everything that the ledger of ionloop knows, for programs: the same rules as the command line has.

Sign in at `/api/v1/session` (a cookie, for browsers), or send a token (`ionloop people token`) as
`Authorization: Bearer …`. A *viewer* reads, an *operator* commands and changes data, an *admin* says who may.
What cannot be used is answered by 400 or 422 with one paragraph in `detail`, which says what to do.
"""


def create_app(ledger_url: str | Path, *, create: bool = False, cost: Cost = STRONG) -> FastAPI:
    """The application over a ledger; `app.state.desk` is what it works with.

    Args:
        ledger_url: path of an SQLite file, or `postgresql://…`.
        create: whether a missing ledger may be made.
        cost: of a guess at a password; tests take a smaller one.

    Raises:
        BadInput: there is no ledger that can be used.
    """
    desk = Desk(Ledger.open(ledger_url, create=create), cost)

    @asynccontextmanager
    async def open_while_serving(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.ledger.close()

    app = FastAPI(
        title="ionloop",
        version=version("ionloop"),
        description=_ABOUT,
        lifespan=open_while_serving,
        docs_url=None,  # its page is fetched from elsewhere, and shows what only those who are known may see
        redoc_url=None,
        openapi_url=None,
    )
    app.state.desk = desk
    app.add_middleware(Limits)
    refusals.answer_in_words(app)
    app.include_router(router)
    refusals.answer_strangers(app)
    return app

"""Signing in and out: a plain form that needs no script, so that it is there at once."""

import asyncio
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from flows.web.access import begin_session, end_session
from flows.web.desk import Desk
from ledger.sign_in import SignInRefused

WAY, OUT = "/sign-in", "/sign-out"


def add(app: FastAPI, desk: Desk) -> None:
    """The form, where it goes, and the way out."""

    @app.get(WAY, include_in_schema=False)
    def form(next: str = "/") -> HTMLResponse:  # the address says `next`
        return _form("", next, 200)

    @app.post(WAY, include_in_schema=False)
    async def sign_in(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",
    ) -> Response:
        if not _from_here(request):
            return _form("The form was not one of ours: sign in here.", "/", 403)
        answer = RedirectResponse(_own(next), status_code=303)
        try:
            await asyncio.to_thread(begin_session, desk, request, answer, name, password)
        except SignInRefused as refused:
            return _form(f"{refused}.", next, 401)
        return answer

    @app.get(OUT, include_in_schema=False)
    def asked_out() -> HTMLResponse:
        return _page("Sign out", '<form method="post"><button>Sign out</button></form><p><a href="/">Stay</a></p>', 200)

    @app.post(OUT, include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        answer = RedirectResponse(WAY, status_code=303)
        if _from_here(request):
            await asyncio.to_thread(end_session, desk, request, answer)
        return answer


def _from_here(request: Request) -> bool:
    """Whether a browser sent it from a page of ours: what another site would sign somebody in or out for is refused."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _own(way: str) -> str:
    """A page of ours; anything that leads elsewhere leads to the first page."""
    return way if way.startswith("/") and not way.startswith(("//", "/\\")) and way.isprintable() else "/"


def _form(problem: str, way: str, status: int) -> HTMLResponse:
    from html import escape

    said = f'<p role="alert" class="bad">{escape(problem)}</p>' if problem else ""
    body = f"""{said}<form method="post" action="{WAY}">
<label>Name<input name="name" autocomplete="username" required autofocus></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<input type="hidden" name="next" value="{escape(_own(way), quote=True)}"><button>Sign in</button></form>
<p class="faint">An admin opens accounts; the first one is made with <code>ionloop people add</code>.</p>"""
    return _page("Sign in", body, status)


def _page(title: str, body: str, status: int) -> HTMLResponse:
    return HTMLResponse(_WHOLE.replace("TITLE", title).replace("BODY", body), status)


def next_way(path: str) -> str:
    """Where to sign in, and where that leads back to."""
    return f"{WAY}?next={quote(path, safe='')}"


_WHOLE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>TITLE · ionloop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto 0; padding: 0 1rem; }
  label { display: block; margin: .75rem 0; font-weight: 600; }
  input:not([type=hidden]) { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .6rem; }
  button { font: inherit; font-weight: 600; padding: .65rem 1.4rem; min-height: 44px; }
  .bad { border-left: 4px solid #c0392b; padding: .4rem .8rem; } .faint { opacity: .75; font-size: .9rem; }
</style></head><body><main><h1>ionloop</h1><h2>TITLE</h2>BODY</main></body></html>"""

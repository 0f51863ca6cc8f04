"""Who may: the FastAPI dependencies `reader`, `operator` and `admin`, and sessions as cookies.

A program sends its token as `Authorization: Bearer …`. A browser sends the cookie of its session, and with every
change the header `X-CSRF-Token`, which the answer to its sign-in told it. Nothing but the health check and the sign-in
is open to anybody else.
"""

import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from chemistry.wording import shortened
from flows.web.described import operations_at
from flows.web.desk import Desk, Signed
from ledger.author import Role
from ledger.passwords import MOST
from ledger.people import LONGEST_NAME
from ledger.sign_in import SESSION_HOURS

COOKIE = "ionloop_session"
CSRF_HEADER = "X-CSRF-Token"
_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
_LONGEST_SECRET = 500

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session", description="as a sign-in sets it")
_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="as `ionloop people token` shows it, once")


def desk_of(request: Request) -> Desk:
    """The desk of the application that a request came to."""
    return request.app.state.desk


def signed_in(desk: Desk, connection: HTTPConnection) -> Signed | None:
    """Who asks, by their token or else by their session; None where nobody is known. For pages and web sockets, too.

    Whether they may do what they ask for, and whether a page of ours asked it, is the business of whoever calls.
    """
    address, action = address_of(connection), action_of(connection)
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind:  # who sends a token means it: no session stands in for one that is not taken
        return desk.by_token(token.strip(), address, action) if kind.lower() == "bearer" and _fits(token) else None
    secret = connection.cookies.get(COOKIE, "")
    return desk.by_session(secret, address, action) if secret and _fits(secret) else None


def known(
    request: Request,
    desk: Annotated[Desk, Depends(desk_of)],
    _cookie_: Annotated[str | None, Security(_cookie)] = None,
    _bearer_: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
) -> Signed:
    """Who asks; 401 where nobody is known, 403 where a change came from elsewhere than our own pages.

    Raises:
        HTTPException: 401 or 403, or 422 for a parameter that the address does not know, with what to do.
    """
    signed = signed_in(desk, request)
    if signed is None:
        raise HTTPException(401, nobody(desk), headers={"WWW-Authenticate": "Bearer"})
    if signed.csrf and request.method not in _CHANGES_NOTHING and not _asked_by_us(request, signed):
        raise HTTPException(
            403,
            f"A change from a browser needs the header {CSRF_HEADER}, as the answer to the sign-in and GET "
            "/api/v1/session tell it. A program uses a token instead.",
        )
    _know_what_is_asked(request)
    return signed


def nobody(desk: Desk) -> str:
    """What to tell somebody who is not known."""
    if not desk.people.all():
        return (
            "Nobody can sign in yet: there is no account. `ionloop people add NAME --role admin --ledger LEDGER` on "
            "the machine of the ledger makes the first one."
        )
    return "Sign in at /api/v1/session, or send a token as `Authorization: Bearer …`."


def _as(role: Role, signed: Signed) -> Signed:
    if not signed.may(role):
        article = "an" if role.value[0] in "ao" else "a"
        raise HTTPException(
            403, f"This takes {article} {role}; {signed.name} is known as {signed.role} here ({signed.via})."
        )
    return signed


def reader(signed: Annotated[Signed, Depends(known)]) -> Signed:
    """Anybody who is known."""
    return _as(Role.VIEWER, signed)


def operator(signed: Annotated[Signed, Depends(known)]) -> Signed:
    """Whoever may command campaigns and change data."""
    return _as(Role.OPERATOR, signed)


def admin(signed: Annotated[Signed, Depends(known)]) -> Signed:
    """Whoever says who may."""
    return _as(Role.ADMIN, signed)


Reader = Annotated[Signed, Depends(reader)]
Operator = Annotated[Signed, Depends(operator)]
Admin = Annotated[Signed, Depends(admin)]
TheDesk = Annotated[Desk, Depends(desk_of)]


def begin_session(desk: Desk, request: Request, response: Response, name: str, password: str) -> Signed:
    """Sign somebody in, and set the cookie of their session.

    Raises:
        SignInRefused: they are not let in, or too many tried a moment ago (`TooManyTries`).
    """
    person, secret = desk.sign_ins.sign_in(name[: LONGEST_NAME + 1], password[: MOST + 1], address_of(request))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_HOURS * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return desk.begun(person, secret, address_of(request), action_of(request))


def end_session(desk: Desk, request: Request, response: Response) -> None:
    """Sign out: the session is over, wherever its cookie may lie."""
    secret = request.cookies.get(COOKIE, "")
    if secret and _fits(secret):
        desk.sign_ins.sign_out(secret)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def address_of(connection: HTTPConnection) -> str:
    """The network address that somebody comes from; that of a proxy, where the server was not told to believe it."""
    return connection.client.host if connection.client is not None else ""


def action_of(connection: HTTPConnection) -> str:
    """What is asked for, as the audit has it."""
    return f"{connection.scope.get('method', 'page')} {connection.url.path}"[:200]


def _asked_by_us(request: Request, signed: Signed) -> bool:
    given = request.headers.get(CSRF_HEADER, "").encode(errors="replace")
    return hmac.compare_digest(given, signed.csrf.encode())


def _know_what_is_asked(request: Request) -> None:
    """A filter that is misspelt, and so ignored, would answer with everything."""
    operation = operations_at(request.app, request.url.path).get(request.method.lower(), {})
    told = operation.get("parameters", ())
    names = [one["name"] for one in told if one["in"] == "query"]
    for name in request.query_params:
        if name not in names:
            known_here = f"It knows {', '.join(f'`{one}`' for one in names)}." if names else "It knows none."
            said = f"`{shortened(name)}` is no parameter of {request.method} {request.url.path}. {known_here}"
            raise HTTPException(422, said.encode(errors="replace").decode())


def _fits(secret: str) -> bool:
    return len(secret) <= _LONGEST_SECRET

"""Who looks at a page: whoever signed in with the browser that asks for it."""

import asyncio

from fastapi import Request

from chemistry.errors import BadInput
from chemistry.wording import shortened
from flows.web.access import COOKIE, address_of
from flows.web.desk import Desk, Signed


async def visitor_of(desk: Desk, request: Request, action: str = "look") -> Signed | None:
    """Whoever signed in; None where nobody did, or the session is over. Pages take sessions alone, no tokens.

    Asked again before each deed: a page lives as long as its tab, and a role may be taken away meanwhile.
    """
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        return None
    told = f"dashboard {request.url.path}: {action}"[:200]
    return await asyncio.to_thread(desk.by_session, secret, address_of(request), told)


def whole_number(text: str, least: int = 0) -> int:
    """A number out of an address; raises `BadInput` where it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        raise BadInput(f"{shortened(repr(text))} is no number of anything here", remedy="Go by the links of the pages.")
    return int(text)

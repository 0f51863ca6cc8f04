"""What every request and every answer is held to, whoever asks: sizes before anybody is known, headers after."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.sent_table import MOST_BYTES

MOST_OF_A_REQUEST = 2 * 2**20
"""Bytes of any request but a table that is sent; a film of a thousand readings has a tenth of it."""
_API, _TABLES = "/api/v1/", "/api/v1/imports"
_UPLOADS = "/_nicegui/client/"
"""Where a page of the dashboard takes a table; its address holds 122 random bits that only that page knows."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
}


class Limits:
    """Refuses what is too large while it comes in, and keeps answers out of caches and foreign frames."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        most = MOST_BYTES if path.startswith((_TABLES, _UPLOADS)) else MOST_OF_A_REQUEST
        counted = 0

        async def received() -> Message:
            nonlocal counted
            message = await receive()
            counted += len(message.get("body", b""))
            if counted > most and path.startswith((_API, _UPLOADS)):
                raise HTTPException(413, f"The request has more than {most // 2**20} MiB.")
            return message

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if path.startswith(_API):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, received, sent)

"""Pages that follow the ledger: they look for its last event, and read again only when there is a later one."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui

from flows.web.desk import Desk
from ledger.errors import LedgerUnavailable

LOOK_S = 2.0


def follow(desk: Desk, event: int, news: Callable[[], Awaitable[None]]) -> None:
    """Call `news` whenever the ledger has gone on since `event`; where it is away, look again later."""
    seen = event

    async def look() -> None:
        nonlocal seen
        try:
            last = await asyncio.to_thread(desk.ledger.last_event)
            if last != seen:
                await news()
                seen = last
        except LedgerUnavailable:
            return

    ui.timer(LOOK_S, look)

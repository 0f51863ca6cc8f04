"""Pages that follow the ledger: they look for its last event, and read again only when there is a later one."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui

from flows.web.pages.place import Place
from ledger.errors import LedgerUnavailable

LOOK_S = 2.0


def follow(place: Place, event: int, news: Callable[[], Awaitable[None]]) -> None:
    """Call `news` whenever the ledger has gone on since `event`; where it is away, look again later."""
    seen = event

    async def look() -> None:
        nonlocal seen
        try:
            last = await asyncio.to_thread(place.ledger.last_event)
            if last != seen:
                seen = last
                await news()
        except LedgerUnavailable:
            return

    ui.timer(LOOK_S, look)

"""Stations and stock: who has which station, and what is left on the shelves."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from fastapi import Request
from nicegui import ui

from flows.leasing import owner_is_dead
from flows.web.desk import Desk, Signed
from flows.web.pages.acting import Acting
from flows.web.pages.frame import page_frame
from flows.web.pages.pieces import Column, faint, heading, note, table
from flows.web.pages.stocking import stock_form
from flows.web.pages.watching import follow
from ledger.author import Role
from ledger.browsing.now import ContainerTold
from ledger.leases import Leases
from ledger.tables import LeaseRow


async def show_stations(desk: Desk, visitor: Signed, request: Request) -> None:
    """Build the page."""
    event, leases, containers = await asyncio.to_thread(_read, desk)
    with page_frame("Stations and stock", visitor, request, here="/stations"):

        @ui.refreshable
        def shelves_now() -> None:
            _leases(leases)
            _containers(containers)

        shelves_now()
        if visitor.may(Role.OPERATOR) and containers:
            stock_form(Acting(desk, request), containers)

        async def news() -> None:
            nonlocal leases, containers
            _, leases, containers = await asyncio.to_thread(_read, desk)
            shelves_now.refresh()

        follow(desk, event, news)


def _read(desk: Desk) -> tuple[int, tuple[LeaseRow, ...], tuple[ContainerTold, ...]]:
    event = desk.ledger.last_event()
    return event, tuple(Leases(desk.ledger).all()), desk.browsing.containers()


def _leases(leases: Sequence[LeaseRow]) -> None:
    heading(2, "Stations")
    if not leases:
        faint("No station was ever used from this ledger.")
        return
    columns = (
        Column("name", "station, or campaign"),
        Column("state", "state", "state"),
        Column("owner", "whose"),
        Column("since", "since (UTC)"),
        Column("until", "until, unless renewed (UTC)"),
        Column("token", "token", "number"),
    )
    now = datetime.now(UTC)
    rows = []
    for lease in leases:
        owner, held = _owner(lease, now)
        shown = {"since": "", "until": ""}
        if held:
            shown = {"since": f"{lease.acquired_at:%Y-%m-%d %H:%M:%S}", "until": f"{lease.expires_at:%H:%M:%S}"}
        rows.append(
            {
                "name": lease.station,
                "state": "running" if held else "free",
                "owner": owner,
                "token": lease.token,
                **shown,
            }
        )
    table("Stations and who has them", columns, rows)
    faint("The token grows with every owner; instruments refuse an older one.")


def _owner(lease: LeaseRow, now: datetime) -> tuple[str, bool]:
    """Whose it is in words, and whether it is anybody's."""
    if lease.owner is None:
        return "", False
    host, pid, _ = lease.owner.rsplit(":", 2)
    if lease.expires_at <= now or owner_is_dead(lease.owner):
        return f"left by process {pid} on {host}", False
    return f"process {pid} on {host}", True


def _containers(containers: Sequence[ContainerTold]) -> None:
    heading(2, "Stock")
    if not containers:
        faint("No account is kept of any container: name them under `stock:` in the lab file.")
        return
    for empty in (one for one in containers if one.found_empty):
        note(f"{empty.label} was found empty by the {empty.found_empty}. Fill or weigh it.", bad=True)
    columns = (
        Column("label", "component"),
        Column("left", "left (mg)", "number"),
        Column("share", "of what was filled", "number"),
        Column("kept", "kept for films being made (mg)", "number"),
        Column("lot", "lot"),
        Column("by", "put there by", "words"),
    )
    for lab in dict.fromkeys(one.lab for one in containers):
        heading(3, lab)
        rows = [
            {
                "label": one.label,
                "left": round(one.left_mg),
                "share": f"{max(one.left_mg, 0) / one.filled_mg:.0%}" if one.filled_mg else "",
                "kept": round(one.kept_mg) or "",
                "lot": one.lot,
                "by": one.by,
            }
            for one in containers
            if one.lab == lab
        ]
        table(f"Stock of {lab}", columns, rows)

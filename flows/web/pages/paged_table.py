"""A table whose pages the server turns: of a hundred thousand rows no more than one page travels."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui.events import GenericEventArguments

from flows.web.pages.pieces import Column, table, with_looks

SIZES = (10, 25, 50, 100)


@dataclass(frozen=True)
class Page:
    """Which page is asked for, in which order."""

    number: int = 1
    size: int = 25
    sort: str | None = None
    descending: bool = True

    @property
    def offset(self) -> int:
        """Rows before it."""
        return (self.number - 1) * self.size


@dataclass(frozen=True)
class Answer:
    """How many rows there are in all, and those of a page."""

    total: int
    rows: list[dict[str, Any]]
    tell: Callable[[], object] = lambda: None
    """Shows what else the answer says."""


Read = Callable[[Page], Awaitable[Answer]]


class PagedTable:
    """Shows what `read` tells, page by page; what came back late, after a newer question, is not shown."""

    def __init__(self, label: str, columns: Sequence[Column], read: Read, page: Page | None = None) -> None:
        self._columns, self._read, self._page = columns, read, page or Page()
        self._asked = 0
        self._table = table(label, columns, [], page=self._state(0))
        self._table.props["rows-per-page-options"] = list(SIZES)
        self._table.props["binary-state-sort"] = True
        self._table.on("request", self._turned, ["pagination"])

    async def first(self) -> None:
        """Read the page that the table begins with."""
        await self._show(self._page)

    async def anew(self) -> None:
        """Read again from the first page: something else is asked for."""
        await self._show(Page(1, self._page.size, self._page.sort, self._page.descending))

    async def _turned(self, told: GenericEventArguments) -> None:
        wanted = told.args["pagination"] if isinstance(told.args, dict) else told.args[0]["pagination"]
        size = wanted["rowsPerPage"] if wanted["rowsPerPage"] in SIZES else self._page.size
        most = max(1, -(-self._total // size))
        number = min(max(int(wanted["page"]), 1), most)
        await self._show(Page(number, size, wanted.get("sortBy"), bool(wanted.get("descending", True))))

    async def _show(self, page: Page) -> None:
        self._asked += 1
        mine = self._asked
        answer = await self._read(page)
        if mine != self._asked:
            return
        self._page, self._total = page, answer.total
        answer.tell()
        with self._table.props.suspend_updates():
            self._table.props["rows"] = with_looks(self._columns, answer.rows)
            self._table.props["pagination"] = self._state(answer.total)
        self._table.update()

    def _state(self, total: int) -> dict[str, Any]:
        page = self._page
        return {
            "page": page.number,
            "rowsPerPage": page.size,
            "rowsNumber": total,
            "sortBy": page.sort,
            "descending": page.descending,
        }

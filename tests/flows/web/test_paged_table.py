"""Of two questions that are asked shortly after one another the later one's answer stands, whichever comes first."""

import asyncio

import pytest
from nicegui import Client, ui

from flows.web.pages.paged_table import Answer, Page, PagedTable
from flows.web.pages.pieces import Column


@pytest.mark.parametrize("late", ["the first", "the second"])
def test_the_answer_to_an_older_question_is_not_shown(late: str) -> None:
    said: list[str] = []
    asked = iter(("the first", "the second"))

    async def read(_: Page) -> Answer:
        mine = next(asked)
        await asyncio.sleep(0.02 if mine == late else 0)
        return Answer(1, [{"word": mine}], lambda: said.append(mine))

    async def ask_twice() -> list[str]:
        with Client(ui.page("/")):
            shown = PagedTable("Words", (Column("word", "word"),), read)
            await asyncio.gather(shown.first(), shown.anew())
            return [row["word"] for row in shown._table.props["rows"]]

    assert asyncio.run(ask_twice()) == ["the second"]
    assert said == ["the second"]

"""What pages are made of: headings, figures of a few words, notes, tables whose cells may be links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

STATES = {
    "good": {
        "running",
        "finished",
        "observed",
        "approved",
        "champion",
        "confirmed",
        "done_by_evidence",
        "accept",
        "now",
    },
    "bad": {"failed", "aborted", "discarded", "refused", "expired", "unknown", "discard", "taken back"},
    "wait": {"paused", "stopped", "waiting", "intended", "asked", "candidate", "measure again", "press again"},
}
"""How a state is coloured; the word always stands beside the colour."""


def heading(level: int, text: str) -> None:
    """A heading that readers of the screen can jump to."""
    TextElement(tag=f"h{level}", text=text)


def words(text: str, *classes: str) -> TextElement:
    """A paragraph."""
    return TextElement(tag="p", text=text).classes(" ".join(("prose", *classes)))


def faint(text: str) -> TextElement:
    """A paragraph of less weight."""
    return words(text, "faint", "small")


def note(text: str, *, bad: bool = False) -> None:
    """Something that a person should see first."""
    TextElement(tag="p", text=text).classes("note bad" if bad else "note").props('role="status"')


def state_class(state: str) -> str:
    """The classes of a word that says how something stands."""
    return "state " + next((kind for kind, of_kind in STATES.items() if state in of_kind), "")


def numbers(shown: Iterable[tuple[str, str]]) -> None:
    """Boxes of a value and what it is."""
    with ui.element("div").classes("numbers"):
        for value, meaning in shown:
            with ui.element("div"):
                TextElement(tag="b", text=value)
                TextElement(tag="span", text=meaning)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    A `link` shows the value and leads to what the row holds under `NAME to`; a `state` is coloured.
    """

    name: str
    label: str
    kind: Literal["text", "words", "number", "link", "state"] = "text"
    sortable: bool = True

    @property
    def props(self) -> dict[str, Any]:
        """The column as the table of the browser takes it."""
        align = "right" if self.kind == "number" else "left"
        base = {"name": self.name, "label": self.label, "field": self.name, "align": align, "sortable": self.sortable}
        return {**base, "classes": self.kind}


_SHOWN = """<a v-if="props.row[NAME + ' to']" :href="props.row[NAME + ' to']">{{ VALUE }}</a>
<span v-else :class="props.row[NAME + ' look']">{{ VALUE }}</span>"""
_CELL = f"""<q-td :props="props">{_SHOWN.replace("NAME", "props.col.name").replace("VALUE", "props.value")}</q-td>"""
_CARD = f"""<div class="card"><template v-for="col in props.cols" :key="col.name"><div v-if="col.value !== ''">
<span class="faint">{{{{ col.label }}}}</span> {_SHOWN.replace("NAME", "col.name").replace("VALUE", "col.value")}
</div></template></div>"""


def table(
    label: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    page: int | Mapping[str, Any] | None = None,
) -> ui.table:
    """A table that scrolls within itself, and on a phone a card for each row; `page` rows at a time, or all of them.

    Args:
        label: What readers of the screen are told that it is.
        columns: Its columns.
        rows: Plain values by the columns' names; a link leads to what stands under `NAME to`.
        page: Rows at a time; as a mapping, the state of pages that the server turns.
    """
    shown = ui.table(
        columns=[column.props for column in columns],
        rows=with_looks(columns, rows),
        row_key="key",
        pagination=dict(page) if isinstance(page, Mapping) else page,
    )
    shown.props["aria-label"] = label
    shown.props["rows-per-page-options"] = [10, 25, 50, 100]
    shown.props("flat dense no-data-label='There is nothing yet.'")
    shown.props[":grid"] = "Quasar.Screen.lt.sm"
    shown.add_slot("body-cell", _CELL)
    shown.add_slot("item", _CARD)
    return shown


def with_looks(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with a key each, and the classes of their states."""
    states = [column.name for column in columns if column.kind == "state"]
    return [
        {"key": place, **row, **{f"{name} look": state_class(str(row.get(name, ""))) for name in states}}
        for place, row in enumerate(rows)
    ]

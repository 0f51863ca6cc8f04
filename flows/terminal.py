"""How commands print: text as it is, never taken for markup, and not wrapped where it goes to a file or a pipe."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

UNWRAPPED = 10_000
"""Columns of what is no terminal: no line is so long."""


def console(*, stderr: bool = False) -> "Console":
    """Standard output, or standard error. Styles are given by name or as `rich.text.Text`.

    A name, a SMILES or an instrument's words may well hold square brackets, which Rich would read as markup.
    """
    from rich.console import Console

    made = Console(stderr=stderr, markup=False, highlight=False)
    if not made.is_terminal:
        made.width = UNWRAPPED
    return made


@contextlib.contextmanager
def bar(out: "Console") -> "Iterator[Progress]":
    """A progress bar on a terminal; elsewhere nothing is drawn."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as drawn:
        yield drawn


def table(*heads: str, title: str | None = None) -> "Table":
    """A table whose cells are folded where a terminal is too narrow, and never cut."""
    from rich.table import Table

    made = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        made.add_column(head, overflow="fold")
    return made

"""The front as a picture file, for places that show no live figure."""

from pathlib import Path
from typing import TYPE_CHECKING

from flows.report.pairs import objective_pairs
from flows.report.words import axis_title
from flows.standing import Result, Standing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FRONT, FILM = "#c2410c", "#8fa3b8"


def draw_front(now: Standing, path: Path) -> None:
    """Write a PNG: two objectives against each other with the front as a line; one objective against the number.

    Of more objectives every pair has a panel, the front marked and without a line (`flows.report.figures`).
    """
    from matplotlib.figure import Figure

    pairs = objective_pairs(len(now.objectives))
    columns = min(len(pairs), 3)
    rows = -(-len(pairs) // columns)
    figure = Figure(figsize=(7, 5) if len(pairs) == 1 else (4.4 * columns, 4.0 * rows), dpi=120)
    wide, high = 1 / columns, 1 / rows
    for place, (x, y) in enumerate(pairs):
        left, bottom = (place % columns) * wide, 1 - (place // columns + 1) * high
        # A layout worked out from the labels takes twice as long.
        edges = (left + 0.16 * wide, bottom + 0.15 * high, 0.80 * wide, 0.72 * high)
        _panel(figure.add_axes(edges if len(pairs) > 1 else (0.12, 0.12, 0.84, 0.80)), now, x, y, key=place == 0)
    figure.suptitle(f"{len(now.results)} films of {now.budget}", y=0.99)
    figure.savefig(path)


def _panel(axes: "Axes", now: Standing, x: int | None, y: int, *, key: bool) -> None:
    line = "o-" if len(now.objectives) == 2 else "o"
    others = [r for r in now.results if not r.in_front]
    for results, colour, form, label in ((others, FILM, "o", "films"), (list(now.best), FRONT, line, "front")):
        axes.errorbar(
            [_across(r, x) for r in results],
            [r.values[y] for r in results],
            xerr=None if x is None else [r.sds[x] for r in results],
            yerr=[r.sds[y] for r in results],
            fmt=form,
            color=colour,
            elinewidth=0.8,
            markersize=6 if len(now.objectives) <= 2 else 4,
            label=label,
        )
    axes.set_xlabel("experiment" if x is None else axis_title(now.objectives[x]))
    axes.set_ylabel(axis_title(now.objectives[y]))
    if key:
        axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _across(result: Result, x: int | None) -> float:
    return result.number if x is None else result.values[x]

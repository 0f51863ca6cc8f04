"""How the figures of a report look."""

from typing import Any

FRONT, FILM, MODEL, EVEN = "#c2410c", "#8fa3b8", "#0f766e", "#6d5bd0"
"""Colours of what is best, of films, of what the model says, and of an even spread."""
FAINT = "#d3dbe4"
LAYOUT: dict[str, Any] = {
    "template": "plotly_white",
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "margin": {"l": 60, "r": 20, "t": 30, "b": 50},
    "height": 420,
}
ABOVE: dict[str, Any] = {
    "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    "margin": {"l": 60, "r": 20, "t": 50, "b": 50},
}
"""A legend above the plot, which leaves it its width."""


def panels(count: int) -> tuple[int, int, list[dict[str, Any]]]:
    """Rows, columns, and the place of each of `count` panels, two to a row.

    >>> panels(3)
    (2, 2, [{'row': 1, 'col': 1}, {'row': 1, 'col': 2}, {'row': 2, 'col': 1}])
    """
    columns = min(count, 2)
    places: list[dict[str, Any]] = [{"row": place // columns + 1, "col": place % columns + 1} for place in range(count)]
    return -(-count // columns), columns, places

"""Figures on a page: plotly's, which the sheet of the page turns from light to dark."""

from typing import TYPE_CHECKING, Any

from nicegui import ui

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def as_drawn(figure: "Figure") -> dict[str, Any]:
    """A figure as the browser takes it: plain values, and no buttons of its own."""
    return {**figure.to_plotly_json(), "config": {"displayModeBar": False, "displaylogo": False}}


class Drawn:
    """A figure that is renewed in its place, with a sentence for those who cannot see it."""

    def __init__(self, said: str, figure: "Figure") -> None:
        self._element = ui.plotly(as_drawn(figure)).classes("figure")
        self._element.props["role"] = "img"
        self._element.props["aria-label"] = said

    def renew(self, figure: "Figure") -> None:
        """Show another figure; what the reader had zoomed into stays."""
        self._element.update_figure(as_drawn(figure))

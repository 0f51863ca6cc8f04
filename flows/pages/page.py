"""A page as one HTML file that needs nothing else: figures, tables and scripts are inside."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chemistry.errors import BadInput

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LAYOUT: dict[str, Any] = {
    "template": "plotly_white",
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "margin": {"l": 60, "r": 20, "t": 60, "b": 50},
    "height": 460,
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
}
KNOWN, NEW, BEST, FAINT = "#8fa3b8", "#0f766e", "#c2410c", "#d3dbe4"
"""Colours of what was trained on, of what is new, of what is best, and of what only lies behind."""


def write_page(path: Path, template: str, **content: object) -> None:
    """Write a page from a template of this folder; the file appears whole or not at all.

    Raises:
        BadInput: the file cannot be written.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from plotly.offline import get_plotlyjs

    pages = Environment(loader=PackageLoader("flows.pages", "."), autoescape=True, undefined=StrictUndefined)
    text = pages.get_template(template).render(plotly=get_plotlyjs(), **content)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".page-") as folder:
            draft = Path(folder) / path.name
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
    except OSError as error:
        raise BadInput(
            f"the page cannot be written ({error.strerror})", place=str(path), remedy="Name another file"
        ) from error


def as_html(figure: "Figure") -> str:
    """A figure as a part of a page."""
    return figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})

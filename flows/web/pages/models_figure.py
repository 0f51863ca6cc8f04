"""How far a model's intervals can be believed, and how its error went from version to version."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.web.pages.spectra_figure import LAYOUT
from ledger.tables import ModelVersionRow

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_COLOURS = ("#c2410c", "#0f766e", "#5b6bbf", "#a16207", "#8fa3b8")
_HALF = {"height": 380}


def calibration_of(version: ModelVersionRow) -> "Figure | None":
    """The share of readings of films that were left out which each interval held; None where it was not measured."""
    measured = version.metrics.get("calibration")
    if not isinstance(measured, dict) or not measured:
        return None
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT | _HALF)
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": "#8fa3b8", "dash": "dot"}, name="as it should be"
    )
    for place, (name, shares) in enumerate(measured.items()):
        figure.add_scatter(
            x=[float(nominal) for nominal in shares],
            y=[float(held) for held in shares.values()],
            mode="lines+markers",
            line={"color": _COLOURS[place % len(_COLOURS)]},
            name=name.replace("_", " "),
        )
    figure.update_xaxes(title="interval that the model gives", range=[0, 1], tickformat=".0%")
    figure.update_yaxes(title="readings that it held", range=[0, 1], tickformat=".0%")
    return figure


def errors_of(versions: Sequence[ModelVersionRow]) -> "Figure | None":
    """Root mean square error over films left out in turn, version by version, in the unit of each property."""
    names = sorted({key.removesuffix(" rmse") for v in versions for key in v.metrics if key.endswith(" rmse")})
    if not names:
        return None
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT | _HALF)
    for place, name in enumerate(names):
        known = [(v.number, v.metrics[f"{name} rmse"]) for v in versions if f"{name} rmse" in v.metrics]
        figure.add_scatter(
            x=[number for number, _ in known],
            y=[error for _, error in known],
            mode="lines+markers",
            line={"color": _COLOURS[place % len(_COLOURS)]},
            name=name.replace("_", " "),
        )
    figure.update_xaxes(title="version")
    figure.update_yaxes(title="error, in the unit of the property", rangemode="tozero")
    return figure

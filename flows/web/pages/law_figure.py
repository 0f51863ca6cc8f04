"""The conductivities of one film over temperature, with the law that was fitted to them and its interval."""

from typing import TYPE_CHECKING

import numpy as np

from flows.web.film_content import Analysed
from flows.web.pages.spectra_figure import LAYOUT

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

POINT, LAW, BAND = "#c2410c", "#0d9488", "rgba(15, 118, 110, .18)"
_KELVIN = 273.15
_SHOWN = 60


def law_figure(analysed: Analysed) -> "Figure":
    """Points on an Arrhenius axis; the law with its 90 % interval, where the points carry one."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    law = analysed.law
    if law is not None:
        at = np.linspace(law.lowest_C, law.highest_C, _SHOWN)
        middle = np.array([law.log10_conductivity(float(t)) for t in at])
        reach = 1.645 * np.array([law.sd(float(t)) for t in at])
        x = (1000 / (at + _KELVIN)).tolist()
        band = [*(middle + reach).tolist(), *(middle - reach)[::-1].tolist()]
        figure.add_scatter(
            x=[*x, *x[::-1]],
            y=band,
            fill="toself",
            fillcolor=BAND,
            line={"width": 0},
            name="90 % interval",
            hoverinfo="skip",
        )
        name = law.kind.value.replace("_", " ")
        figure.add_scatter(x=x, y=middle.tolist(), mode="lines", line={"color": LAW, "width": 1.8}, name=f"law: {name}")
    left_out = set(law.outliers) if law is not None else set()
    for name, symbol, kept in (("measured", "circle", False), ("left out of the law", "circle-open", True)):
        points = [one for place, one in enumerate(analysed.points) if (place in left_out) is kept]
        if points:
            figure.add_scatter(
                x=[1000 / (one.temperature_C + _KELVIN) for one in points],
                y=[one.log10_conductivity for one in points],
                error_y={"array": [1.645 * one.log10_conductivity_sd for one in points], "thickness": 1, "width": 2},
                text=[f"{one.temperature_C:g} °C" for one in points],
                hovertemplate="%{text}: %{y:.3f}<extra></extra>",
                mode="markers",
                marker={"color": POINT, "size": 9, "symbol": symbol},
                name=name,
            )
    figure.update_xaxes(title="1000 K / T", autorange="reversed")
    figure.update_yaxes(title="log₁₀ conductivity (S/cm)")
    return figure
